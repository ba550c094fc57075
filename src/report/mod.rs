//! Events to the terminal; results to a page. How they came about is not known here.

pub mod terminal;

pub mod page;

pub mod graph;
mod plots;

mod family;
mod kinship;
mod number;
mod prose;
mod ranking;
mod template;
mod unseen;
mod verdict;

pub use number::grouped;
pub use template::TemplateError;
