//! Files and what they import: from names to declarations.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::Checker;
use super::codes::*;
use super::import::Wanted;
use super::value::Binding;
use crate::diag::{Diagnostic, Mend, SourceId, Span, closest};
use crate::syntax::tree::{ExprKind, Item, ItemKind, Name, TextPart, Tree, Use, UseName};

/// A module's place among the modules of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleId(pub usize);

/// A declaration: its module and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeclId {
    /// The module.
    pub module: ModuleId,
    /// The place among its items.
    pub item: usize,
}

/// A file that has been read.
pub struct Module {
    /// Its text.
    pub source: SourceId,
    /// The folder to which its paths are relative.
    pub folder: PathBuf,
    /// What was written.
    pub tree: Rc<Tree>,
    /// What its names mean, and where they were said to.
    pub names: HashMap<String, (Binding, Span)>,
    /// Whether it is part of kdp.
    pub standard: bool,
}

/// All access to files that the checker has.
pub trait World {
    /// The bytes of a file.
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>>;
    /// One path for one file, however it was reached.
    fn canonical(&self, path: &Path) -> std::io::Result<PathBuf>;
    /// What a folder holds, for a close name; nothing where that is not known.
    fn names(&self, _folder: &Path) -> Vec<String> {
        vec![]
    }
    /// The folder that a file's imports may not leave, of a canonical path; `None` if they may go
    /// anywhere.
    fn project(&self, _file: &Path) -> Option<PathBuf> {
        None
    }
}

/// The standard library: part of the binary.
pub const STANDARD: &[(&str, &str)] = &[
    ("datasets", include_str!("../../stdlib/datasets.kdp")),
    ("archs", include_str!("../../stdlib/archs.kdp")),
    ("recipes", include_str!("../../stdlib/recipes.kdp")),
];

/// The name that a declaration makes, if it makes one.
pub fn declared_name(item: &Item) -> Option<&Name> {
    match &item.kind {
        ItemKind::Param { name, .. }
        | ItemKind::Let { name, .. }
        | ItemKind::Fn { name, .. }
        | ItemKind::Arch { name, .. }
        | ItemKind::Dataset { name, .. }
        | ItemKind::Recipe { name, .. }
        | ItemKind::Model { name, .. }
        | ItemKind::Objective { name, .. }
        | ItemKind::Measure { name, .. }
        | ItemKind::Experiment { name, .. }
        | ItemKind::Trial { name, .. } => Some(name),
        ItemKind::Use(_) | ItemKind::Claim { .. } => None,
    }
}

