//! Training: recipes and schedules held against data.

mod held;
mod parameters;
mod recipe;
mod schedule;
mod training;

pub(super) use held::{HeldAs, HeldBy};
pub(super) use parameters::{GroupOf, Pattern};
pub(super) use schedule::{Clock, Extent, Front, Known, Ramp, Time, Window, product, sum, switch};
