//! Networks: built from their description, initialised or loaded, run forward; and models, which
//! are networks or ensembles of models.

mod error;
mod flow;
mod frozen;
mod model;
mod module;
mod net;
mod part;
mod precision;
mod weights;

pub use error::NetError;
pub use flow::Flow;
pub use frozen::Frozen;
pub use model::{Ensemble, Model};
pub use module::Mode;
pub use net::{Net, Outputs, Partition};
pub use part::{Part, gradients};
pub use precision::Precision;
pub use weights::Share;
