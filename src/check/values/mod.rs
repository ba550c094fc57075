//! Values, their types, and what is asked of them.

mod conditions;
mod mends;
mod types;
mod value;

pub(super) use mends::mend;
pub(super) use types::Type;
pub(super) use value::{Binding, Recipe, RecipeField, Tokenizer, Value, trim};
