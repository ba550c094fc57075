//! The engine held against PyTorch and NumPy, and the worker as `kdp` sees it: a process, orders in,
//! answers out.

mod broken;
mod checkpoint;
mod cifar;
mod cifar_python;
mod command;
mod decoded;
mod frozen;
mod images;
mod language;
mod made;
mod memory;
mod models;
mod nodes;
mod noise;
mod outputs;
mod parallel;
mod pipe;
mod precision;
mod reference;
mod resume;
mod shim;
mod states;
mod text;
mod threads;

use nodes::*;
use pipe::Worker;
