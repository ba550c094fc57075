//! What teachers say is computed once, and keeping it changes no bit.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::rc::Rc;
use std::time::Duration;

use kdp::plan::*;
use kdp::store::{OutputsOf, Store};
use kdp_engine::data::{self, Augmentation, Batches, Loaded};
use kdp_engine::nets::{Model, Net, NetError, Outputs};
use kdp_engine::outputs::{BLOCK, Cache, Form, Views, ViewsOf, Wanted};
use kdp_engine::train::{Material, Run, batches};
use tch::{Device, TchError, Tensor};

use super::*;

/// Room for everything.
const ROOM: u64 = 1 << 30;

/// Blocks of an epoch of the digits.
const BLOCKS: u64 = 1437u64.div_ceil(BLOCK as u64);

/// Bytes of the file of an epoch.
const FILE: u64 = BLOCKS * (32 + 4 * BLOCK as u64 * 10);

/// Digits, a teacher of them, and a folder that holds both in a store.
struct World {
    folder: tempfile::TempDir,
    data: Node,
    teacher: Node,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let data = digits(vec![]);
        let teacher = train("teacher", &data, small_cnn(128), one_hot(), 1);
        Worker::start().run_all(&[&data, &teacher], folder.path());
        World {
            folder,
            data,
            teacher,
        }
    }

    fn store(&self) -> Store {
        Store::open(self.folder.path()).expect("a store")
    }

    /// A student that learns from the teacher alone.
    fn student(&self, change: impl FnOnce(&mut TrainTask)) -> Node {
        let objective = distill(&self.teacher, 4.0);
        let student = train("student", &self.data, small_cnn(4), objective, 2);
        let Task::Train(mut task) = student.task else {
            panic!("a training");
        };
        change(&mut task);
        training("student", &task)
    }

    /// Trains a student anew; the digests of what came out, and how many blocks were computed.
    fn train(&self, student: &Node, outputs: u64) -> (BTreeSet<Digest>, u64) {
        let log = self.folder.path().join(format!("{}.log", student.key));
        let file = File::create(&log).expect("a log");
        let mut worker = Worker::logging(Stdio::from(file));
        worker.outputs = outputs;
        worker.run_all(&[student], self.folder.path());
        drop(worker);
        let store = self.store();
        let entry = store.find(student.key).expect("it was trained");
        let blobs = [
            "weights.safetensors",
            "optimizer.safetensors",
            "log.safetensors",
        ];
        let digests = blobs.map(|blob| entry.manifest.blobs[blob].digest);
        store.remove(student.key).expect("removed");
        (digests.into(), computed(&log))
    }

    /// The files of outputs.
    fn files(&self) -> Vec<PathBuf> {
        let folders = fs::read_dir(self.store().outputs()).into_iter().flatten();
        let folders = folders.map(|folder| folder.expect("a folder").path());
        let files = folders
            .filter(|folder| folder.is_dir())
            .flat_map(|folder| fs::read_dir(folder).expect("files"))
            .map(|file| file.expect("a file").path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "blocks"));
        let mut files: Vec<PathBuf> = files.collect();
        files.sort();
        files
    }

    fn train_split(&self) -> Loaded {
        let entry = self.store().find(self.data.key).expect("data");
        let read = |blob: &str| Ok::<_, data::DataError>(entry.map(blob).expect("a blob"));
        data::load(Split::Train, Device::Cpu, read).expect("a split")
    }
}

fn distill(teacher: &Node, temperature: f64) -> Vec<Term> {
    vec![Term {
        weight: Schedule::Constant(1.0),
        loss: Loss::Kl {
            teacher: teacher.key,
            temperature: Schedule::Constant(temperature),
            view: View::Same,
        },
    }]
}

