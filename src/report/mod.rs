//! Events to the terminal; results to a page. How they came about is not known here.

pub mod graph;
pub mod page;
mod plots;
mod template;
pub mod terminal;

pub use template::TemplateError;
