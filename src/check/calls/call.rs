//! Calls: of the file's functions and archs, and of the words of the vocabulary.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::args::{Given, Wanted};
use super::blame::Use;
use crate::check::Checker;
use crate::check::codes::*;
use crate::check::limits::CALL;
use crate::check::modules::DeclId;
use crate::check::names::{Env, Scope};
use crate::check::names::{Kind, word};
use crate::check::networks::Layers;
use crate::check::program::{Measure, SplitOf};
use crate::check::values::Type;
use crate::check::values::{Binding, Value};
use crate::diag::Span;
use crate::spec::{Call, Datum, Split};
use crate::syntax::tree::{Arg, Expr, ExprKind, ItemKind};
use crate::vocabulary::{self, STATES, Word, find};

impl Checker<'_> {
    /// `callee(args)`; `first` is what a pipe puts before them.
    pub(in crate::check) fn call(
        &mut self,
        callee: &Expr,
        first: Given,
        args: &[Arg],
        span: Span,
        scope: &Scope,
    ) -> Value {
        if !self.spend(CALL, span) {
            return Value::Unknown;
        }
        match &callee.kind {
            ExprKind::Name(name) => match self.binding(name, scope) {
                Some(Binding::Decl(decl)) => {
                    self.call_declared(decl, name, first, args, span, scope)
                }
                Some(Binding::Local(Value::Unknown)) => {
                    self.look_at(args, scope);
                    Value::Unknown
                }
                Some(Binding::Local(value)) => self.not_callable(&value, args, span, scope),
                Some(Binding::Module(module)) => {
                    self.not_callable(&Value::Module(module), args, span, scope)
                }
                None => match word(name) {
                    Some((word, kind)) => self.word(word, kind, first, args, span, scope),
                    None if vocabulary::function(name).is_some() => {
                        self.function(name, first, args, span, scope)
                    }
                    None => {
                        self.look_at(args, scope);
                        self.unknown_name(name, callee.span, scope)
                    }
                },
            },
            ExprKind::Member { base, name } => match self.eval(base, scope) {
                Value::Module(module) | Value::Trial(module) => {
                    let shown = self.module_shown(module);
                    match self.exported(module, name, &shown) {
                        Some(decl) => {
                            self.call_declared(decl, &name.text, first, args, span, scope)
                        }
                        None => Value::Unknown,
                    }
                }
                base => match find(STATES, &name.text) {
                    Some(word) => self.state(base, (word, name), args, span, scope),
                    None => {
                        self.look_at(args, scope);
                        match self.member(base, name) {
                            Value::Unknown => Value::Unknown,
                            value => self.not_callable(&value, &[], span, scope),
                        }
                    }
                },
            },
            _ => {
                let value = self.eval(callee, scope);
                self.not_callable(&value, args, span, scope)
            }
        }
    }

    /// Evaluates arguments for the errors in them.
    pub(in crate::check) fn look_at(&mut self, args: &[Arg], scope: &Scope) {
        for arg in args {
            self.eval(&arg.value, scope);
        }
    }

    fn not_callable(&mut self, value: &Value, args: &[Arg], span: Span, scope: &Scope) -> Value {
        self.look_at(args, scope);
        match value {
            Value::Unknown => Value::Unknown,
            _ => self.fail_with(
                WRONG_TYPE,
                format!("{} cannot be called", value.describe()),
                span,
                "leave out the parentheses",
            ),
        }
    }

    fn call_declared(
        &mut self,
        decl: DeclId,
        name: &str,
        first: Given,
        args: &[Arg],
        span: Span,
        scope: &Scope,
    ) -> Value {
        let tree = self.modules[decl.module.0].tree.clone();
        match &tree.items[decl.item].kind {
            ItemKind::Fn { params, body, .. } => {
                let wanted = self.wanted(params, decl.module);
                let Some(given) = self.bind(name, span, &wanted, first, args, scope) else {
                    return Value::Unknown;
                };
                if self.is_calling(decl) {
                    return self.fail(
                        CYCLE,
                        format!("`{name}` calls itself: functions are not recursive"),
                        span,
                    );
                }
                if self.calling.len() > 500 {
                    return self.fail(
                        TOO_LARGE,
                        "functions call each other more than 500 deep",
                        span,
                    );
                }
                let env = environment(&wanted, given);
                self.calling.push(Use {
                    decl,
                    name: name.to_string(),
                    span,
                });
                let value = self.eval(
                    body,
                    &Scope {
                        module: decl.module,
                        env,
                    },
                );
                self.calling.pop();
                match value {
                    // A source without a name of its own is called as it was asked for here.
                    Value::Dataset(source) if self.sources.slice(body.span) == source.id => {
                        let id = self.sources.slice(span).to_string();
                        Value::Dataset(Rc::new(crate::check::program::Dataset {
                            id,
                            ..(*source).clone()
                        }))
                    }
                    value => value,
                }
            }
            ItemKind::Arch { params, .. } => {
                let wanted = self.wanted(params, decl.module);
                let Some(given) = self.bind(name, span, &wanted, first, args, scope) else {
                    return Value::Unknown;
                };
                let env = environment(&wanted, given);
                Value::Layers(Rc::new(Layers::Arch {
                    decl,
                    name: name.to_string(),
                    env,
                    span,
                }))
            }
            ItemKind::Experiment { .. } => {
                self.look_at(args, scope);
                self.experiment_outside_trial(name, span)
            }
            ItemKind::Objective { params, body, .. } => {
                let wanted = self.wanted_of_objective(params, decl.module);
                let Some(given) = self.bind(name, span, &wanted, first, args, scope) else {
                    return Value::Unknown;
                };
                let env = environment(&wanted, given);
                self.own_objective(decl, name, env, body, span)
            }
            _ => {
                let value = self.declared(decl, span);
                self.not_callable(&value, args, span, scope)
            }
        }
    }

    /// A call of a word of the vocabulary.
    pub(in crate::check) fn word(
        &mut self,
        word: &'static Word,
        kind: Kind,
        first: Given,
        args: &[Arg],
        span: Span,
        scope: &Scope,
    ) -> Value {
        if let (Kind::Layer, Some(Value::Formula(_)), [Arg { name: None, value }]) =
            (kind, scope.env.get("z"), args)
            && match self.eval(value, scope) {
                Value::Formula(_) => true,
                // A body that is not called yet: what takes nothing was meant as a function.
                Value::Unknown => word.params.is_empty(),
                _ => false,
            }
        {
            return self.layer_of_value(word.name, value.span, span);
        }
        let mut wanted: Vec<Wanted> = word.params.iter().map(Wanted::from).collect();
        if matches!(kind, Kind::Transform | Kind::Derived) {
            let dataset = Wanted {
                name: "data".into(),
                ty: Type::Dataset,
                default: super::args::Fallback::Required,
                condition: None,
                declared: None,
            };
            wanted.insert(0, dataset);
        }
        let Some(given) = self.bind(word.name, span, &wanted, first, args, scope) else {
            return Value::Unknown;
        };
        let named: BTreeMap<String, (Value, Span)> = wanted
            .into_iter()
            .zip(given)
            .filter_map(|(want, given)| Some((want.name, given?)))
            .collect();
        if named.values().any(|(value, _)| has_unknown(value)) {
            return Value::Unknown;
        }
        match kind {
            Kind::Layer => self.layer(word, named, span),
            Kind::Source => self.source(word, named, span),
            Kind::Transform => self.transform(word, named, span),
            Kind::Optimiser => Value::Optimiser(Rc::new(self.plain(word, &named))),
            Kind::Augmentation => Value::Augmentation(Rc::new(self.plain(word, &named))),
            Kind::Initial => Value::Initial(Rc::new(self.plain(word, &named))),
            Kind::Tokenizer => self.tokenizer(word, named, span),
            Kind::Derived => self.derived(word, named, span),
            Kind::Objective => self.objective(word, &named),
            Kind::Model => self.ensemble(&named, span),
            Kind::Weights if word.params.is_empty() => Value::Weights(Rc::default()),
            Kind::Weights => self.file_weights(&named, span),
            Kind::Measure => self.measure(word, named, span),
            Kind::Download => self.download(word, &named, span),
        }
    }

    /// A word with those of its arguments that are plain data.
    pub(in crate::check) fn plain(
        &self,
        word: &Word,
        named: &BTreeMap<String, (Value, Span)>,
    ) -> Call {
        let args = named
            .iter()
            .filter_map(|(name, (value, _))| Some((name.clone(), datum(value)?)))
            .collect();
        Call {
            name: word.name.to_string(),
            version: word.version,
            args,
        }
    }

    fn layer(
        &mut self,
        word: &Word,
        mut named: BTreeMap<String, (Value, Span)>,
        span: Span,
    ) -> Value {
        let layers = |value: Option<(Value, Span)>| match value {
            Some((Value::Layers(layers), _)) => Some(layers),
            _ => None,
        };
        match word.name {
            "chain" => match listed(named.remove("layers")) {
                Some(items) => Value::Layers(Rc::new(Layers::List(items))),
                None => Value::Unknown,
            },
            "residual" => {
                let Some(body) = layers(named.remove("body")) else {
                    return Value::Unknown;
                };
                let shortcut = layers(named.remove("shortcut"))
                    .unwrap_or_else(|| Rc::new(Layers::Sequence(vec![])));
                summed(word, vec![body, shortcut], span)
            }
            "add" => match listed(named.remove("branches")) {
                Some(branches) if branches.is_empty() => self.fail_with(
                    NO_RESULT,
                    "`add` has no branch to take the sum of",
                    span,
                    "give it a list of layers: `add([embedding(…), position_embedding(…)])`",
                ),
                Some(branches) => summed(word, branches, span),
                None => Value::Unknown,
            },
            _ => Value::Layers(Rc::new(Layers::Word {
                call: self.plain(word, &named),
                branches: vec![],
                span,
            })),
        }
    }

    fn measure(
        &mut self,
        word: &Word,
        named: BTreeMap<String, (Value, Span)>,
        span: Span,
    ) -> Value {
        let Some((Value::Split(dataset, split), on_span)) = named.get("on") else {
            return Value::Unknown;
        };
        let on = SplitOf {
            dataset: dataset.clone(),
            split: *split,
        };
        let models: BTreeMap<String, usize> = named
            .iter()
            .filter_map(|(name, (value, _))| {
                if let Value::Model(model) = value {
                    Some((name.clone(), *model))
                } else {
                    None
                }
            })
            .collect();
        for (name, model) in &models {
            let model = &self.program.models[*model];
            let (sample, classes) = (&on.dataset.shape.sample, on.dataset.shape.classes);
            if model.input() != sample || model.classes() != classes {
                let message = format!(
                    "the {name} `{}` takes {} and tells {} classes, but `{}` has {} and {classes} classes",
                    model.id,
                    model.input(),
                    model.classes(),
                    on.dataset.id,
                    sample,
                );
                let at = named.get(name).map_or(span, |(_, span)| *span);
                self.report(
                    crate::diag::Diagnostic::error(TEACHER_MISMATCH, message)
                        .label(at, "this model")
                        .label(*on_span, "measured on this"),
                );
                return Value::Unknown;
            }
        }
        let reads_labels = !matches!(word.name, "deviation")
            || matches!(named.get("class"), Some((Value::Text(class, _), _)) if class == "truth");
        if reads_labels && on.split == Split::Train && !on.dataset.shape.labelled {
            return self.unlabelled("this is measured by labels", *on_span, &on);
        }
        self.program.measures.push(Measure {
            id: String::new(),
            span,
            call: self.plain(word, &named),
            models,
            on,
        });
        Value::Measurement(self.program.measures.len() - 1)
    }
}