/// The blocks that a worker's log says were computed.
fn computed(log: &Path) -> u64 {
    let text = fs::read_to_string(log).expect("a log");
    let counts = text.lines().filter_map(|line| {
        let (_, line) = line.split_once("kdp-engine: ")?;
        line.strip_suffix(" blocks of outputs were computed")
    });
    let counts: Vec<u64> = counts
        .map(|count| count.parse().expect("a count"))
        .collect();
    assert_eq!(counts.len(), 1, "{text}");
    counts[0]
}

fn flip_a_bit(path: &Path, place: usize) {
    let mut bytes = fs::read(path).expect("bytes");
    bytes[place] ^= 1;
    fs::write(path, bytes).expect("written");
}

#[test]
fn kept_outputs_change_no_bit() {
    let world = World::new();
    let student = world.student(|_| ());
    let (alone, count) = world.train(&student, 0);
    assert_eq!(count, 2 * BLOCKS);
    let outputs = world.store().outputs();
    assert!(!outputs.exists());

    // They cannot be kept, or there is no room.
    fs::write(&outputs, "").expect("written");
    assert_eq!(world.train(&student, ROOM), (alone.clone(), 2 * BLOCKS));
    fs::remove_file(&outputs).expect("removed");
    assert_eq!(world.train(&student, FILE - 1), (alone.clone(), 2 * BLOCKS));
    assert!(world.files().is_empty());
    assert_eq!(world.train(&student, ROOM), (alone.clone(), 2 * BLOCKS));
    assert_eq!(world.files().len(), 2);
    assert_eq!(world.train(&student, ROOM), (alone.clone(), 0));

    // A number and a digest that are damaged, and a file that is cut.
    let [first, second] = &world.files()[..] else {
        panic!("two epochs");
    };
    flip_a_bit(first, 100);
    flip_a_bit(first, 3 * FILE as usize / BLOCKS as usize);
    assert_eq!(world.train(&student, ROOM), (alone.clone(), 2));
    let bytes = fs::read(second).expect("bytes");
    fs::write(second, &bytes[..bytes.len() - 1]).expect("cut");
    assert_eq!(world.train(&student, ROOM), (alone.clone(), BLOCKS));
    // One epoch's in the other's place.
    fs::copy(first, second).expect("copied");
    assert_eq!(world.train(&student, ROOM), (alone.clone(), BLOCKS));
    assert_eq!(world.train(&student, ROOM), (alone, 0));
}

#[test]
fn students_of_other_losses_and_batches_share_what_a_teacher_says() {
    let world = World::new();
    let students = [
        world.student(|_| ()),
        world.student(|task| task.objective = distill(&world.teacher, 2.0)),
        world.student(|task| task.objective = distill_then_one_hot(&world.teacher, 5, 15)),
        world.student(|task| {
            change_recipe(task, |recipe| {
                (recipe.batch, recipe.steps_per_epoch, recipe.steps) = (100, 15, 30);
            });
        }),
        world.student(|task| {
            change_recipe(task, |recipe| {
                (recipe.batch, recipe.steps_per_epoch, recipe.steps) = (300, 5, 10);
            });
        }),
    ];
    let mut all = BTreeSet::new();
    for (place, student) in students.iter().enumerate() {
        let (digests, count) = world.train(student, ROOM);
        assert_eq!(count, if place == 0 { 2 * BLOCKS } else { 0 }, "{place}");
        assert_eq!(digests, world.train(student, 0).0, "{place}");
        all.insert(digests);
    }
    assert_eq!(all.len(), students.len());
}

