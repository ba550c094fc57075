//! Milliseconds of a training step and of a teacher's answer, on made batches.
//!
//! `cargo bench -p kdp-engine --bench step -- [threads] [part of a case's name]`: each case a few seconds;
//! the medians of its steps.

// A benchmark that cannot build its networks stops, and should.
#![allow(clippy::unwrap_used)]

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kdp::check::{World, load};
use kdp::diag::{Rendering, render};
use kdp::plan::{Digest, Digests, Key, Network, Shape, Task, TrainTask, Wanted, plan};
use kdp_engine::machine;
use kdp_engine::nets::{Mode, Model, Net, Partition, Precision};
use kdp_engine::train::Stepper;
use tch::{Device, Kind, Tensor};

/// Steps before any is counted, and the least time and number that are.
const WARM: usize = 3;
const LEAST: (Duration, usize) = (Duration::from_secs(2), 9);

const BATCH: i64 = 128;

const TEXT: &str = r#"
use std.datasets.{cifar10, mnist, text_file}
use std.archs.{mlp, mobilenet_v2, resnet_cifar, roberta}

dataset images = cifar10("cifar")
dataset digits = mnist("mnist")
dataset texts = text_file("train.tsv", "test.tsv", labels: ["0", "1"], train: 4_096, test: 512, length: 128)

arch three_layers() =
  flatten() -> linear(512) as a -> gelu() -> dropout(0.1) -> linear(512) as b -> gelu()
  -> dropout(0.1) -> linear(classes) as c

recipe r {
  optimizer: sgd(momentum: 0.9, nesterov: true)
  weight_decay: 5e-4
  batch: 128
  length: 2 epochs
  lr: 0.05
}

teacher resnet20 = resnet_cifar(20) { data: images.train, recipe: r }
teacher resnet56 = resnet_cifar(56) { data: images.train, recipe: r }
teacher mobilenet = mobilenet_v2() { data: images.train, recipe: r }
teacher mlp1000 = mlp([1000]) { data: digits.train, recipe: r with { optimizer: adamw(), lr: 1e-3 } }
teacher reader = roberta(layers: 4, width: 128, heads: 4, positions: 128) { data: texts.train, recipe: r }
teacher dropped = three_layers() { data: images.train, recipe: r }
"#;

/// A file, and others that have their names for content.
struct Text;

impl World for Text {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match path == Path::new("bench.kdp") {
            true => Ok(TEXT.as_bytes().to_vec()),
            false => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_path_buf())
    }
}

impl Digests for Text {
    fn digest(&self, path: &Path, _: Option<&Wanted>) -> io::Result<Digest> {
        Ok(Key::of_bytes(path.as_os_str().as_encoded_bytes()))
    }
}

/// The training of a model of the text.
fn task(model: &str) -> TrainTask {
    let loaded = load(Path::new("bench.kdp"), &[], &Text);
    let said = render(&loaded.diagnostics, &loaded.sources, Rendering::Plain);
    let program = loaded.program.unwrap_or_else(|| panic!("{said}"));
    let plan = plan(&program, &loaded.sources, &Text);
    let models = plan.named_models();
    let node = models.iter().find(|(name, _)| *name == model).unwrap().1;
    match &node.task {
        Task::Train(task) => task.clone(),
        _ => panic!("{model} is trained"),
    }
}

/// A batch of images in channels-last memory, or of texts without padding, and labels.
fn batch(network: &Network) -> (Tensor, Tensor) {
    tch::manual_seed(1);
    let inputs = match network.input {
        Shape::Tokens { length, .. } => {
            Tensor::randint_low(1, 257, [BATCH, length], (Kind::Int64, Device::Cpu))
        }
        _ => {
            let sizes = network.input.sizes();
            let images = Tensor::randn(
                [BATCH, sizes[1], sizes[2], sizes[0]],
                (Kind::Float, Device::Cpu),
            );
            images.permute([0, 3, 1, 2])
        }
    };
    let labels = Tensor::randint(network.classes, [BATCH], (Kind::Int64, Device::Cpu));
    (inputs, labels)
}

/// Processor time of this process, in milliseconds: what other processes do does not count.
fn processor() -> f64 {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `now` is ours.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut now) };
    now.tv_sec as f64 * 1e3 + now.tv_nsec as f64 / 1e6
}

/// Prints the median of a run of steps, by the clock and by the processor.
fn time(name: &str, mut step: impl FnMut(u64)) {
    for warm in 0..WARM {
        step(warm as u64);
    }
    let (begin, mut taken) = (Instant::now(), Vec::new());
    while begin.elapsed() < LEAST.0 || taken.len() < LEAST.1 {
        let (clock, spent) = (Instant::now(), processor());
        step((WARM + taken.len()) as u64);
        taken.push([clock.elapsed().as_secs_f64() * 1e3, processor() - spent]);
    }
    let [clock, spent] = [0, 1].map(|which| {
        taken.sort_unstable_by(|a, b| a[which].total_cmp(&b[which]));
        taken[taken.len() / 2][which]
    });
    println!("{name:<24} {clock:8.2} ms, {spent:8.2} ms of processors");
}

/// Training steps of a model.
fn train(name: &str, model: &str, precision: Precision) {
    let task = task(model);
    let none = Partition::default();
    let net = Net::begin(&task.network, &none, 1, &[], Device::Cpu).unwrap();
    let net = net.computing_in(precision);
    let mut stepper = Stepper::new(&task, net.parts(), std::iter::empty()).unwrap();
    let (inputs, labels) = batch(&task.network);
    time(name, |step| {
        let logits = net.forward(&inputs, Mode::Train { seed: 1, step }).unwrap();
        let loss = logits.cross_entropy_for_logits(&labels);
        stepper.step(&loss, step).unwrap();
    });
}

/// Answers of a model that is not trained.
fn answer(name: &str, model: &str, precision: Precision) {
    let task = task(model);
    let net = Net::new(&task.network, 1, Device::Cpu).unwrap();
    let frozen = net.freeze(precision).unwrap();
    let (inputs, _) = batch(&task.network);
    time(name, |_| {
        let _ = frozen.answer(&inputs).unwrap();
    });
}

/// What is timed of a model, under a name.
type Case = fn(&str, &str, Precision);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let threads = arguments.iter().find_map(|argument| argument.parse().ok());
    let wanted = arguments
        .iter()
        .find(|a| !a.starts_with("--") && a.parse::<i32>().is_err());
    machine::prepare();
    tch::set_num_threads(threads.unwrap_or(1));
    let cases: [(&str, Case, &str); 7] = [
        ("train", train, "resnet20"),
        ("answer", answer, "resnet56"),
        ("train", train, "mobilenet"),
        ("answer", answer, "mobilenet"),
        ("train", train, "mlp1000"),
        ("train", train, "dropped"),
        ("train", train, "reader"),
    ];
    for (what, run, model) in cases {
        for (word, precision) in [("fp32", Precision::Fp32), ("bf16", Precision::Bf16)] {
            let name = format!("{what} {model} {word}");
            if wanted.is_none_or(|wanted| name.contains(wanted.as_str())) {
                run(&name, model, precision);
            }
        }
    }
}
