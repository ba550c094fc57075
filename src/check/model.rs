//! Teachers, students, models: a network, data, and how it comes by its weights.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Checker;
use super::codes::*;
use super::module::{ModuleId, declared_name};
use super::objective::Goal;
use super::program::{Model, Origin, SplitOf, Training};
use super::schedule::{Clock, Ramp, Time};
use super::scope::Scope;
use super::types::Type;
use super::value::{Recipe, RecipeField, Value, show_shape};
use crate::diag::{Diagnostic, Mend, Span, closest};
use crate::spec::{Call, Network, Schedule, Split};
use crate::syntax::tree::{Expr, Field, ItemKind};
use crate::vocabulary::RECIPE_FIELDS;

/// The fields of a model that this version runs, and their types.
const FIELDS: &[(&str, Type)] = &[
    ("data", Type::Split),
    ("recipe", Type::Recipe),
    ("seed", Type::Int),
    ("objective", Type::Objective),
    ("test", Type::Split),
    ("weights", Type::Path),
];

/// Fields of the language that it does not run yet.
const LATER: &[&str] = &["init", "freeze", "groups"];

/// A model's fields by name.
type Given = BTreeMap<String, (Value, Span)>;

impl Checker<'_> {
    /// One member of a `teacher`, `student` or `model`.
    pub(super) fn model(
        &mut self,
        word: &str,
        id: String,
        span: Span,
        network: &Expr,
        fields: Option<&[Field]>,
        scope: &Scope,
    ) -> Value {
        let head = Span {
            end: network.span.end,
            ..span
        };
        let whole = !self.unreadable(span);
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
        let layers = self.eval_once(
            network,
            &Type::Layers,
            &scope.bind("input", input).bind("classes", classes),
        );
        let Some(given) = given else {
            return Value::Unknown;
        };
        let Some((Value::Split(dataset, split), data_span)) = given.get("data") else {
            if !given.contains_key("data") && whole {
                self.fail_with(
                    MISSING_FIELD,
                    format!("`{id}` has no `data`"),
                    head,
                    format!(
                        "say what it is trained on: `data: {}.train`",
                        self.some_dataset(scope.module)
                    ),
                );
            }
            return Value::Unknown;
        };
        let data = SplitOf {
            dataset: dataset.clone(),
            split: *split,
        };
        let test = match given.get("test") {
            Some((Value::Split(dataset, split), _)) => SplitOf {
                dataset: dataset.clone(),
                split: *split,
            },
            Some(_) => return Value::Unknown,
            None => SplitOf {
                dataset: dataset.clone(),
                split: Split::Test,
            },
        };
        let shape = &dataset.shape;
        if test.dataset.shape.sample != shape.sample || test.dataset.shape.classes != shape.classes
        {
            let at = given.get("test").map_or(span, |(_, span)| *span);
            self.report(
                Diagnostic::error(
                    TEACHER_MISMATCH,
                    "the test split has other shapes or classes than the training data",
                )
                .label(
                    at,
                    format!(
                        "{}, {} classes",
                        show_shape(&test.dataset.shape.sample),
                        test.dataset.shape.classes
                    ),
                )
                .label(
                    *data_span,
                    format!("{}, {} classes", show_shape(&shape.sample), shape.classes),
                ),
            );
            return Value::Unknown;
        }
        let network = match layers {
            Value::Layers(layers) => {
                self.network(&layers, &shape.sample, shape.classes, network.span)
            }
            _ => None,
        };
        let origin = match (given.get("weights"), given.get("recipe")) {
            (Some((Value::Path(file), _)), None) => Some(Origin::File(file.clone())),
            (Some((_, weights)), Some((_, recipe))) => {
                self.report(
                    Diagnostic::error(
                        NOT_BUILT,
                        "`weights` together with a `recipe` is not run by this version of kdp",
                    )
                    .label(*weights, "taken as they are …")
                    .label(*recipe, "… or trained")
                    .help("leave one of them out"),
                );
                None
            }
            (None, None) if !whole => None,
            (None, None) => {
                let help = "say how it is trained: `recipe: paper_images`, or give it a file of weights: `weights: \"teacher.safetensors\"`";
                self.fail_with(
                    MISSING_FIELD,
                    format!("`{id}` has neither a `recipe` nor `weights`"),
                    head,
                    help,
                );
                None
            }
            (None, Some((Value::Recipe(recipe), at))) => {
                let recipe = recipe.clone();
                self.training(&id, &given, &recipe, *at, &data, network.as_ref())
                    .map(|training| Origin::Trained(Box::new(training)))
            }
            _ => None,
        };
        let (Some(network), Some(origin)) = (network, origin) else {
            return Value::Unknown;
        };
        self.program.models.push(Model {
            id,
            word: word.to_string(),
            span,
            network,
            data,
            test,
            origin,
        });
        Value::Model(self.program.models.len() - 1)
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
        let mut given = Given::new();
        let mut sound = true;
        for field in fields {
            let name = field.name.text.as_str();
            let Some((_, ty)) = FIELDS.iter().find(|(known, _)| *known == name) else {
                sound = false;
                if LATER.contains(&name) {
                    self.fail_with(
                        NOT_BUILT,
                        format!("`{name}` is not run by this version of kdp"),
                        field.name.span,
                        "leave it out",
                    );
                    continue;
                }
                self.eval(&field.value, scope);
                let names = FIELDS.iter().map(|(name, _)| *name);
                let help = match closest(name, names) {
                    Some(near) => Mend::did_you_mean(field.name.span, near),
                    None if RECIPE_FIELDS.iter().any(|param| param.name == name) => {
                        format!("`{name}` is a field of recipes: `recipe: r with {{ {name}: … }}`")
                            .into()
                    }
                    None => format!(
                        "a {word} has {}",
                        FIELDS
                            .iter()
                            .map(|(name, _)| *name)
                            .collect::<Vec<_>>()
                            .join(", ")
                    )
                    .into(),
                };
                self.fail_with(
                    UNKNOWN_FIELD,
                    format!("a {word} has no field `{name}`"),
                    field.name.span,
                    help,
                );
                continue;
            };
            let value = self.eval_once(&field.value, ty, scope);
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
            given.insert(name.to_string(), (value, field.value.span));
        }
        sound.then_some(given)
    }

    /// A recipe held against the data, in steps.
    fn training(
        &mut self,
        id: &str,
        given: &Given,
        recipe: &Recipe,
        at: Span,
        data: &SplitOf,
        network: Option<&Rc<Network>>,
    ) -> Option<Training> {
        let mut sound = true;
        for param in RECIPE_FIELDS {
            if param.default == crate::vocabulary::Default::Required
                && !recipe.fields.contains_key(param.name)
            {
                self.fail_with(
                    MISSING_FIELD,
                    format!("the recipe of `{id}` has no `{}`", param.name),
                    at,
                    param.doc,
                );
                sound = false;
            }
        }
        if recipe
            .fields
            .values()
            .any(|field| matches!(field.value, Value::Unknown))
            || !sound
        {
            return None;
        }
        let value = |name: &str| recipe.fields.get(name).map(|field| &field.value);
        let count = data.dataset.shape.count(data.split) as u64;
        let Some(Value::Int(batch)) = value("batch") else {
            return None;
        };
        let batch = *batch as u64;
        if batch > count {
            let batch_span = recipe.fields.get("batch").map_or(at, |field| field.span);
            let data_span = given.get("data").map_or(at, |(_, span)| *span);
            self.report(
                Diagnostic::error(
                    OUT_OF_RANGE,
                    format!(
                        "a batch of {batch} is larger than the data, which has {count} samples"
                    ),
                )
                .label(batch_span, "this batch")
                .label(data_span, format!("{count} samples"))
                .help(format!("give a batch of at most {count}")),
            );
            return None;
        }
        let steps_per_epoch = count.div_ceil(batch);
        let (Some(Value::Time(length)), Some(length_field)) =
            (value("length"), recipe.fields.get("length"))
        else {
            return None;
        };
        let in_steps = |time: &Time| time.steps + time.epochs * steps_per_epoch as f64;
        let steps = in_steps(length).round();
        if !(1.0..=1e12).contains(&steps) {
            self.fail(
                OUT_OF_RANGE,
                format!("this length comes to {steps} steps"),
                length_field.span,
            );
            return None;
        }
        let mut clock = Clock {
            steps: steps as u64,
            steps_per_epoch,
            written: *length,
            span: length_field.span,
            scale: 1.0,
            cut: false,
            findings: vec![],
        };
        let schedule = |clock: &mut Clock, name: &str, default: f64| -> Schedule {
            let Some(RecipeField {
                value,
                cut,
                scalings,
                ..
            }) = recipe.fields.get(name)
            else {
                return Schedule::Constant(default);
            };
            clock.cut = *cut;
            clock.scale = scalings
                .iter()
                .map(|(old, new)| in_steps(new) / in_steps(old))
                .product();
            let ramp = value
                .as_ramp()
                .unwrap_or_else(|| Rc::new(Ramp::Constant(default)));
            let schedule = clock.resolve(&ramp).0;
            (clock.cut, clock.scale) = (false, 1.0);
            schedule
        };
        let lr = schedule(&mut clock, "lr", 0.0);
        let weight_decay = schedule(&mut clock, "weight_decay", 0.0);
        let goal = match given.get("objective") {
            Some((Value::Objective(goal), _)) => goal.clone(),
            Some(_) => return None,
            None => Rc::new(Goal::CrossEntropy {
                smoothing: Rc::new(Ramp::Constant(0.0)),
            }),
        };
        let objective = goal.terms(&mut clock);
        let findings = std::mem::take(&mut clock.findings);
        sound &= !findings.iter().any(Diagnostic::is_error);
        findings
            .into_iter()
            .for_each(|finding| self.report(finding));
        for (teacher, span) in goal.teachers() {
            sound &= self.teacher_fits(teacher, span, network);
        }
        let Some(Value::Optimiser(optimizer)) = value("optimizer") else {
            return None;
        };
        let augment = match value("augment") {
            Some(Value::List(items)) => items
                .iter()
                .filter_map(|item| {
                    if let Value::Augmentation(call) = item {
                        Some((**call).clone())
                    } else {
                        None
                    }
                })
                .collect::<Vec<Call>>(),
            _ => vec![],
        };
        let clip = value("clip").and_then(Value::as_number);
        let precision = match value("precision") {
            Some(Value::Text(word, _)) => word.clone(),
            _ => "fp32".into(),
        };
        let seed = match given.get("seed") {
            Some((Value::Int(seed), _)) => *seed,
            Some(_) => return None,
            None => 0,
        };
        sound.then(|| Training {
            objective,
            optimizer: (**optimizer).clone(),
            lr,
            weight_decay,
            batch,
            steps: steps as u64,
            steps_per_epoch,
            augment,
            clip,
            precision,
            seed,
        })
    }

    /// Whether a teacher takes what its student takes and tells the same classes.
    fn teacher_fits(&mut self, teacher: usize, span: Span, student: Option<&Rc<Network>>) -> bool {
        let Some(student) = student else { return true };
        let teacher = &self.program.models[teacher];
        let what = if teacher.network.classes != student.classes {
            format!(
                "the teacher `{}` tells {} classes, its student {}",
                teacher.id, teacher.network.classes, student.classes
            )
        } else if teacher.network.input != student.input {
            format!(
                "the teacher `{}` takes {}, its student {}",
                teacher.id,
                show_shape(&teacher.network.input),
                show_shape(&student.input)
            )
        } else {
            return true;
        };
        let declared = teacher.span;
        self.report(
            Diagnostic::error(TEACHER_MISMATCH, what)
                .label(span, "distilled from here")
                .label(declared, "the teacher")
                .help("train the teacher on data of the same shape and classes"),
        );
        false
    }
}
