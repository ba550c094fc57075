//! Data decoded without a worker.

use kdp::plan::{Call, DataFrom, Key, Node, Shape, Task};
use kdp::store::{Lookup, Store};
use kdp_engine::data::{DataError, DataSet, Files, Making, decode};

/// The data of a source, in a store of its own. `tell` is told how far it is.
pub fn decoded(
    source: &Call,
    files: &Files,
    sample: &Shape,
    tell: &mut dyn FnMut(usize, usize),
) -> Result<DataSet, DataError> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).expect("a store");
    let Lookup::Miss(slot) = store.lookup(Key::of(&"data")).expect("a slot") else {
        panic!("a new store is empty");
    };
    decode(source, files, sample, &mut Making::new(&store, &slot, tell))
}

/// The data of a node, held against what is declared.
pub fn decoded_node(node: &Node, tell: &mut dyn FnMut(usize, usize)) -> Result<DataSet, DataError> {
    let Task::Data(task) = &node.task else {
        panic!("{} is no data", node.id);
    };
    let DataFrom::Source { source, .. } = &task.from else {
        panic!("{} has no source", node.id);
    };
    let set = decoded(source, &Files(&node.files), &task.shape.sample, tell)?;
    set.finish(&task.transforms, &task.shape)
}
