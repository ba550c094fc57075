//! Models: how they come by their answers and their weights, and the states of their runs.

mod drawn;
mod ensemble;
mod model;
mod states;
mod weights;
mod weights_file;

pub(super) use model::{Given, Head};
pub(super) use states::Made;
pub(super) use weights::{fold, mix};
