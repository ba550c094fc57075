//! Training: at each step a weighted sum of losses, an optimiser's step, and what is watched.

mod adamw;
mod curves;
mod error;
mod objective;
mod optimiser;
mod run;
mod sgd;
mod teachers;

pub use error::TrainError;
pub use objective::loss;
pub use optimiser::{Optimiser, Scalar, clip, optimiser};
pub use run::{Progress, Trained, accuracy, train};
pub use teachers::Teachers;
