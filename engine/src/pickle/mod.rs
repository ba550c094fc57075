//! Python's pickles, read without Python and without running anything. A pickle is a program for a
//! small stack machine; this one has no instruction that calls anything. Of the world it knows the
//! names that its caller allows, and a call of one of these is put down as a value: the name, the
//! arguments and the state. What that means is its reader's affair. Any other name is an error.

mod cursor;
mod error;
mod instructions;
mod literals;
mod machine;
mod opcode;
mod value;

pub use error::{PickleError, Problem};
pub use machine::read;
pub use value::{Id, Pickle, Value};