#[test]
fn what_a_teacher_says_survives_no_change_of_what_it_hangs_on() {
    let world = World::new();
    let other = train("other", &world.data, small_cnn(128), one_hot(), 2);
    let flipped = digits(vec![call(
        kdp::vocabulary::TRANSFORMS,
        "label_noise",
        &[("share", Datum::Number(0.5)), ("seed", Datum::Int(1))],
    )]);
    Worker::start().run_all(&[&other, &flipped], world.folder.path());
    let mut keys = BTreeSet::new();
    let mut count = 0;
    let mut told = BTreeSet::new();
    for (what, student) in [
        ("", world.student(|_| ())),
        (
            "teacher",
            world.student(|task| task.objective = distill(&other, 4.0)),
        ),
        (
            "data",
            world.student(|task| task.data = split(&flipped, Split::Train)),
        ),
        ("seed", world.student(|task| task.seed = 2)),
        (
            "augmentation",
            world.student(|task| {
                change_recipe(task, |recipe| {
                    recipe.augment = vec![call(kdp::vocabulary::AUGMENTATIONS, "flip", &[])];
                });
            }),
        ),
    ] {
        assert_eq!(world.train(&student, ROOM).1, 2 * BLOCKS, "{what}");
        let new: Vec<PathBuf> = world
            .files()
            .into_iter()
            .filter(|path| keys.insert(path.clone()))
            .collect();
        count += 2;
        assert_eq!((keys.len(), new.len()), (count, 2), "{what}");
        let numbers = |path: &PathBuf| fs::read(path).expect("bytes")[32..40].to_vec();
        // Noise in the labels is nothing that a teacher sees.
        assert_eq!(told.insert(numbers(&new[0])), what != "data", "{what}");
    }
}

/// A network that is looked at from outside, and what it was asked.
#[derive(Clone)]
struct Seen {
    net: Rc<Net>,
    asked: Rc<Cell<usize>>,
    slow: Duration,
}

impl Seen {
    fn new() -> Seen {
        let net = Net::new(&small_cnn(8), 3, Device::Cpu).expect("a network");
        Seen {
            net: Rc::new(net),
            asked: Rc::default(),
            slow: Duration::ZERO,
        }
    }
}

impl Model for Seen {
    fn answer(&self, batch: &Tensor) -> Result<Tensor, TchError> {
        self.asked.set(self.asked.get() + 1);
        std::thread::sleep(self.slow);
        self.net.answer(batch)
    }

    fn watch(&self, batch: &Tensor, layers: &BTreeSet<String>) -> Result<Outputs, NetError> {
        self.net.watch(batch, layers)
    }

    fn parameter_count(&self) -> u64 {
        self.net.parameter_count()
    }
}

/// The failure of a cache that stores what a teacher says of the first epoch's crops.
#[test]
fn a_teacher_sees_the_crop_that_the_student_sees_in_every_epoch() {
    let world = World::new();
    let data = world.train_split();
    let on = split(&world.data, Split::Train);
    let student = world.student(|_| ());
    let Task::Train(task) = &student.task else {
        panic!("a training");
    };
    let augmentations = || {
        let calls = task.recipe.augment.iter();
        calls
            .map(|call| Augmentation::of(call).expect("known"))
            .collect()
    };
    let of = ViewsOf {
        model: Key([5; 32]),
        on: &on,
        seed: 1,
        augment: &task.recipe.augment,
    };
    let mut model = Seen::new();
    // Worth being kept, whatever the machine.
    model.slow = Duration::from_millis(2);
    let cache = Cache::new(&world.store(), ROOM, Form::of("cpu", 1));
    // The second time they come from the files.
    for round in 0..2 {
        for size in [100, 128, 500] {
            let mut batches = Batches::new(&data, augmentations(), size, 1);
            let per_epoch = batches.per_epoch();
            let wanted = Wanted {
                of,
                classes: 10,
                epochs: 3,
            };
            let mut views = Views::new(&cache, &model, wanted, &data).expect("views");
            let mut said = vec![vec![vec![]; 1437]; 3];
            for step in 0..3 * per_epoch {
                let batch = batches.at(step).expect("a batch");
                let seen = model.net.answer(&batch.inputs).expect("logits");
                let begin = (step % per_epoch) as usize * size;
                let places = begin..begin + batch.rows.len();
                let told = views.logits(&model, step / per_epoch, places);
                let told = told.expect("logits");
                assert!(told.allclose(&seen, 1e-5, 1e-5, false), "step {step}");
                assert!(!told.requires_grad());
                for (place, row) in batch.rows.iter().enumerate() {
                    let logits = Vec::<f32>::try_from(told.get(place as i64));
                    said[(step / per_epoch) as usize][*row] = logits.expect("numbers");
                }
            }
            // Of nine crops a sample seldom gets the same in two epochs.
            for pair in said.windows(2) {
                let same = pair[0].iter().zip(&pair[1]).filter(|(a, b)| a == b);
                assert!(same.count() < 1437 / 5);
            }
        }
        // Two probes at most, and each block once.
        assert_eq!(model.asked.get(), 2 + 3 * BLOCKS as usize, "{round}");
    }
}

