//! Files and what they import: from names to declarations.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::import::Wanted;
use super::standard::{standard_modules, what_it_has};
use crate::check::Checker;
use crate::check::calls::Instance;
use crate::check::codes::*;
use crate::check::values::{Binding, Value};
use crate::diag::{Diagnostic, Mend, SourceId, Span, closest};
#[cfg(doc)]
use crate::spec::Form;
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

/// What the names of a module mean, and where they were said to.
pub type Names = HashMap<String, (Named, Span)>;

/// What a name of a module means. Nothing in it names the module itself, so that the uses of one
/// experiment share their names.
#[derive(Clone, Debug)]
pub enum Named {
    /// A declaration of the module, by its place.
    Item(usize),
    /// A parameter of the experiment that the module is a use of, by its place.
    Param(usize),
    /// A declaration that was taken from another module.
    Taken(DeclId),
    /// Another module.
    Module(ModuleId),
    /// An import that failed.
    Unknown,
}

/// A file that has been read, or one use of an experiment.
pub struct Module {
    /// Its text; where it has several files, the first of them.
    pub source: SourceId,
    /// The folder to which its paths are relative.
    pub folder: PathBuf,
    /// What was written.
    pub tree: Arc<Tree>,
    /// What its names mean.
    pub names: Rc<Names>,
    /// Whether it is part of kdp.
    pub standard: bool,
    /// What stands before the names of its members: `ours.`, `t.`
    pub prefix: String,
    /// Where it is a use of an experiment: which.
    pub instance: Option<Instance>,
}

