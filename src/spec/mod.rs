//! What networks, schedules, objectives and claims are, as plain data: the checker makes them, a
//! plan's nodes are made of them, the engine computes them. They stand for nothing but themselves.

mod checkpoint;
mod claim;
mod data;
mod download;
mod formula;
mod json;
mod model;
mod network;
mod objective;
mod pattern;
mod recipe;
mod schedule;
mod shape;
mod tensors;
mod wanted;
mod words;
mod work;

pub use checkpoint::{Form, NoWeights, PICKLE};
pub use claim::{Comparison, Condition, Fold, Quantity};
pub use data::{DataShape, Split};
pub use download::{Archive, Checksum, Download, Remote, Unpack};
pub use formula::{Axes, Axis, Formula, Function};
pub use json::from_json;
pub use model::{Blend, Group};
pub use network::{Layer, Network};
pub use objective::{Loss, Term, View};
pub use pattern::{matches, matching};
pub use recipe::Recipe;
pub use schedule::{Along, Schedule};
pub use shape::Shape;
pub use tensors::{Fill, Malformed, TensorSpec, tensors};
pub use wanted::Wanted;
pub use words::{Call, Datum};
