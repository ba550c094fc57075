//! Networks: built from their description, initialised or loaded, run forward; and models, which
//! are networks or ensembles of models.

mod attention;
mod build;
mod conv;
mod dropout;
mod embedding;
mod error;
mod fit;
mod flow;
mod fold;
mod frozen;
mod layer_norm;
mod linear;
mod lockstep;
mod misfit;
mod model;
mod module;
mod net;
mod norm;
mod part;
mod pass;
mod precision;
mod replicated;
mod synchronised;
mod weights;

pub use error::NetError;
pub use flow::Flow;
pub use frozen::Frozen;
pub use misfit::Misfit;
pub use model::{Ensemble, Model};
pub use net::{Net, Outputs, Partition};
pub use part::{Part, gradients};
pub use pass::Mode;
pub use precision::Precision;
pub use replicated::Replicated;
pub use weights::Share;
