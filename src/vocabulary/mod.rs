//! What the language's words are: each layer, data source, transform, optimiser, augmentation,
//! objective and measure is declared once, with its arguments, types and documentation.
//! The checker, the reference and the engine all take them from here; how they are computed
//! stands elsewhere (`check::shapes` for shapes, `kdp-engine` for tensors).

mod downloads;
mod expressions;
mod functions;
mod images;
mod initial;
mod language;
mod layers;
mod measures;
mod models;
mod sources;
mod texts;
mod training;
mod transforms;
mod word;

pub use downloads::DOWNLOADS;
pub use expressions::*;
pub use functions::{FUNCTIONS, Function, Takes, function};
pub use initial::INITIAL;
pub use language::*;
pub use layers::LAYERS;
pub use measures::{Field, MEASURES, fields, is_count, range};
pub use models::{MODELS, STATES, WEIGHTS};
pub use sources::SOURCES;
pub use texts::{BYTE_TOKENS, TOKENIZERS};
pub use training::{AUGMENTATIONS, OBJECTIVES, OPTIMISERS, RECIPE_FIELDS};
pub use transforms::{DERIVED, TRANSFORMS};
pub use word::{Default, Param, Type, Word, find};
