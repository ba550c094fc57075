//! Networks: built from their description, initialised or loaded, run forward; and models, which
//! are networks or ensembles of models.

mod error;
mod flow;
mod model;
mod module;
mod net;
mod part;
mod weights;

pub use error::NetError;
pub use flow::Flow;
pub use model::{Ensemble, Model};
pub use module::Mode;
pub use net::{Net, Outputs, Partition};
pub use part::{Part, gradients};
pub use weights::Share;
