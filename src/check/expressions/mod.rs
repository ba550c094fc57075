//! Expressions: operators, functions, attributes and choices, and what they come to.

mod attributes;
mod choose;
mod expr;
mod foregone;
mod functions;
mod once;
mod operators;
mod quotient;

pub(super) use once::Site;
