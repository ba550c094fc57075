//! Networks: built from their description, initialised or loaded, run forward.

mod error;
mod module;
mod net;
mod specs;
mod weights;

pub use error::NetError;
pub use module::Mode;
pub use net::Net;
pub use specs::{Spec, Start, specs};
