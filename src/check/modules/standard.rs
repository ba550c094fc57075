//! The standard library: part of the binary. A module is one file or several, whose declarations are one
//! namespace.

use std::path::PathBuf;

use super::module::ModuleId;
use crate::check::Checker;
use crate::syntax;
use crate::syntax::tree::Tree;

/// A file by its path below `stdlib/`, without its ending, and its text.
macro_rules! file {
    ($path:literal) => {
        (
            $path,
            include_str!(concat!("../../../stdlib/", $path, ".kdp")),
        )
    };
}

/// The files of the standard library. What stands before the slash is the module; the file that is called
/// as it is comes first and says what the module is about.
pub const STANDARD: &[(&str, &str)] = &[
    file!("datasets"),
    file!("datasets/images"),
    file!("datasets/texts"),
    file!("archs"),
    file!("archs/mlp"),
    file!("archs/small_cnn"),
    file!("archs/resnet"),
    file!("archs/resnet_cifar"),
    file!("archs/mobilenet"),
    file!("archs/text"),
    file!("archs/transformers"),
    file!("recipes"),
    file!("objectives"),
    file!("experiments"),
    file!("downloads"),
];

/// The module of a file of the standard library.
pub fn module_of(file: &str) -> &str {
    file.split('/').next().unwrap_or(file)
}

/// The modules of the standard library.
pub fn standard_modules() -> impl Iterator<Item = &'static str> {
    let files = STANDARD.iter().map(|(file, _)| *file);
    files.filter(|file| module_of(file) == *file)
}

/// The files of a module and their texts; none where there is no such module.
pub fn standard_files(module: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let files = STANDARD.iter().copied();
    files.filter(move |(file, _)| module_of(file) == module)
}

/// What the standard library has, for a help.
pub(in crate::check) fn what_it_has() -> String {
    let names: Vec<String> = standard_modules()
        .map(|name| format!("`std.{name}`"))
        .collect();
    format!("it has {}", names.join(", "))
}

impl Checker<'_> {
    /// A module of the standard library.
    pub(in crate::check) fn load_standard(&mut self, name: &str) -> Option<ModuleId> {
        let key = PathBuf::from(format!("std.{name}"));
        if let Some(id) = self.loaded.get(&key) {
            return Some(*id);
        }
        let mut whole = Tree::default();
        let mut first = None;
        for (file, text) in standard_files(name) {
            let source = self.sources.add(format!("std.{file}"), text);
            let (tree, errors) = syntax::parse(source, text);
            self.findings.extend(errors);
            self.standard.insert(source);
            first = first.or(Some(source));
            whole.doc.extend(tree.doc);
            whole.items.extend(tree.items);
        }
        let id = self.enter(first?, whole, PathBuf::new(), String::new(), true);
        self.loaded.insert(key, id);
        Some(id)
    }
}
