//! What names mean: inner scopes first, then the module's declarations, then the vocabulary.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::scope::Scope;
use super::synonyms::meant;
use crate::check::Checker;
use crate::check::codes::*;
use crate::check::families::indices;
use crate::check::modules::{ModuleId, Named, declared_name};
use crate::check::modules::{STANDARD, module_of};
use crate::check::values::{Binding, Value};
use crate::diag::{Diagnostic, Mend, Span};
use crate::syntax::tree::ItemKind;
use crate::vocabulary::{self, Word};

/// The lists of words that files may use anywhere.
pub const WORDS: &[(&[Word], Kind)] = &[
    (vocabulary::LAYERS, Kind::Layer),
    (vocabulary::SOURCES, Kind::Source),
    (vocabulary::TOKENIZERS, Kind::Tokenizer),
    (vocabulary::TRANSFORMS, Kind::Transform),
    (vocabulary::DERIVED, Kind::Derived),
    (vocabulary::MODELS, Kind::Model),
    (vocabulary::WEIGHTS, Kind::Weights),
    (vocabulary::OPTIMISERS, Kind::Optimiser),
    (vocabulary::AUGMENTATIONS, Kind::Augmentation),
    (vocabulary::INITIAL, Kind::Initial),
    (vocabulary::OBJECTIVES, Kind::Objective),
    (vocabulary::MEASURES, Kind::Measure),
    (vocabulary::DOWNLOADS, Kind::Download),
];

/// What a word of the vocabulary makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Layers.
    Layer,
    /// A data set.
    Source,
    /// A tokenizer.
    Tokenizer,
    /// A data set of a data set.
    Transform,
    /// A data set of others, or of a model.
    Derived,
    /// A model of models.
    Model,
    /// Weights.
    Weights,
    /// An optimiser.
    Optimiser,
    /// An augmentation.
    Augmentation,
    /// What weights begin as.
    Initial,
    /// An objective.
    Objective,
    /// A measurement.
    Measure,
    /// A data set to fetch, or a file of one.
    Download,
}

/// The names of the standard library, and the module of each.
///
/// What can be fetched is called as the data set that is then there, and that is what is meant in a file.
static STANDARD_NAMES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let modules = STANDARD.iter().filter(|(file, _)| *file != "downloads");
    let modules = modules.flat_map(|(file, text)| {
        let (tree, _) = crate::syntax::parse(Default::default(), text);
        let names = tree.items.iter().filter_map(declared_name);
        let names = names.map(|name| (name.text.clone(), module_of(file)));
        names.collect::<Vec<_>>()
    });
    modules.collect()
});

/// The module of the standard library that has a name.
pub(in crate::check) fn standard_module(name: &str) -> Option<&'static str> {
    STANDARD_NAMES.get(name).copied()
}

/// A word of the vocabulary by its name.
pub fn word(name: &str) -> Option<(&'static Word, Kind)> {
    WORDS
        .iter()
        .find_map(|(words, kind)| Some((vocabulary::find(words, name)?, *kind)))
}