/// The members of a list of layers.
fn listed(value: Option<(Value, Span)>) -> Option<Vec<Rc<Layers>>> {
    let (Value::List(items), _) = value? else {
        return None;
    };
    let layers = |item: &Value| match item {
        Value::Layers(layers) => Some(layers.clone()),
        _ => None,
    };
    items.iter().map(layers).collect()
}

/// A layer that adds what its branches give.
fn summed(word: &Word, branches: Vec<Rc<Layers>>, span: Span) -> Value {
    Value::Layers(Rc::new(Layers::Word {
        call: Call {
            name: word.name.into(),
            version: word.version,
            args: BTreeMap::new(),
        },
        branches,
        span,
    }))
}

/// The scope of a body: its parameters bound to what was given.
fn environment(wanted: &[Wanted], given: Vec<Given>) -> Env {
    wanted
        .iter()
        .zip(given)
        .fold(Env::default(), |env, (want, given)| match given {
            Some((value, _)) => env.bind(&want.name, value),
            None => env,
        })
}

/// A value as plain data, if it is plain.
pub fn datum(value: &Value) -> Option<Datum> {
    Some(match value {
        Value::Int(value) => Datum::Int(*value),
        Value::Number(value) | Value::Fraction(value) => Datum::Number(*value),
        Value::Bool(value) => Datum::Bool(*value),
        Value::Text(text, _) => Datum::Text(text.clone()),
        Value::Initial(call) => Datum::Call((**call).clone()),
        Value::List(items) => Datum::List(items.iter().map(datum).collect::<Option<_>>()?),
        Value::Tokenizer(tokenizer) => Datum::Call(tokenizer.call.clone()),
        _ => return None,
    })
}

fn has_unknown(value: &Value) -> bool {
    match value {
        Value::Unknown => true,
        Value::List(items) => items.iter().any(has_unknown),
        _ => false,
    }
}
