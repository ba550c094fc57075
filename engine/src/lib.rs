//! The worker of kdp: what one node of a plan does, on libtorch. It knows nothing of the plan
//! around the node, nor of the terminal.

pub mod worker;

pub mod data;
pub mod nets;

pub mod outputs;
pub mod train;

pub mod measure;

pub mod pickle;

pub mod blob;
pub mod checkpoint;
pub mod errors;
pub mod random;

pub mod shim;

pub mod devices;
pub mod machine;
pub mod threads;
