//! Calls: of the file's functions and archs, and of the words of the vocabulary.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Checker;
use super::args::{Given, Wanted};
use super::codes::*;
use super::module::DeclId;
use super::names::{Kind, word};
use super::network::Layers;
use super::objective::Goal;
use super::program::{Dataset, Measure, SplitOf};
use super::schedule::Ramp;
use super::scope::{Env, Scope};
use super::types::Type;
use super::value::{Binding, Value};
use crate::diag::Span;
use crate::spec::{Call, DataShape, Datum, View};
use crate::syntax::tree::{Arg, Expr, ExprKind, ItemKind};
use crate::vocabulary::{self, Word};

impl Checker<'_> {
    /// `callee(args)`; `first` is what a pipe puts before them.
    pub(super) fn call(
        &mut self,
        callee: &Expr,
        first: Given,
        args: &[Arg],
        span: Span,
        scope: &Scope,
    ) -> Value {
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
                base => {
                    self.look_at(args, scope);
                    match self.member(base, name) {
                        Value::Unknown => Value::Unknown,
                        value => self.not_callable(&value, &[], span, scope),
                    }
                }
            },
            _ => {
                let value = self.eval(callee, scope);
                self.not_callable(&value, args, span, scope)
            }
        }
    }

    /// Evaluates arguments for the errors in them.
    pub(super) fn look_at(&mut self, args: &[Arg], scope: &Scope) {
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
                if self.calling.contains(&decl) {
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
                self.calling.push(decl);
                let value = self.eval(
                    body,
                    &Scope {
                        module: decl.module,
                        env,
                    },
                );
                self.calling.pop();
                value
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
            ItemKind::Objective { .. } => {
                self.look_at(args, scope);
                // Said at the declaration.
                Value::Unknown
            }
            _ => {
                let value = self.declared(decl, span);
                self.not_callable(&value, args, span, scope)
            }
        }
    }

    /// A call of a word of the vocabulary.
    pub(super) fn word(
        &mut self,
        word: &'static Word,
        kind: Kind,
        first: Given,
        args: &[Arg],
        span: Span,
        scope: &Scope,
    ) -> Value {
        let mut wanted: Vec<Wanted> = word.params.iter().map(Wanted::from).collect();
        if kind == Kind::Transform {
            let dataset = Wanted {
                name: "data".into(),
                ty: Type::Dataset,
                default: super::args::Fallback::Required,
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
            Kind::Objective => self.objective(word, &named),
            Kind::Measure => self.measure(word, named, span),
        }
    }

    /// A word with those of its arguments that are plain data.
    fn plain(&self, word: &Word, named: &BTreeMap<String, (Value, Span)>) -> Call {
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
            "chain" => {
                let Some((Value::List(items), _)) = named.remove("layers") else {
                    return Value::Unknown;
                };
                let items: Option<Vec<Rc<Layers>>> = items
                    .iter()
                    .map(|item| {
                        if let Value::Layers(layers) = item {
                            Some(layers.clone())
                        } else {
                            None
                        }
                    })
                    .collect();
                items.map_or(Value::Unknown, |items| {
                    Value::Layers(Rc::new(Layers::List(items)))
                })
            }
            "residual" => {
                let Some(body) = layers(named.remove("body")) else {
                    return Value::Unknown;
                };
                let shortcut = layers(named.remove("shortcut"))
                    .unwrap_or_else(|| Rc::new(Layers::Sequence(vec![])));
                let call = Call {
                    name: word.name.into(),
                    version: word.version,
                    args: BTreeMap::new(),
                };
                Value::Layers(Rc::new(Layers::Word {
                    call,
                    branches: vec![body, shortcut],
                    span,
                }))
            }
            _ => Value::Layers(Rc::new(Layers::Word {
                call: self.plain(word, &named),
                branches: vec![],
                span,
            })),
        }
    }

    fn source(
        &mut self,
        word: &Word,
        mut named: BTreeMap<String, (Value, Span)>,
        span: Span,
    ) -> Value {
        let folder = match named.remove("folder") {
            Some((Value::Path(folder), _)) => Some(folder),
            _ => None,
        };
        let call = self.plain(word, &named);
        let int = |name: &str| call.int(name).unwrap_or_default();
        let sample: Vec<i64> = call
            .numbers("shape")
            .unwrap_or_default()
            .into_iter()
            .map(|side| side as i64)
            .collect();
        let shape_span = named.get("shape").map_or(span, |(_, span)| *span);
        if sample.len() != 3 || sample.iter().any(|side| !(1..=4096).contains(side)) {
            return self.fail_with(
                OUT_OF_RANGE,
                "a sample's shape is [channels, height, width], each from 1 to 4096",
                shape_span,
                "for example `shape: [3, 32, 32]`",
            );
        }
        for (name, most) in [
            ("classes", 1_000_000),
            ("train", i64::from(u32::MAX)),
            ("test", i64::from(u32::MAX)),
        ] {
            let least = if name == "classes" { 2 } else { 1 };
            if !(least..=most).contains(&int(name)) {
                let at = named.get(name).map_or(span, |(_, span)| *span);
                return self.fail(
                    OUT_OF_RANGE,
                    format!("`{name}` is at least {least}, not {}", int(name)),
                    at,
                );
            }
        }
        for name in ["mean", "std"] {
            if let Some(values) = call.numbers(name)
                && (values.len() != sample[0] as usize
                    || (name == "std" && values.iter().any(|value| *value <= 0.0)))
            {
                let at = named.get(name).map_or(span, |(_, span)| *span);
                let message = format!(
                    "`{name}` wants one number a channel{}: {}",
                    if name == "std" { ", above 0" } else { "" },
                    sample[0]
                );
                return self.fail(OUT_OF_RANGE, message, at);
            }
        }
        let shape = DataShape {
            sample,
            classes: int("classes"),
            train: int("train"),
            validation: 0,
            test: int("test"),
            labelled: true,
        };
        let id = self.sources.slice(span).to_string();
        Value::Dataset(Rc::new(Dataset {
            id,
            source: call,
            folder,
            transforms: vec![],
            shape,
            span,
        }))
    }

    fn transform(
        &mut self,
        word: &Word,
        mut named: BTreeMap<String, (Value, Span)>,
        span: Span,
    ) -> Value {
        let Some((Value::Dataset(dataset), _)) = named.remove("data") else {
            return Value::Unknown;
        };
        let mut dataset = (*dataset).clone();
        let call = self.plain(word, &named);
        match word.name {
            "take" => {
                for (name, count) in [
                    ("train", &mut dataset.shape.train),
                    ("test", &mut dataset.shape.test),
                ] {
                    if let Some(wanted) = call.int(name) {
                        if !(1..=*count).contains(&wanted) {
                            let at = named.get(name).map_or(span, |(_, span)| *span);
                            return self.fail(OUT_OF_RANGE, format!("`take` wants 1 to {count} samples of `{name}`, as there are, not {wanted}"), at);
                        }
                        *count = wanted;
                    }
                }
            }
            "hold_out" => {
                let (wanted, there) = (call.int("validation").unwrap_or(0), dataset.shape.train);
                let at = named.get("validation").map_or(span, |(_, span)| *span);
                if dataset.shape.validation > 0 {
                    return self.fail_with(
                        OUT_OF_RANGE,
                        "this data has a validation split already",
                        span,
                        "hold samples out once",
                    );
                }
                if !(1..there).contains(&wanted) {
                    return self.fail(
                        OUT_OF_RANGE,
                        format!("`hold_out` wants 1 to {} samples, as the training split has {there}, not {wanted}", there - 1),
                        at,
                    );
                }
                dataset.shape.train -= wanted;
                dataset.shape.validation = wanted;
            }
            "unlabelled" => dataset.shape.labelled = false,
            "label_noise" => {
                let share = call.number("share").unwrap_or_default();
                if !(0.0..=1.0).contains(&share) {
                    let at = named.get("share").map_or(span, |(_, span)| *span);
                    return self.fail(
                        OUT_OF_RANGE,
                        "a share of labels lies between 0% and 100%",
                        at,
                    );
                }
            }
            _ => {}
        }
        dataset.transforms.push(call);
        dataset.id = self.sources.slice(span).to_string();
        Value::Dataset(Rc::new(dataset))
    }

    fn objective(&mut self, word: &Word, named: &BTreeMap<String, (Value, Span)>) -> Value {
        let ramp = |name: &str| match named.get(name) {
            Some((Value::Schedule(ramp), _)) => ramp.clone(),
            _ => Rc::new(Ramp::Constant(0.0)),
        };
        let view = match named.get("view") {
            Some((Value::Text(word, _), _)) if word == "clean" => View::Clean,
            _ => View::Same,
        };
        let (teacher, span) = match named.get("teacher") {
            Some((Value::Model(teacher), span)) => (*teacher, *span),
            _ => (0, Span::default()),
        };
        for (name, fits, what) in [
            (
                "temperature",
                (|t: f64| t > 0.0) as fn(f64) -> bool,
                "above 0",
            ),
            ("weight", |w| (0.0..=1.0).contains(&w), "between 0 and 1"),
            ("amount", |a| (0.0..=1.0).contains(&a), "between 0 and 1"),
        ] {
            if let Some((Value::Schedule(ramp), at)) = named.get(name)
                && let Some(wrong) = ramp.constants().into_iter().find(|value| !fits(*value))
            {
                return self.fail(
                    OUT_OF_RANGE,
                    format!("`{name}` must lie {what} at all times, but it is {wrong} here"),
                    *at,
                );
            }
        }
        Value::Objective(Rc::new(match word.name {
            "one_hot" => Goal::CrossEntropy {
                smoothing: Rc::new(Ramp::Constant(0.0)),
            },
            "smooth" => Goal::CrossEntropy {
                smoothing: ramp("amount"),
            },
            "distill" => Goal::Distill {
                teacher,
                span,
                temperature: ramp("temperature"),
                weight: ramp("weight"),
                view,
            },
            _ => Goal::MatchLogits {
                teacher,
                span,
                scale: ramp("scale"),
                view,
            },
        }))
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
            if model.network.input != *sample || model.network.classes != classes {
                let message = format!(
                    "the {name} `{}` takes {} and tells {} classes, but `{}` has {} and {classes} classes",
                    model.id,
                    super::value::show_shape(&model.network.input),
                    model.network.classes,
                    on.dataset.id,
                    super::value::show_shape(sample),
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
        Value::List(items) => Datum::List(items.iter().map(datum).collect::<Option<_>>()?),
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
