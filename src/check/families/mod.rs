//! Declarations and their members: index sets, and each member evaluated once.

mod declare;
mod family;
mod members;

pub(super) use family::{
    Axis, Family, Label, Members, difference, indices, labels_text, places, reordered,
};
