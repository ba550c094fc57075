//! Teachers, students, models: a network, data, and how it comes by its answers.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::check::Checker;
use crate::check::codes::*;
use crate::check::modules::{ModuleId, declared_name};
use crate::check::names::Scope;
use crate::check::names::meant;
use crate::check::program::{Model, Origin, Share, ShareFrom, SplitOf};
use crate::check::trainings::{GroupOf, Pattern};
use crate::check::values::Type;
use crate::check::values::Value;
use crate::diag::{Diagnostic, Mend, Span};
use crate::spec::{Network, Shape, Split};
use crate::syntax::tree::{Expr, Field, ItemKind};
use crate::vocabulary::{MODEL_FIELDS, RECIPE_FIELDS, told};

/// The type of a field of a model.
fn type_of(field: &str) -> Type {
    match field {
        "data" | "test" => Type::Split,
        "recipe" => Type::Recipe,
        "seed" => Type::Int,
        "objective" => Type::Objective,
        "weights" => Type::Path,
        "init" => Type::Weights,
        _ => Type::Any,
    }
}

/// Fields that say how a model is trained.
const OF_TRAINING: &[&str] = &["objective", "freeze", "groups"];

/// What the block of a model gives.
#[derive(Default)]
pub struct Given {
    /// Fields by name, and where their values stand.
    pub values: BTreeMap<String, (Value, Span)>,
    /// `freeze`.
    pub freeze: Vec<Pattern>,
    /// `groups`.
    pub groups: Vec<GroupOf>,
}

impl Given {
    /// A field.
    pub fn get(&self, name: &str) -> Option<&(Value, Span)> {
        self.values.get(name)
    }

    /// A split among the fields.
    fn split(&self, name: &str) -> Option<SplitOf> {
        match self.get(name) {
            Some((Value::Split(dataset, split), _)) => Some(SplitOf {
                dataset: dataset.clone(),
                split: *split,
            }),
            _ => None,
        }
    }
}

/// A model's declaration, as far as an error about it must know.
pub struct Head<'a> {
    /// `teacher`, `student` or `model`.
    pub word: &'a str,
    /// As a user writes it.
    pub id: String,
    /// From its word to the end of its network.
    pub span: Span,
    /// Where its network stands.
    pub network: Span,
    /// Whether all of it could be read.
    pub whole: bool,
}

