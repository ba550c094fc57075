//! What the checker learns of places while it checks, for those who show a file: a layer's shapes,
//! what a declaration's value is. Kept only where somebody asks for it.

use std::collections::HashMap;

use super::families::indices;
use super::modules::declared_name;
use super::networks::Layers;
use super::program::{Model, Origin, Program};
use super::values::{Value, trim};
use super::{Checker, Evaluation};
use crate::diag::Span;
use crate::spec::{DataShape, Layer, Shape, tensors};

/// What is known of places.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// What went through each use of a layer or an arch, each way once.
    pub layers: HashMap<Span, Vec<Flow>>,
    /// The value of each declaration, by the place of its name, as a reader is told it.
    pub values: HashMap<Span, String>,
    /// Models by the place where their declaration begins.
    pub models: HashMap<Span, Trained>,
    /// Data sets by the place where their declaration begins.
    pub datasets: HashMap<Span, DataShape>,
}

/// What goes through a layer, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// What comes in.
    pub input: Shape,
    /// What comes out.
    pub output: Shape,
    /// Trained numbers.
    pub parameters: i64,
}

/// The members of a `teacher`, `student` or `model`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trained {
    /// How many there are.
    pub members: usize,
    /// The first one's network.
    pub network: Flow,
    /// Steps of training, of the shortest run and of the longest; nothing where none is trained.
    pub steps: Option<(u64, u64)>,
}

/// Ways that are kept of each place.
const WAYS: usize = 16;
/// Members of a list that are shown.
const SHOWN: usize = 8;

impl Index {
    /// Notes what went through the layers of a place.
    pub(super) fn flow(&mut self, span: Span, input: &Shape, output: &Shape, layers: &[Layer]) {
        let ways = self.layers.entry(span).or_default();
        let same = |way: &Flow| way.input == *input && way.output == *output;
        if ways.len() < WAYS && !ways.iter().any(same) {
            ways.push(Flow {
                input: input.clone(),
                output: output.clone(),
                parameters: layers.iter().map(parameters).sum(),
            });
        }
    }

    /// Notes what came of a program.
    fn program(&mut self, program: &Program) {
        for model in &program.models {
            let steps = match &model.origin {
                Origin::Trained { training, .. } => Some(training.recipe.steps),
                _ => None,
            };
            let known = self
                .models
                .entry(beginning(model.span))
                .or_insert_with(|| Trained {
                    members: 0,
                    network: whole(model),
                    steps: steps.map(|steps| (steps, steps)),
                });
            known.members += 1;
            if let (Some((least, most)), Some(steps)) = (&mut known.steps, steps) {
                (*least, *most) = ((*least).min(steps), (*most).max(steps));
            }
        }
        for dataset in &program.datasets {
            let shape = dataset.shape.clone();
            self.datasets
                .entry(beginning(dataset.span))
                .or_insert(shape);
        }
    }
}

/// Where a span begins; its end moves with every edit inside it.
pub fn beginning(span: Span) -> Span {
    Span {
        end: span.start,
        ..span
    }
}

/// What goes through a model; an ensemble has no parameters of its own.
fn whole(model: &Model) -> Flow {
    Flow {
        input: model.input().clone(),
        output: [model.classes()].into(),
        parameters: model
            .network()
            .map_or(0, |network| parameters(&network.root)),
    }
}

/// Trained numbers of a layer and those in it.
fn parameters(layer: &Layer) -> i64 {
    let tensors = tensors(layer).unwrap_or_default();
    let trained = tensors.iter().filter(|tensor| tensor.trained);
    trained.map(|tensor| tensor.count()).sum()
}

impl Checker<'_> {
    /// Notes what went through layers that stand at one place: an arch's use, or a word's.
    pub(super) fn note(
        &mut self,
        layers: &Layers,
        input: &Shape,
        output: Option<&Shape>,
        made: &[Layer],
    ) {
        if let (Some(index), Some(output)) = (&mut self.index, output)
            && let Layers::Arch { span, .. } | Layers::Word { span, .. } = layers
        {
            index.flow(*span, input, output, made);
        }
    }

    /// What was learnt, with what came of it all.
    pub(super) fn learnt(&mut self) -> Option<Index> {
        let mut index = self.index.take()?;
        index.program(&self.program);
        for (decl, members) in &self.members {
            let item = &self.modules[decl.module.0].tree.items[decl.item];
            // The members of a family have a value each.
            let ([Evaluation::Done(value, _)], []) = (members.as_slice(), indices(item)) else {
                continue;
            };
            if let (Some(name), Some(shown)) = (declared_name(item), shown(value)) {
                index.values.insert(name.span, shown);
            }
        }
        Some(index)
    }
}

/// A value as a file would write it, where that is short.
pub(super) fn shown(value: &Value) -> Option<String> {
    Some(match value {
        Value::Int(value) => value.to_string(),
        Value::Number(value) => trim(*value),
        Value::Fraction(value) => format!("{}%", trim(value * 100.0)),
        Value::Bool(value) => value.to_string(),
        Value::Text(text, _) => format!("{text:?}"),
        Value::Path(path) => format!("{:?}", path.display().to_string()),
        Value::Time(time) => time.to_string(),
        Value::Shape(shape) => shape.short(),
        Value::List(items) => {
            let some: Option<Vec<String>> = items.iter().take(SHOWN).map(shown).collect();
            let rest = match items.len() > SHOWN {
                true => format!(", … {} in all", items.len()),
                false => String::new(),
            };
            format!("[{}{rest}]", some?.join(", "))
        }
        _ => return None,
    })
}
