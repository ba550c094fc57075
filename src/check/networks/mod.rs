//! Networks: archs become layers, layers become a network, each with the shape that it makes.

mod arch;
mod branches;
mod features;
mod network;
mod rows;
mod shapes;

pub(super) use features::{Features, Grown};
pub(super) use network::Layers;
