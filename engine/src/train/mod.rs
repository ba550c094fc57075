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
mod log;
mod look;
mod observer;
mod saving;

mod error;

pub use error::TrainError;
pub use log::{Log, Recent, Recorder};
pub use look::accuracy;
pub use objective::{Given, Matched, loss};
pub use observer::{Observer, Seen};
pub use optimiser::{Optimiser, Scalar, clip, optimiser};
pub use run::{Material, Run, State, batches, precision};
pub use saving::Saver;
pub use scene::Scene;
pub use stepper::Stepper;
pub use teachers::{Models, Shown, Teachers};
pub use through::Throughs;