impl Checker<'_> {
    /// A module of the standard library.
    fn load_standard(&mut self, name: &str) -> Option<ModuleId> {
        let key = PathBuf::from(format!("std.{name}"));
        if let Some(id) = self.loaded.get(&key) {
            return Some(*id);
        }
        let (_, text) = STANDARD.iter().find(|(module, _)| *module == name)?;
        let source = self.sources.add(format!("std.{name}"), *text);
        let (tree, errors) = crate::syntax::parse(source, text);
        self.findings.extend(errors);
        let id = self.enter(source, tree, PathBuf::new(), true);
        self.loaded.insert(key, id);
        Some(id)
    }

    /// Enters a file's declarations and follows its imports.
    pub(super) fn enter(
        &mut self,
        source: SourceId,
        tree: Tree,
        folder: PathBuf,
        standard: bool,
    ) -> ModuleId {
        let id = ModuleId(self.modules.len());
        let tree = Rc::new(tree);
        self.modules.push(Module {
            source,
            folder,
            tree: tree.clone(),
            names: HashMap::new(),
            standard,
        });
        for (item, declaration) in tree.items.iter().enumerate() {
            match &declaration.kind {
                ItemKind::Use(import) => self.import(id, import, declaration.span),
                _ => {
                    if let Some(name) = declared_name(declaration) {
                        self.declare(id, name, Binding::Decl(DeclId { module: id, item }));
                    }
                }
            }
        }
        id
    }

    fn declare(&mut self, module: ModuleId, name: &Name, binding: Binding) {
        let names = &mut self.modules[module.0].names;
        if let Some((_, first)) = names.get(&name.text) {
            let first = *first;
            self.report(
                Diagnostic::error(DUPLICATE_NAME, format!("`{}` is declared twice", name.text))
                    .label(name.span, "declared again here")
                    .label(first, "first declared here")
                    .help("give one of them another name"),
            );
            return;
        }
        names.insert(name.text.clone(), (binding, name.span));
    }

    fn import(&mut self, into: ModuleId, import: &Use, span: Span) {
        match import {
            Use::File { path, alias } => {
                let ExprKind::Text(parts) = &path.kind else {
                    return;
                };
                let [TextPart::Literal(text)] = parts.as_slice() else {
                    self.report(
                        Diagnostic::error(IMPORT_UNREADABLE, "an import's path is a plain text")
                            .label(path.span, ""),
                    );
                    return;
                };
                let stem = Path::new(text).file_stem();
                let name = alias.clone().unwrap_or_else(|| Name {
                    text: stem.map_or_else(String::new, |stem| stem.to_string_lossy().into_owned()),
                    span: path.span,
                });
                let folder = self.modules[into.0].folder.clone();
                let wanted = Wanted {
                    folder: &folder,
                    written: text,
                    span: path.span,
                };
                // Uses of a file that cannot be imported say nothing more.
                let binding = match self.load_import(wanted) {
                    Some(id) => Binding::Module(id),
                    None => Binding::Local(super::value::Value::Unknown),
                };
                self.declare(into, &name, binding);
                self.imports.push((into, name));
            }
            Use::Names { path, names, .. } => {
                let words: Vec<_> = path.iter().map(|name| name.text.as_str()).collect();
                let module = match words.as_slice() {
                    ["std"] => None,
                    ["std", module] => match self.load_standard(module) {
                        Some(id) => Some(id),
                        None => {
                            let candidates = STANDARD.iter().map(|(name, _)| *name);
                            let help = closest(module, candidates).map(|name| {
                                Mend::from(format!("did you mean `std.{name}`?"))
                                    .edit(path[1].span, name)
                            });
                            self.report(
                                Diagnostic::error(
                                    UNKNOWN_IMPORT,
                                    format!("the standard library has no module `{module}`"),
                                )
                                .label(path[1].span, "")
                                .maybe_help(help.or_else(|| {
                                    Some(
                                        "it has `std.datasets`, `std.archs` and `std.recipes`"
                                            .into(),
                                    )
                                })),
                            );
                            self.declare_unknown(into, names);
                            return;
                        }
                    },
                    _ => {
                        self.report(
                            Diagnostic::error(UNKNOWN_IMPORT, format!("there is no module `{}`", words.join(".")))
                                .label(span, "")
                                .help("names come from the standard library (`use std.archs.mlp`) or a file (`use \"ours.kdp\" as ours`)"),
                        );
                        self.declare_unknown(into, names);
                        return;
                    }
                };
                for taken in names {
                    let binding = match module {
                        Some(id) => self.exported(id, &taken.name, &words.join(".")),
                        None => self
                            .load_standard(&taken.name.text)
                            .map(Binding::Module)
                            .or_else(|| {
                                self.report(
                                    Diagnostic::error(
                                        UNKNOWN_IMPORT,
                                        format!(
                                            "the standard library has no module `{}`",
                                            taken.name.text
                                        ),
                                    )
                                    .label(taken.name.span, "")
                                    .help("it has `std.datasets`, `std.archs` and `std.recipes`"),
                                );
                                None
                            }),
                    };
                    let here = taken.alias.as_ref().unwrap_or(&taken.name).clone();
                    match binding {
                        Some(binding) => {
                            self.declare(into, &here, binding);
                            self.imports.push((into, here));
                        }
                        // Known to be wrong already: its uses say nothing more, however they spell it.
                        None => {
                            let unknown = Binding::Local(super::value::Value::Unknown);
                            self.declare(into, &here, unknown.clone());
                            let near = module.and_then(|id| {
                                let names = self.modules[id.0].names.keys();
                                closest(&here.text, names.map(String::as_str)).map(str::to_string)
                            });
                            if let Some(near) = near {
                                self.modules[into.0]
                                    .names
                                    .entry(near)
                                    .or_insert((unknown, here.span));
                            }
                        }
                    }
                }
            }
        }
    }

    /// Names of an import that failed: their uses say nothing more.
    fn declare_unknown(&mut self, into: ModuleId, names: &[UseName]) {
        for taken in names {
            let here = taken.alias.as_ref().unwrap_or(&taken.name);
            self.declare(into, here, Binding::Local(super::value::Value::Unknown));
        }
    }

    /// A name that a module declares itself.
    pub(super) fn exported(
        &mut self,
        module: ModuleId,
        name: &Name,
        shown: &str,
    ) -> Option<Binding> {
        if let Some((binding @ Binding::Decl(_), _)) = self.modules[module.0].names.get(&name.text)
        {
            return Some(binding.clone());
        }
        let names: Vec<String> = self.modules[module.0]
            .names
            .iter()
            .filter(|(_, (binding, _))| matches!(binding, Binding::Decl(_)))
            .map(|(name, _)| name.clone())
            .collect();
        let help = closest(&name.text, names.iter().map(String::as_str))
            .map(|near| Mend::did_you_mean(name.span, near));
        let mut sorted = names.clone();
        sorted.sort();
        self.report(
            Diagnostic::error(UNKNOWN_IMPORT, format!("`{shown}` has no `{}`", name.text))
                .label(name.span, "")
                .maybe_help(help.or_else(|| Some(format!("it has {}", sorted.join(", ")).into()))),
        );
        None
    }
}