#[test]
fn a_teacher_is_in_evaluation_mode() {
    let world = World::new();
    let data = world.train_split();
    let teacher = Seen::new();
    let before = teacher.net.to_bytes().expect("bytes");
    for cache in [
        Cache::off(),
        Cache::new(&world.store(), ROOM, Form::of("cpu", 1)),
    ] {
        let student = world.student(|_| ());
        let Task::Train(task) = &student.task else {
            panic!("a training");
        };
        let model: Box<dyn Model> = Box::new(teacher.clone());
        let material = Material {
            train: &data,
            teachers: [(world.teacher.key, model)].into(),
            outputs: cache,
            init: vec![],
        };
        let mut run = Run::new(task, material, &Device::Cpu.into(), None).expect("a run");
        let mut batches = batches(task, &data).expect("batches");
        while run.done() < run.steps() {
            let batch = batches.at(run.done()).expect("a batch");
            run.step(&batch).expect("a step");
        }
        assert!(teacher.asked.get() > 0);
        assert!(teacher.net.to_bytes().expect("bytes") == before);
    }
}

#[test]
fn two_processes_share_the_work() {
    let world = World::new();
    let students = [2.0, 4.0].map(|temperature| {
        world.student(|task| task.objective = distill(&world.teacher, temperature))
    });
    let alone = students.each_ref().map(|student| world.train(student, 0).0);
    let together = std::thread::scope(|scope| {
        let trained = students
            .each_ref()
            .map(|student| scope.spawn(|| world.train(student, ROOM)));
        trained.map(|trained| trained.join().expect("trained"))
    });
    let [(one, first), (two, second)] = together;
    assert_eq!([one, two], alone);
    assert_eq!(first + second, 2 * BLOCKS);
}

#[test]
fn two_who_want_the_same_block_compute_two() {
    let world = World::new();
    let (data, store) = (world.train_split(), world.store());
    let on = split(&world.data, Split::Train);
    let augment = [call(kdp::vocabulary::AUGMENTATIONS, "flip", &[])];
    let work = || {
        let mut model = Seen::new();
        // So that each finds the other at work.
        model.slow = Duration::from_millis(20);
        let cache = Cache::new(&store, ROOM, Form::of("cpu", 1));
        let wanted = Wanted {
            of: ViewsOf {
                model: Key([5; 32]),
                on: &on,
                seed: 1,
                augment: &augment,
            },
            classes: 10,
            epochs: 2,
        };
        let mut views = Views::new(&cache, &model, wanted, &data).expect("views");
        let mut sums = vec![];
        for epoch in 0..2 {
            for first in (0..1437).step_by(100) {
                let places = first..(first + 100).min(1437);
                let logits = views.logits(&model, epoch, places).expect("logits");
                sums.push(logits.sum(tch::Kind::Double).double_value(&[]).to_bits());
            }
        }
        (sums, model.asked.get())
    };
    let [(one, first), (two, second)] = std::thread::scope(|scope| {
        let asked = [scope.spawn(work), scope.spawn(work)];
        asked.map(|asked| asked.join().expect("logits"))
    });
    assert_eq!(one, two);
    // Each block once, and what either may have needed to see that it is worth it.
    let blocks = 2 * BLOCKS as usize;
    assert!((blocks + 2..=blocks + 4).contains(&(first + second)));
    assert!(
        first > blocks / 4 && second > blocks / 4,
        "{first} and {second}"
    );
}

