//! What can be said where something is not known: of a recipe that nothing uses, of a model whose data is
//! broken, of the members of what is broken itself.

use super::Checker;
use super::families::indices;
use super::losses::Goal;
use super::models::{Given, Head};
use super::names::Scope;
use super::networks::Grown;
use super::networks::Layers;
use super::trainings::{Clock, Known};
use super::values::{Binding, Recipe, Value};
use crate::diag::{Diagnostic, Span};
use crate::syntax::tree::{Expr, ExprKind, ItemKind, Name};
use crate::vocabulary::{MEASURES, SPLITS, Word, fields, find};

/// Steps of an epoch that stand for any: the fewest, and so many that rounding to whole ones does not
/// show. What is wrong with both is wrong whatever the data is.
const EPOCHS: [u64; 2] = [1_000_000, 1];

impl Checker<'_> {
    /// Holds the schedules of a recipe against its own length.
    pub(super) fn look_at_recipe(&mut self, recipe: &Recipe, place: Span) {
        for name in ["lr", "weight_decay"] {
            let Some(field) = recipe.fields.get(name) else {
                continue;
            };
            self.look_at_windows(recipe, (place, "recipe"), |clock| {
                clock.resolve_field(field, 0.0);
            });
        }
    }

    /// Looks at a model of which only the data is not known.
    pub(super) fn look_without_data(&mut self, layers: &Value, head: &Head, given: &Given) {
        if let Value::Layers(layers) = layers {
            self.look_at_layers(layers, head.network, 0);
        }
        let Some((Value::Recipe(recipe), at)) = given.get("recipe") else {
            return;
        };
        self.has_required(&head.id, recipe, *at);
        self.look_at_recipe(recipe, *at);
        self.look_at_objective(recipe, given);
    }

    /// Holds the windows of an objective against the length of a recipe.
    pub(super) fn look_at_objective(&mut self, recipe: &Recipe, given: &Given) {
        if let Some((Value::Objective(goal), at)) = given.get("objective") {
            let goal: &Goal = goal;
            self.look_at_windows(recipe, (*at, "objective"), |clock| {
                goal.terms(clock, &Grown::new());
            });
        }
    }

    /// A member of a declaration that is broken: what it would have is known by its kind.
    pub(super) fn member_of_unknown(&mut self, base: &Expr, name: &Name, scope: &Scope) -> Value {
        let declared = match &base.kind {
            ExprKind::Name(declared) => declared,
            ExprKind::Index { base, .. } => match &base.kind {
                ExprKind::Name(declared) => declared,
                _ => return Value::Unknown,
            },
            _ => return Value::Unknown,
        };
        let Some(Binding::Decl(decl)) = self.binding(declared, scope) else {
            return Value::Unknown;
        };
        let tree = self.modules[decl.module.0].tree.clone();
        let item = &tree.items[decl.item];
        let mut is_index = indices(item).iter().map(|index| &index.name.text);
        if is_index.any(|index| *index == name.text) {
            return Value::Unknown;
        }
        let (what, names) = match &item.kind {
            ItemKind::Dataset { .. } => {
                let splits = SPLITS.iter().map(|(split, _)| *split);
                ("a data set".to_string(), splits.collect::<Vec<_>>())
            }
            ItemKind::Measure { value, .. } => match measure_called(value) {
                Some(measure) => {
                    let fields = fields(measure.name).map(|field| field.name);
                    (
                        format!("a measurement of `{}`", measure.name),
                        fields.collect(),
                    )
                }
                None => return Value::Unknown,
            },
            _ => return Value::Unknown,
        };
        match names.contains(&name.text.as_str()) {
            true => Value::Unknown,
            false => self.unknown_member(&what, name, &names),
        }
    }

    /// Reports the windows that lie wrong in a run of a recipe's length, as far as it tells.
    fn look_at_windows(
        &mut self,
        recipe: &Recipe,
        (place, what): (Span, &str),
        resolve: impl Fn(&mut Clock),
    ) {
        let found = EPOCHS.map(|steps| {
            let mut clock = of_length(recipe, steps)?;
            resolve(&mut clock);
            (!clock.unplaced).then_some(clock)
        });
        let [Some(mut fine), Some(coarse)] = found else {
            return;
        };
        let place_of = |found: &Diagnostic| found.labels.first().map(|label| label.span);
        let also = |found: &Diagnostic| {
            let mut others = coarse.findings.iter().filter(|other| other.is_error());
            others.any(|other| place_of(other) == place_of(found))
        };
        fine.findings
            .retain(|found| found.is_error() && also(found));
        self.report_windows(&mut fine, place, what);
    }

    /// Unfolds archs as far as they do not hang on their input, for what they require.
    fn look_at_layers(&mut self, layers: &Layers, used: Span, depth: usize) {
        // Deeper than any network; archs that lead to themselves end here.
        const DEEPEST: usize = 16;
        if depth > DEEPEST || !self.spend(1, used) {
            return;
        }
        match layers {
            Layers::Word {
                branches: inner, ..
            }
            | Layers::Sequence(inner)
            | Layers::List(inner) => {
                inner
                    .iter()
                    .for_each(|layers| self.look_at_layers(layers, used, depth + 1));
            }
            Layers::Named(_, inner) => self.look_at_layers(inner, used, depth + 1),
            Layers::Arch {
                decl,
                name,
                env,
                span,
            } => {
                if let Some(body) = self.unfold_unknown((*decl, name), env, *span) {
                    self.look_at_layers(&body, *span, depth + 1);
                }
            }
        }
    }
}

/// The measure that an expression calls.
fn measure_called(value: &Expr) -> Option<&'static Word> {
    match &value.kind {
        ExprKind::Call { callee, .. } => match &callee.kind {
            ExprKind::Name(name) => find(MEASURES, name),
            _ => None,
        },
        _ => None,
    }
}

/// A run of a recipe's length, with epochs of so many steps where it is told in epochs; `None` where the
/// length is not known, or told in both.
fn of_length(recipe: &Recipe, steps_per_epoch: u64) -> Option<Clock> {
    let field = recipe.fields.get("length")?;
    let Value::Time(length) = &field.value else {
        return None;
    };
    let known = match (length.steps > 0.0, length.epochs > 0.0) {
        (true, false) => Known::Steps,
        (false, true) => Known::Epochs,
        _ => return None,
    };
    let steps = (length.steps + length.epochs * steps_per_epoch as f64).round();
    let written = (*length, field.span);
    (1.0..=1e15)
        .contains(&steps)
        .then(|| Clock::new(steps as u64, steps_per_epoch, written, known))
}
