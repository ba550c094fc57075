//! Those who watch a training: it waits for them, and begins where they can.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use kdp::check::{Memory, load};
use kdp::plan::{Digest, Digests, Facts, Key, NodeIndex, Plan, Task, Wanted, plan};
use kdp::run::{Queue, State, all_targets, resumes, survey};
use kdp::store::{About, Lookup, Made, Milestone, Store};

/// One model, tested on other data than it is trained on.
const TEXT: &str = "\
use std.datasets.digits
use std.archs.mlp
use std.recipes.quick

dataset own = digits()
dataset other = digits() |> take(test: 100)
model m = mlp([8]) { data: own.train, test: other.test, recipe: quick }
";

struct NoFiles;

impl Digests for NoFiles {
    fn digest(&self, _: &Path, _: Option<&Wanted>) -> io::Result<Digest> {
        Err(io::ErrorKind::NotFound.into())
    }
}

fn planned() -> Plan {
    let world = Memory(BTreeMap::from([("a.kdp".into(), TEXT.to_string())]));
    let loaded = load(Path::new("a.kdp"), &[], &world);
    plan(&loaded.program.unwrap(), &loaded.sources, &NoFiles)
}

fn at(plan: &Plan, id: &str) -> NodeIndex {
    let mut nodes = plan.graph.node_indices();
    nodes.find(|node| plan.graph[*node].id == id).unwrap()
}

#[test]
fn a_training_waits_for_the_data_of_those_who_watch_it_unless_that_fails() {
    let plan = planned();
    let [own, other, model] = ["own", "other", "m"].map(|id| at(&plan, id));
    let mut queue = Queue::new(&plan, &all_targets(&plan), |_| false, BTreeMap::new());
    for data in [own, other] {
        assert_eq!(queue.start(), Some((data, vec![])));
    }
    queue.done(own);
    assert_eq!(queue.ready().next(), None);
    assert_eq!(queue.fail(other), [at(&plan, "curves of m")]);
    assert_eq!(queue.start(), Some((model, vec![])));
    assert_eq!(queue.state(model), State::Running);
}

/// Puts an object of no content into a store.
fn put(store: &Store, key: Key) {
    let Ok(Lookup::Miss(mut slot)) = store.lookup(key) else {
        panic!("it is there already");
    };
    slot.write("main", b"").unwrap();
    let made = Made {
        kdp: String::new(),
        libtorch: String::new(),
        device: "cpu".into(),
        threads: 1,
        seconds: 0.0,
        waited: 0.0,
        at: String::new(),
    };
    let about = About {
        kind: "train".into(),
        facts: Facts::None,
        main: "main".into(),
        summary: serde_json::Value::Null,
        made,
    };
    slot.commit(about).unwrap();
}

#[test]
fn a_training_goes_on_where_all_who_will_go_along_can() {
    let (plan, folder) = (planned(), tempfile::tempdir().unwrap());
    let store = Store::open(folder.path()).unwrap();
    let (model, curves) = (at(&plan, "m"), at(&plan, "curves of m"));
    let (Task::Train(task), Task::Observe(watcher)) =
        (&plan.graph[model].task, &plan.graph[curves].task)
    else {
        panic!("a training and who watches it");
    };
    let goes_on = || resumes(&plan, &store, &survey(&plan, &store), |_| None);
    for step in [30, 60] {
        let key = task.until(step).key();
        put(&store, key);
        let passing = None;
        let milestone = Milestone { step, key, passing };
        store.note_milestone(task.lineage(), &milestone).unwrap();
    }
    assert_eq!(goes_on(), BTreeMap::new());
    put(&store, watcher.until(30).key());
    assert_eq!(goes_on(), BTreeMap::from([(model, 30), (curves, 30)]));
    put(&store, watcher.until(60).key());
    assert_eq!(goes_on(), BTreeMap::from([(model, 60), (curves, 60)]));
    // Once all of it was seen, nobody else has to come along.
    put(&store, plan.graph[curves].key);
    assert_eq!(goes_on(), BTreeMap::from([(model, 60)]));
}