#[test]
fn a_run_that_is_cut_off_leaves_whole_blocks() {
    let world = World::new();
    let student = world.student(|task| change_recipe(task, |recipe| recipe.steps = 240));
    let (alone, count) = world.train(&student, 0);
    assert_eq!(count, 20 * BLOCKS);
    let mut worker = Worker::logging(Stdio::null());
    worker.outputs = ROOM;
    assert!(worker.abandon(&student, world.folder.path()).is_some());
    let (digests, count) = world.train(&student, ROOM);
    assert_eq!(digests, alone);
    // What it had computed is read.
    assert!(count < 20 * BLOCKS, "{count}");
}

#[test]
fn the_limit_holds() {
    let world = World::new();
    let of = |seed: i64| {
        world.student(|task| {
            task.seed = seed;
            change_recipe(task, |recipe| recipe.steps = 48);
        })
    };
    let limit = 3 * FILE + 1;
    let (alone, _) = world.train(&of(1), 0);
    assert_eq!(world.train(&of(1), limit), (alone.clone(), 4 * BLOCKS));
    let bytes = |files: &[PathBuf]| -> u64 {
        let metadata = files.iter().map(|file| fs::metadata(file).expect("a file"));
        metadata.map(|metadata| metadata.len()).sum()
    };
    assert_eq!(bytes(&world.files()), 3 * FILE);
    // The last epochs did not displace the first ones, so the next run gains.
    assert_eq!(world.train(&of(1), limit), (alone, 2 * BLOCKS));
    let old = world.files();
    world.train(&of(2), limit);
    let new = world.files();
    assert_eq!(bytes(&new), 3 * FILE);
    assert!(old.iter().all(|file| !new.contains(file)));
}

#[test]
fn a_split_is_asked_for_once_until_it_is_damaged() {
    let world = World::new();
    let data = world.train_split();
    let on = split(&world.data, Split::Train);
    let cache = Cache::new(&world.store(), ROOM, Form::of("cpu", 1));
    let mut model = Seen::new();
    let key = Key([5; 32]);
    let ask = |model: &Seen, key: Key| {
        model.asked.set(0);
        let logits = cache.split(key, model, &on, &data, &mut |_| ());
        (logits.expect("logits"), model.asked.get())
    };
    let outputs = || {
        let store = world.store();
        let keys = store.keys().expect("keys").into_iter();
        let entries = keys.filter_map(|key| store.find(key));
        entries
            .filter(|entry| OutputsOf::object(entry).is_some())
            .collect::<Vec<_>>()
    };
    let first = model.logits(&data.samples, &data.feeder, &mut |_| ());
    let first = first.expect("logits");
    // Worth being kept, whatever the machine.
    model.slow = Duration::from_millis(40);
    for (wanted, there) in [(6, 1), (0, 1)] {
        let (logits, asked) = ask(&model, key);
        assert_eq!((asked, outputs().len()), (wanted, there));
        assert_eq!(logits, first);
    }
    let [entry] = &outputs()[..] else {
        panic!("one object");
    };
    let of = OutputsOf::object(entry).expect("outputs");
    assert_eq!((of.model, &of.on), (key, &on));
    flip_a_bit(&entry.path("logits.safetensors"), 1000);
    for wanted in [6, 0] {
        let (logits, asked) = ask(&model, key);
        assert_eq!((asked, outputs().len()), (wanted, 1));
        assert_eq!(logits, first);
    }
    assert_eq!(ask(&model, Key([6; 32])).1, 6);
    assert_eq!(outputs().len(), 2);
}
