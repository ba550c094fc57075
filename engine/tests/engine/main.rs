//! The engine held against PyTorch and NumPy, and the worker as `kdp` sees it: a process, orders in,
//! answers out.

mod broken;
mod cifar;
mod command;
mod language;
mod made;
mod models;
mod nodes;
mod outputs;
mod pipe;
mod reference;
mod resume;
mod states;
mod text;

use nodes::*;
use pipe::Worker;
