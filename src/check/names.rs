//! What names mean: inner scopes first, then the module's declarations, then the vocabulary.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Checker;
use super::codes::*;
use super::module::{ModuleId, STANDARD, declared_name};
use super::scope::Scope;
use super::value::{Binding, Value};
use crate::diag::{Diagnostic, Mend, Span, closest};
use crate::vocabulary::{self, Word};

/// The lists of words that files may use anywhere.
pub const WORDS: &[(&[Word], Kind)] = &[
    (vocabulary::LAYERS, Kind::Layer),
    (vocabulary::SOURCES, Kind::Source),
    (vocabulary::TRANSFORMS, Kind::Transform),
    (vocabulary::OPTIMISERS, Kind::Optimiser),
    (vocabulary::AUGMENTATIONS, Kind::Augmentation),
    (vocabulary::OBJECTIVES, Kind::Objective),
    (vocabulary::MEASURES, Kind::Measure),
];

/// What a word of the vocabulary makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Layers.
    Layer,
    /// A data set.
    Source,
    /// A data set of a data set.
    Transform,
    /// An optimiser.
    Optimiser,
    /// An augmentation.
    Augmentation,
    /// An objective.
    Objective,
    /// A measurement.
    Measure,
}

/// The names of the standard library, and the module of each.
static STANDARD_NAMES: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
    let modules = STANDARD.iter().flat_map(|(module, text)| {
        let (tree, _) = crate::syntax::parse(Default::default(), text);
        let names = tree.items.iter().filter_map(declared_name);
        let names = names.map(|name| (name.text.clone(), *module));
        names.collect::<Vec<_>>()
    });
    modules.collect()
});

/// A word of the vocabulary by its name.
pub fn word(name: &str) -> Option<(&'static Word, Kind)> {
    WORDS
        .iter()
        .find_map(|(words, kind)| Some((vocabulary::find(words, name)?, *kind)))
}

impl Checker<'_> {
    /// What a name is bound to, vocabulary aside.
    pub(super) fn binding(&mut self, name: &str, scope: &Scope) -> Option<Binding> {
        if let Some(value) = scope.env.get(name) {
            return Some(Binding::Local(value.clone()));
        }
        let (binding, _) = self.modules[scope.module.0].names.get(name)?;
        let binding = binding.clone();
        self.used.insert((scope.module, name.to_string()));
        Some(binding)
    }

    /// The value of a name.
    pub(super) fn name(&mut self, name: &str, span: Span, scope: &Scope) -> Value {
        match self.binding(name, scope) {
            Some(Binding::Local(value)) => value,
            Some(Binding::Module(module)) => Value::Module(module),
            Some(Binding::Decl(decl)) => self.declared(decl, span),
            None => match word(name) {
                Some((word, Kind::Objective)) if word.params.is_empty() => {
                    self.word(word, Kind::Objective, None, &[], span, scope)
                }
                Some(_) => Value::Callable(name.to_string()),
                None if vocabulary::function(name).is_some() => Value::Callable(name.to_string()),
                None => self.unknown_name(name, span, scope),
            },
        }
    }

    /// Reports a name that means nothing here.
    pub(super) fn unknown_name(&mut self, name: &str, span: Span, scope: &Scope) -> Value {
        let help = match name {
            "True" => Some(Mend::did_you_mean(span, "true")),
            "False" => Some(Mend::did_you_mean(span, "false")),
            "range" => Some("a range is written `2..4` (the end is left out)".into()),
            _ => self.near_name(name, span, scope),
        };
        self.report(
            Diagnostic::error(UNKNOWN_NAME, format!("nothing here is called `{name}`"))
                .label(span, "")
                .maybe_help(help),
        );
        Value::Unknown
    }

    /// A close name, or where the standard library has the name itself.
    fn near_name(&mut self, name: &str, span: Span, scope: &Scope) -> Option<Mend> {
        let own = scope.env.names().into_iter();
        let declared = self.modules[scope.module.0].names.keys().cloned();
        let words = WORDS
            .iter()
            .flat_map(|(words, _)| words.iter().map(|word| word.name.to_string()));
        let functions = vocabulary::FUNCTIONS.iter().map(|f| f.name.to_string());
        let all: Vec<String> = own.chain(declared).chain(words).chain(functions).collect();
        if let Some(module) = STANDARD_NAMES.get(name) {
            let import = format!("use std.{module}.{name}");
            let help = Mend::from(format!("the standard library has it: `{import}`"));
            return Some(help.edit(self.imports_of(span), format!("{import}\n")));
        }
        closest(name, all.iter().map(String::as_str)).map(|near| Mend::did_you_mean(span, near))
    }

    /// Where another import goes into the file of a place: behind its first comments.
    fn imports_of(&self, place: Span) -> Span {
        let text = &self.sources.get(place.source).text;
        let is_comment = |line: &str| {
            let line = line.trim_start();
            line.trim_end().is_empty() || (line.starts_with("//") && !line.starts_with("///"))
        };
        let comments = text
            .split_inclusive('\n')
            .take_while(|line| is_comment(line));
        let at = comments.map(str::len).sum();
        Span::new(place.source, at, at)
    }

    /// Warns of names that nothing uses, in the user's own files.
    pub(super) fn unused(&mut self) {
        if self.findings.has_errors() {
            return;
        }
        let imports: Vec<_> = self
            .imports
            .iter()
            .map(|(module, name)| (*module, name.clone(), "imported"))
            .collect();
        let declared: Vec<_> = self
            .modules
            .iter()
            .enumerate()
            .flat_map(|(id, module)| {
                module
                    .tree
                    .items
                    .iter()
                    .map(move |item| (ModuleId(id), item))
            })
            .filter_map(|(id, item)| {
                use crate::syntax::tree::ItemKind::*;
                match &item.kind {
                    Let { name, .. } | Param { name, .. } | Dataset { name, .. } => {
                        Some((id, name.clone(), "declared"))
                    }
                    // A file that others import is there to be imported.
                    Fn { name, .. } | Arch { name, .. } | Recipe { name, .. } if id.0 == 0 => {
                        Some((id, name.clone(), "declared"))
                    }
                    _ => None,
                }
            })
            .collect();
        for (module, name, how) in imports.into_iter().chain(declared) {
            let shared = module.0 != 0 && how == "declared";
            if self.modules[module.0].standard
                || shared
                || self.used.contains(&(module, name.text.clone()))
            {
                continue;
            }
            self.report(
                Diagnostic::warning(UNUSED, format!("`{}` is {how} and never used", name.text))
                    .label(name.span, "")
                    .help("delete it, or use it"),
            );
        }
    }
}