impl Checker<'_> {
    /// One member of a `teacher`, `student` or `model`.
    pub(in crate::check) fn model(
        &mut self,
        word: &str,
        id: String,
        span: Span,
        network: &Expr,
        fields: Option<&[Field]>,
        scope: &Scope,
    ) -> Value {
        let head = Head {
            word,
            id,
            span: Span {
                end: network.span.end,
                ..span
            },
            network: network.span,
            whole: !self.unreadable(span),
        };
        let given = self.model_fields(word, fields.unwrap_or(&[]), scope);
        let data = given.as_ref().and_then(|given| given.get("data"));
        // A network that is written out here knows its input and classes, as an arch does.
        let (input, classes) = match data {
            Some((Value::Split(dataset, _), _)) => (
                Value::Shape(Rc::new(dataset.shape.sample.clone())),
                Value::Int(dataset.shape.classes),
            ),
            _ => (Value::Unknown, Value::Unknown),
        };
        let inside = scope.bind("input", input).bind("classes", classes);
        let made = self.eval_once(network, &Type::Any, &inside);
        match made {
            Value::Model(model) => return self.of_models(model, head, given),
            Value::Unknown if fields.is_none() => return Value::Unknown,
            // Of models, as `big.at(3 epochs)`: what it lacks is an index, not data.
            Value::Family(_) if fields.is_none() => {
                return self.coerce(made, &Type::Layers, network.span);
            }
            _ => {}
        }
        let layers = self.coerce(made, &Type::Layers, network.span);
        match given {
            Some(given) => self.of_layers(layers, head, given, scope),
            None => Value::Unknown,
        }
    }

    /// A declaration whose network is a model: `teacher early = big.at(3 epochs)`.
    fn of_models(&mut self, model: usize, head: Head, given: Option<Given>) -> Value {
        let Some(given) = given else {
            return Value::Unknown;
        };
        let surplus = given.values.iter().find(|(name, _)| *name != "test");
        if let Some((name, (_, at))) = surplus {
            return self.fail_with(
                UNKNOWN_FIELD,
                format!("`{}` is a model as it is: it takes no `{name}`", head.id),
                *at,
                "of the fields it takes only `test`, the split its accuracy is told on",
            );
        }
        let test = given.split("test");
        if let (Some(test), Some((_, at))) = (&test, given.get("test")) {
            let data = self.program.models[model].data.clone();
            if !self.same_data(test, *at, &data, head.network) {
                return Value::Unknown;
            }
        } else if given.get("test").is_some() {
            return Value::Unknown;
        }
        self.named(model, (head.word, head.id, head.span), test)
    }

    /// A declaration of a network, its data, and its recipe or weights.
    fn of_layers(&mut self, layers: Value, head: Head, given: Given, scope: &Scope) -> Value {
        let Some(data) = given.split("data") else {
            self.look_without_data(&layers, &head, &given);
            if given.get("data").is_none() && head.whole {
                self.fail_with(
                    MISSING_FIELD,
                    format!("`{}` has no `data`", head.id),
                    head.span,
                    format!(
                        "say what it is trained on: `data: {}.train`",
                        self.some_dataset(scope.module)
                    ),
                );
            }
            return Value::Unknown;
        };
        let test = match given.split("test") {
            Some(test) => test,
            None if given.get("test").is_some() => return Value::Unknown,
            None => SplitOf {
                dataset: data.dataset.clone(),
                split: Split::Test,
            },
        };
        let at = |name: &str| given.get(name).map_or(head.span, |(_, span)| *span);
        if !self.same_data(&test, at("test"), &data, at("data")) {
            return Value::Unknown;
        }
        if given.get("recipe").is_some() && test.is(&data) && data.split == Split::Test {
            self.report(
                Diagnostic::warning(
                    TRAINED_ON_TEST,
                    format!("`{}` is trained on the split that it is tested on", head.id),
                )
                .label(at("data"), "")
                .help("train it on `.train`, or give it another split to be told on: `test: …`"),
            );
        }
        let shape = &data.dataset.shape;
        let network = match layers {
            Value::Layers(layers) => {
                self.network(&layers, &shape.sample, shape.classes, head.network)
            }
            _ => None,
        };
        let Some(origin) = self.origin(&head, &given, &data, network.as_ref()) else {
            return Value::Unknown;
        };
        let drawn = match &origin {
            Origin::Weights { init, .. } => self.drawn_in(init),
            Origin::Trained { .. } | Origin::Ensemble { .. } => None,
        };
        self.program.models.push(Model {
            id: head.id,
            drawn,
            named: true,
            word: head.word.to_string(),
            span: head.span,
            data,
            test,
            origin,
        });
        Value::Model(self.program.models.len() - 1)
    }

    /// How a model comes by its weights; `None` where something is wrong (and reported).
    fn origin(
        &mut self,
        head: &Head,
        given: &Given,
        data: &SplitOf,
        network: Option<&Rc<Network>>,
    ) -> Option<Origin> {
        let init = self.initial(head, given, network);
        let seed = match given.get("seed") {
            Some((Value::Int(seed), _)) => Some(*seed),
            Some(_) => None,
            None => Some(0),
        };
        match (given.get("recipe"), &init) {
            (Some((Value::Recipe(recipe), at)), _) => {
                let recipe = recipe.clone();
                let training = self.training(head, given, (&recipe, *at), data, network);
                let mut training = training?;
                (training.init, training.seed) = (init?, seed?);
                Some(Origin::Trained {
                    network: network?.clone(),
                    training: Box::new(training),
                })
            }
            (Some(_), _) => {
                self.teachers_fit(given, data, head.span);
                if let Some(network) = network {
                    self.frozen(&given.freeze, network);
                }
                None
            }
            (None, Some(init)) if init.is_empty() => {
                if head.whole {
                    let help = "say how it is trained: `recipe: paper_images`, or give it a file of weights: `weights: \"teacher.safetensors\"`";
                    self.fail_with(
                        MISSING_FIELD,
                        format!("`{}` has neither a `recipe` nor `weights`", head.id),
                        head.span,
                        help,
                    );
                }
                None
            }
            (None, _) => {
                let surplus = OF_TRAINING
                    .iter()
                    .find_map(|name| Some((name, given.get(name)?)));
                if let Some((name, (_, at))) = surplus {
                    self.fail_with(
                        MISSING_FIELD,
                        format!(
                            "`{name}` says how a model is trained, but `{}` has no `recipe`",
                            head.id
                        ),
                        *at,
                        format!("give it a `recipe`, or leave `{name}` out"),
                    );
                    return None;
                }
                let init = init?;
                let drawn = init.iter().any(|share| {
                    matches!(&share.from, ShareFrom::File { ignore, .. } if !ignore.is_empty())
                });
                Some(Origin::Weights {
                    network: network?.clone(),
                    init,
                    // Where nothing is drawn, the seed changes nothing.
                    seed: if drawn { seed? } else { 0 },
                })
            }
        }
    }

    /// The weights that `init` or `weights` gives; `None` where they do not fit.
    fn initial(
        &mut self,
        head: &Head,
        given: &Given,
        network: Option<&Rc<Network>>,
    ) -> Option<Vec<Share>> {
        if let (Some((_, weights)), Some((_, init))) = (given.get("weights"), given.get("init")) {
            self.report(
                Diagnostic::error(
                    DUPLICATE_FIELD,
                    "`weights: \"…\"` is `init: weights(\"…\")`: both are given",
                )
                .label(*init, "these weights …")
                .label(*weights, "… or these")
                .help(
                    "leave one of them out, or mix them: `init: 0.5 * weights(\"…\") + 0.5 * big`",
                ),
            );
            return None;
        }
        let (value, at) = match given.get("init").or_else(|| given.get("weights")) {
            Some(found) => found,
            None => return Some(vec![]),
        };
        let shares = match value {
            Value::Path(path) => {
                self.look_at_weights(path, *at);
                vec![Share {
                    weight: 1.0,
                    from: ShareFrom::File {
                        path: path.clone(),
                        ignore: vec![],
                    },
                    span: *at,
                }]
            }
            _ => value.as_shares(*at)?,
        };
        let fit = match network {
            Some(network) => self.weights_fit(&head.id, &shares, network, head.network),
            None => true,
        };
        fit.then_some(shares)
    }

    /// Whether a split can tell of a model what another can: the same shapes and classes, and labels.
    fn same_data(&mut self, test: &SplitOf, at: Span, data: &SplitOf, data_at: Span) -> bool {
        let (theirs, own) = (&test.dataset.shape, &data.dataset.shape);
        if theirs.sample != own.sample || theirs.classes != own.classes {
            let text = |sample: &Shape, classes: i64| format!("{sample}, {classes} classes");
            self.report(
                Diagnostic::error(
                    TEACHER_MISMATCH,
                    "the test split has other shapes or classes than the training data",
                )
                .label(at, text(&theirs.sample, theirs.classes))
                .label(data_at, text(&own.sample, own.classes)),
            );
            return false;
        }
        if test.split == Split::Train && !theirs.labelled {
            self.unlabelled("accuracy is told by labels", at, test);
            return false;
        }
        true
    }

    /// The name of a data set of the file, for a help.
    fn some_dataset(&self, module: ModuleId) -> String {
        let mut items = self.modules[module.0].tree.items.iter();
        let dataset = items.find(|item| matches!(item.kind, ItemKind::Dataset { .. }));
        dataset
            .and_then(declared_name)
            .map_or_else(|| "cifar".into(), |name| name.text.clone())
    }

    /// The fields of a model's block; `None` where one is not known.
    fn model_fields(&mut self, word: &str, fields: &[Field], scope: &Scope) -> Option<Given> {
        let mut given = Given::default();
        let mut sound = true;
        for field in fields {
            let name = field.name.text.as_str();
            if told(MODEL_FIELDS, name).is_none() {
                sound = false;
                self.unknown_field(word, field, fields, scope);
                continue;
            }
            let value = match name {
                "freeze" => match self.patterns(&field.value, scope) {
                    Some(patterns) => {
                        given.freeze = patterns;
                        Value::Bool(true)
                    }
                    None => Value::Unknown,
                },
                "groups" => match self.groups(&field.value, scope) {
                    Some(groups) => {
                        given.groups = groups;
                        Value::Bool(true)
                    }
                    None => Value::Unknown,
                },
                _ => self.eval_once(&field.value, &type_of(name), scope),
            };
            if let Some((_, first)) = given.get(name) {
                let first = *first;
                self.report(
                    Diagnostic::error(
                        DUPLICATE_FIELD,
                        format!("`{name}` stands twice in this block"),
                    )
                    .label(field.name.span, "again here")
                    .label(first, "first here"),
                );
                continue;
            }
            given
                .values
                .insert(name.to_string(), (value, field.value.span));
        }
        sound.then_some(given)
    }

    fn unknown_field(&mut self, word: &str, field: &Field, fields: &[Field], scope: &Scope) {
        self.eval(&field.value, scope);
        let name = field.name.text.as_str();
        let names: Vec<&str> = MODEL_FIELDS.iter().map(|(name, _)| *name).collect();
        let help = match meant(name, names.iter().copied()) {
            None if name == "teacher" => {
                "a student learns from its teacher by its objective: `objective: distill(…)`".into()
            }
            Some(near) => Mend::did_you_mean(field.name.span, near),
            None if name == "ignore" => {
                let file = fields.iter().find(|field| field.name.text == "weights");
                let file = file.map_or("\"FILE\"", |file| self.sources.slice(file.value.span));
                let ignore = self.sources.slice(field.value.span);
                format!("it is said with the file: `init: weights({file}, ignore: {ignore})`")
                    .into()
            }
            None if RECIPE_FIELDS.iter().any(|param| param.name == name) => {
                format!("`{name}` is a field of recipes: `recipe: r with {{ {name}: … }}`").into()
            }
            None => format!("a {word} has {}", names.join(", ")).into(),
        };
        self.fail_with(
            UNKNOWN_FIELD,
            format!("a {word} has no field `{name}`"),
            field.name.span,
            help,
        );
    }
}