impl Checker<'_> {
    /// What a name is bound to, vocabulary aside.
    pub(in crate::check) fn binding(&mut self, name: &str, scope: &Scope) -> Option<Binding> {
        if let Some(value) = scope.env.get(name) {
            return Some(Binding::Local(value.clone()));
        }
        self.found(name, scope.module)
    }

    /// Whether a name means something.
    pub(in crate::check) fn is_known(&mut self, name: &str, scope: &Scope) -> bool {
        self.binding(name, scope).is_some()
            || word(name).is_some()
            || vocabulary::function(name).is_some()
    }

    /// The value of a name.
    pub(in crate::check) fn name(&mut self, name: &str, span: Span, scope: &Scope) -> Value {
        match self.binding(name, scope) {
            Some(Binding::Local(value)) => value,
            Some(Binding::Module(module)) => Value::Module(module),
            Some(Binding::Decl(decl)) => self.declared(decl, span),
            None => match word(name) {
                Some((word, kind @ (Kind::Objective | Kind::Weights)))
                    if word.params.is_empty() =>
                {
                    self.word(word, kind, None, &[], span, scope)
                }
                Some(_) => Value::Callable(name.to_string()),
                None if vocabulary::function(name).is_some() => Value::Callable(name.to_string()),
                None => self.unknown_name(name, span, scope),
            },
        }
    }

    /// Reports a name that means nothing here.
    pub(in crate::check) fn unknown_name(
        &mut self,
        name: &str,
        span: Span,
        scope: &Scope,
    ) -> Value {
        if self.findings.has(UNKNOWN_NAME, span) {
            return Value::Unknown;
        }
        let unimported = STANDARD_NAMES.contains_key(name);
        if unimported && !self.unimported.insert((span.source, name.to_string())) {
            return Value::Unknown;
        }
        let help = match name {
            "end" => Some("the run's end stands behind `until` only: `then 0.0 until end`".into()),
            "classes" if !self.losses.is_empty() => Some(
                "in a loss it is an argument, `objective mine(t: model, classes: int) = …`; a `mean` over the classes divides by it"
                    .into(),
            ),
            "switch" | "schedule" | "piecewise" => Some(
                "what changes over a run is written `X then Y at T`, as in `distill(teacher) then one_hot at 50%`"
                    .into(),
            ),
            "classes" | "input" => Some(
                "it is known in the body of an `arch`, and where a model's network is written out"
                    .into(),
            ),
            "True" => Some(Mend::did_you_mean(span, "true")),
            "False" => Some(Mend::did_you_mean(span, "false")),
            "None" | "null" => {
                Some("there is no such value: leave the field or argument out".into())
            }
            "lambda" => Some("a function is declared: `fn twice(x: number) = 2 * x`".into()),
            "cosine" => Some(
                "a blend's shape stands behind `along`: `0.1 then 0.0 until end along cosine`"
                    .into(),
            ),
            "teacher" | "student" | "model" => self.some_model(scope),
            "range" => Some("a range is written `2..4` (the end is left out)".into()),
            _ if self.is_index_beside(name) => Some(
                "an index set does not see the indices before it; only a record's values do".into(),
            ),
            _ => match self.mend_of_setting(span) {
                Some(mend) => Some(mend.into()),
                None => self.near_name(name, span, scope),
            },
        };
        self.report(
            Diagnostic::error(UNKNOWN_NAME, format!("nothing here is called `{name}`"))
                .label(span, "")
                .maybe_help(help),
        );
        Value::Unknown
    }

    /// Whether the index sets that are being evaluated have an index of that name.
    fn is_index_beside(&self, name: &str) -> bool {
        self.open_axes.last().is_some_and(|decl| {
            let item = &self.modules[decl.module.0].tree.items[decl.item];
            indices(item).iter().any(|index| index.name.text == name)
        })
    }

    /// A model that the file declares, where a word for one stands in its place.
    fn some_model(&self, scope: &Scope) -> Option<Mend> {
        let mut items = self.modules[scope.module.0].tree.items.iter();
        let model = items.find(|item| matches!(item.kind, ItemKind::Model { .. }))?;
        let name = &declared_name(model)?.text;
        Some(format!("give the name of a model, such as `{name}`").into())
    }

    /// A file that is imported and declares the name.
    fn in_import(&self, name: &str, scope: &Scope) -> Option<String> {
        let imports = self.modules[scope.module.0].names.iter();
        let has = |id: &ModuleId| {
            let found = self.modules[id.0].names.get(name);
            matches!(found, Some((Named::Item(_), _)))
        };
        let imports = imports.filter_map(|(import, (named, _))| match named {
            Named::Module(id) if has(id) => Some(import),
            _ => None,
        });
        Some(format!("{}.{name}", imports.min()?))
    }

    /// A close name, or where an imported file or the standard library has the name itself.
    fn near_name(&mut self, name: &str, span: Span, scope: &Scope) -> Option<Mend> {
        if let Some(there) = self.in_import(name, scope) {
            return Some(Mend::did_you_mean(span, there));
        }
        let own = scope.env.names().into_iter();
        let declared = self.names_in(scope.module).into_iter().map(str::to_string);
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
        if let Some(near) = meant(name, all.iter().map(String::as_str)) {
            return Some(Mend::did_you_mean(span, near));
        }
        // `resnet20`: the names of the standard library that begin like it.
        let stem = name
            .trim_end_matches(|c: char| c.is_ascii_digit() || c == '_')
            .to_lowercase();
        let standard = || STANDARD_NAMES.keys().map(String::as_str);
        let begins = |known: &&str| stem.len() < name.len() && known.starts_with(&stem);
        let mut near: Vec<&str> = standard().filter(begins).collect();
        near.sort_unstable();
        if near.is_empty() {
            near.extend(meant(name, standard()));
        }
        let first = near.first()?;
        let module = STANDARD_NAMES.get(*first)?;
        let names: Vec<String> = near.iter().map(|near| format!("`{near}`")).collect();
        let names = names.join(", ");
        Some(format!("the standard library has {names}: `use std.{module}.{first}`").into())
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
}