/// What lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A folder.
    Folder,
    /// A file: its first bytes, as many as tell [its form](Form::HEAD).
    File(Vec<u8>),
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
    /// A look at what is no `.kdp` file; `None` where it is not known what lies there.
    fn look(&self, _path: &Path) -> Option<Found> {
        None
    }
    /// The folder that a file's imports may not leave, of a canonical path; `None` if they may go
    /// anywhere.
    fn project(&self, _file: &Path) -> Option<PathBuf> {
        None
    }
}

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
    /// Enters a file's declarations and follows its imports. `prefix` is what stands before the names
    /// of its members.
    pub(in crate::check) fn enter(
        &mut self,
        source: SourceId,
        tree: Tree,
        folder: PathBuf,
        prefix: String,
        standard: bool,
    ) -> ModuleId {
        let id = ModuleId(self.modules.len());
        let tree = Arc::new(tree);
        self.modules.push(Module {
            source,
            folder,
            tree: tree.clone(),
            names: Rc::default(),
            standard,
            prefix,
            instance: None,
        });
        for (item, declaration) in tree.items.iter().enumerate() {
            match &declaration.kind {
                ItemKind::Use(import) => self.import(id, import, declaration.span),
                _ => {
                    if let Some(name) = declared_name(declaration) {
                        self.declare(id, name, Named::Item(item));
                    }
                }
            }
        }
        id
    }

    fn declare(&mut self, module: ModuleId, name: &Name, named: Named) {
        let mut names = std::mem::take(&mut self.modules[module.0].names);
        self.enter_name(Rc::make_mut(&mut names), name, named);
        self.modules[module.0].names = names;
    }

    /// Enters a name, which must be new.
    pub(in crate::check) fn enter_name(&mut self, names: &mut Names, name: &Name, named: Named) {
        if let Some((before, first)) = names.get(&name.text) {
            // An import that failed says nothing more.
            if matches!(before, Named::Unknown) || matches!(named, Named::Unknown) {
                return;
            }
            let first = *first;
            self.report(
                Diagnostic::error(DUPLICATE_NAME, format!("`{}` is declared twice", name.text))
                    .label(name.span, "declared again here")
                    .label(first, "first declared here")
                    .help("give one of them another name"),
            );
            return;
        }
        names.insert(name.text.clone(), (named, name.span));
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
                let prefix = format!("{}{}.", self.modules[into.0].prefix, name.text);
                let wanted = Wanted {
                    folder: &folder,
                    written: text,
                    span: path.span,
                    prefix: &prefix,
                };
                // Uses of a file that cannot be imported say nothing more.
                let named = match self.load_import(wanted) {
                    Some(id) => Named::Module(id),
                    None => Named::Unknown,
                };
                self.declare(into, &name, named);
                self.imports.push(name);
            }
            Use::Names { path, names, .. } => {
                let words: Vec<_> = path.iter().map(|name| name.text.as_str()).collect();
                let module = match words.as_slice() {
                    ["std"] => None,
                    ["std", module] => match self.load_standard(module) {
                        Some(id) => Some(id),
                        None => {
                            let help = closest(module, standard_modules()).map(|name| {
                                Mend::from(format!("did you mean `std.{name}`?"))
                                    .edit(path[1].span, name)
                            });
                            self.report(
                                Diagnostic::error(
                                    UNKNOWN_IMPORT,
                                    format!("the standard library has no module `{module}`"),
                                )
                                .label(path[1].span, "")
                                .maybe_help(help.or_else(|| Some(what_it_has().into()))),
                            );
                            self.declare_unknown(into, names);
                            return;
                        }
                    },
                    _ => {
                        let message = match (words.is_empty(), names.first()) {
                            (true, Some(taken)) => {
                                format!("`{}` is taken from no module", taken.name.text)
                            }
                            _ => format!("there is no module `{}`", words.join(".")),
                        };
                        self.report(
                            Diagnostic::error(UNKNOWN_IMPORT, message)
                                .label(span, "")
                                .help("names come from the standard library (`use std.archs.mlp`) or a file (`use \"ours.kdp\" as ours`)"),
                        );
                        self.declare_unknown(into, names);
                        return;
                    }
                };
                for taken in names {
                    let binding = match module {
                        Some(id) => self
                            .exported(id, &taken.name, &words.join("."))
                            .map(Named::Taken),
                        None => self
                            .load_standard(&taken.name.text)
                            .map(Named::Module)
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
                                    .help(what_it_has()),
                                );
                                None
                            }),
                    };
                    let here = taken.alias.as_ref().unwrap_or(&taken.name).clone();
                    match binding {
                        Some(named) => {
                            self.declare(into, &here, named);
                            if !self.modules[into.0].standard {
                                self.imports.push(here);
                            }
                        }
                        // Known to be wrong already: its uses say nothing more, however they spell it.
                        None => {
                            self.declare(into, &here, Named::Unknown);
                            let near = module.and_then(|id| {
                                let names = self.modules[id.0].names.keys();
                                closest(&here.text, names.map(String::as_str)).map(str::to_string)
                            });
                            if let Some(near) = near {
                                Rc::make_mut(&mut self.modules[into.0].names)
                                    .entry(near)
                                    .or_insert((Named::Unknown, here.span));
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
            self.declare(into, here, Named::Unknown);
        }
    }

    /// What a name means in a module: its own names, then those of the modules around it.
    pub(in crate::check) fn found(&mut self, name: &str, module: ModuleId) -> Option<Binding> {
        let mut at = module;
        loop {
            let here = &self.modules[at.0];
            let Some((named, span)) = here.names.get(name) else {
                at = here.instance.as_ref()?.outer;
                continue;
            };
            let binding = match named {
                Named::Item(item) => Binding::Decl(DeclId {
                    module: at,
                    item: *item,
                }),
                Named::Param(nth) => {
                    let args = here.instance.as_ref().map(|instance| &instance.args);
                    let value = args.and_then(|args| args.get(*nth)).cloned();
                    Binding::Local(value.unwrap_or(Value::Unknown))
                }
                Named::Taken(decl) => Binding::Decl(*decl),
                Named::Module(module) => Binding::Module(*module),
                Named::Unknown => Binding::Local(Value::Unknown),
            };
            self.used.insert(*span);
            return Some(binding);
        }
    }

    /// Every name that means something in a module.
    pub(in crate::check) fn names_in(&self, module: ModuleId) -> Vec<&str> {
        let mut names = vec![];
        let mut at = Some(module);
        while let Some(id) = at {
            let here = &self.modules[id.0];
            names.extend(here.names.keys().map(String::as_str));
            at = here.instance.as_ref().map(|instance| instance.outer);
        }
        names
    }

    /// A name that a module declares itself.
    pub(in crate::check) fn exported(
        &mut self,
        module: ModuleId,
        name: &Name,
        shown: &str,
    ) -> Option<DeclId> {
        let here = &self.modules[module.0];
        if let Some((Named::Item(item), span)) = here.names.get(&name.text) {
            self.used.insert(*span);
            return Some(DeclId {
                module,
                item: *item,
            });
        }
        let mut names: Vec<&str> = here
            .names
            .iter()
            .filter(|(_, (named, _))| matches!(named, Named::Item(_)))
            .map(|(name, _)| name.as_str())
            .collect();
        names.sort_unstable();
        let help = match closest(&name.text, names.iter().copied()) {
            Some(near) => Mend::did_you_mean(name.span, near),
            None => format!("it has {}", names.join(", ")).into(),
        };
        let code = match here.instance {
            Some(_) => UNKNOWN_MEMBER,
            None => UNKNOWN_IMPORT,
        };
        let message = format!("`{shown}` has no `{}`", name.text);
        self.fail_with(code, message, name.span, help);
        None
    }
}
