//! Data decoded without a worker.

use kdp::plan::{Call, DataFrom, DataShape, Key, Node, Task};
use kdp::store::{Lookup, Store};
use kdp_engine::data::{DataError, DataSet, Files, Making, decode};

/// The data of a source after transforms, held against what is declared, in a store of its own. `tell` is told how far
/// it is.
pub fn decoded(
    source: &Call,
    files: &Files,
    transforms: &[Call],
    declared: &DataShape,
    tell: &mut dyn FnMut(usize, usize),
) -> Result<DataSet, DataError> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).expect("a store");
    let Lookup::Miss(slot) = store.lookup(Key::of(&"data")).expect("a slot") else {
        panic!("a new store is empty");
    };
    let making = &mut Making::new(&store, &slot, tell);
    let set = decode(source, files, &declared.sample, making)?;
    set.finish(transforms, declared, making)
}

/// The data of a node, held against what is declared.
pub fn decoded_node(node: &Node, tell: &mut dyn FnMut(usize, usize)) -> Result<DataSet, DataError> {
    let Task::Data(task) = &node.task else {
        panic!("{} is no data", node.id);
    };
    let DataFrom::Source { source, .. } = &task.from else {
        panic!("{} has no source", node.id);
    };
    let files = Files(&node.files);
    decoded(source, &files, &task.transforms, &task.shape, tell)
}
