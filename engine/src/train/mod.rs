//! Training: at each step a weighted sum of losses, an optimiser's step, and what is watched.

mod run;

mod formula;
mod objective;
mod scene;
mod teachers;
mod through;

mod adamw;
mod optimiser;
mod sgd;
mod stepper;

mod curves;
mod look;

mod error;

pub use curves::Recent;
pub use error::TrainError;
pub use look::{State, accuracy};
pub use objective::{Given, Matched, loss};
pub use optimiser::{Optimiser, Scalar, clip, optimiser};
pub use run::{Material, Progress, Run, Trained, train};
pub use scene::Scene;
pub use stepper::Stepper;
pub use teachers::{Models, Shown, Teachers};
pub use through::Throughs;
