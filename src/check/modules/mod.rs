//! Files: what they import, the standard library, what `--set` gives their params.

mod disk;
mod import;
mod memory;
mod module;
mod settings;
mod standard;

pub use disk::Disk;
pub use import::near_path;
pub use memory::Memory;
pub(super) use module::{DeclId, Module, ModuleId, Named, Names};
pub use module::{Found, World, declared_name};
pub use standard::{STANDARD, module_of, standard_files, standard_modules};
