//! A recipe held against data: what it comes to in steps. Members of a family share it.

use std::rc::Rc;

use super::schedule::{self, Clock};
use crate::check::Checker;
use crate::check::codes::*;
use crate::check::program::{Dataset, SplitOf};
use crate::check::values::{Recipe, RecipeField, Value};
use crate::diag::{Diagnostic, Span, count};
use crate::spec::{self, Call, Schedule, Shape, Split};
use crate::vocabulary::{Default, Param, RECIPE_FIELDS};

/// A recipe in steps, and the clock of its run, to which other spans are held.
#[derive(Clone)]
pub struct Held {
    /// The recipe.
    pub recipe: Rc<spec::Recipe>,
    /// The clock.
    pub clock: Clock,
}

/// A recipe and data, by their addresses, and whether what is trained has convolutions.
pub(in crate::check) type HeldBy = (*const Recipe, *const Dataset, Split, bool);

/// What is known of them; both are kept, so that their addresses stay theirs.
pub(in crate::check) type HeldAs = (Rc<Recipe>, Rc<Dataset>, Option<Held>);

/// The default precision.
const FP32: &str = "fp32";
/// The precision that follows from the network alone, never from the machine: a result must not hang on
/// where it was computed. Convolutions are what bfloat16 makes quicker by far.
const AUTO: &str = "auto";

/// The precision that a recipe says.
fn precision(recipe: &Recipe) -> &str {
    match recipe.fields.get("precision").map(|field| &field.value) {
        Some(Value::Text(word, _)) => word,
        _ => FP32,
    }
}

impl Checker<'_> {
    /// A recipe held against data; `None` where something is wrong (and reported). The first model
    /// of a pair is named in its errors.
    pub(in crate::check) fn held(
        &mut self,
        model: &str,
        (recipe, at): (&Rc<Recipe>, Span),
        (data, data_at): (&SplitOf, Span),
        convolves: bool,
    ) -> Option<Held> {
        // All networks share what hangs on none.
        let convolves = convolves && precision(recipe) == AUTO;
        let (held_to, dataset) = (Rc::as_ptr(recipe), Rc::as_ptr(&data.dataset));
        let pair = (held_to, dataset, data.split, convolves);
        if let Some((_, _, held)) = self.held.get(&pair) {
            return held.clone();
        }
        let known = |field: &RecipeField| !matches!(field.value, Value::Unknown);
        let whole = self.has_required(model, recipe, at) && recipe.fields.values().all(known);
        let held = match whole {
            true => self.hold((recipe, at), (data, data_at), convolves),
            false => None,
        };
        let known = (recipe.clone(), data.dataset.clone(), held.clone());
        self.held.insert(pair, known);
        held
    }

    /// Whether a recipe has every field that a training needs.
    pub(in crate::check) fn has_required(&mut self, id: &str, recipe: &Recipe, at: Span) -> bool {
        let required = |param: &&Param| param.default == Default::Required;
        let mut sound = true;
        for param in RECIPE_FIELDS.iter().filter(required) {
            if !recipe.fields.contains_key(param.name) {
                let message = format!("the recipe of `{id}` has no `{}`", param.name);
                self.fail_with(MISSING_FIELD, message, at, param.doc);
                sound = false;
            }
        }
        sound
    }

    fn hold(
        &mut self,
        (recipe, at): (&Recipe, Span),
        (data, data_at): (&SplitOf, Span),
        convolves: bool,
    ) -> Option<Held> {
        let value = |name: &str| recipe.fields.get(name).map(|field| &field.value);
        let Some(Value::Int(batch)) = value("batch") else {
            return None;
        };
        let batch = *batch as u64;
        let count = data.dataset.shape.count(data.split) as u64;
        if batch > count {
            let batch_at = recipe.fields.get("batch").map_or(at, |field| field.span);
            self.batch_too_large((batch, batch_at), (count, data_at));
            return None;
        }
        let mut clock = self.clock(recipe, count.div_ceil(batch))?;
        let mut schedule = |name: &str| match recipe.fields.get(name) {
            Some(field) => clock.resolve_field(field, 0.0),
            None => Schedule::Constant(0.0),
        };
        let (lr, weight_decay) = (schedule("lr"), schedule("weight_decay"));
        clock.tell_cuts();
        let mut sound = self.report_windows(&mut clock, at, "recipe");
        let augment = augmentations(value("augment"));
        if let (Some(field), Some(first)) = (recipe.fields.get("augment"), augment.first()) {
            sound &= self.augments((first, field.span), (data, data_at));
        }
        let grouped = matches!(value("group_by_length"), Some(Value::Bool(true)));
        if let (Some(field), true) = (recipe.fields.get("group_by_length"), grouped) {
            sound &= self.has_lengths(field.span, (data, data_at));
        }
        let Some(Value::Optimiser(optimizer)) = value("optimizer") else {
            return None;
        };
        let precision = match (precision(recipe), convolves) {
            (AUTO, true) => "bf16",
            (AUTO, false) => FP32,
            (said, _) => said,
        };
        let recipe = spec::Recipe {
            optimizer: (**optimizer).clone(),
            lr,
            weight_decay,
            batch,
            steps: clock.steps,
            steps_per_epoch: clock.steps_per_epoch,
            augment,
            clip: value("clip").and_then(Value::as_number),
            precision: precision.to_string(),
            group_by_length: grouped,
        };
        let recipe = Rc::new(recipe);
        sound.then_some(Held { recipe, clock })
    }

    fn batch_too_large(&mut self, (batch, batch_at): (u64, Span), (there, data_at): (u64, Span)) {
        let samples = count(there, "sample");
        let message = format!("a batch of {batch} is larger than the data, which has {samples}");
        let diagnostic = Diagnostic::error(OUT_OF_RANGE, message).help(format!(
            "give a batch of at most {there}: `recipe with {{ batch: {there} }}`"
        ));
        let of_data = (data_at, samples);
        self.report_misfit(diagnostic, (batch_at, "this batch".into()), of_data);
    }

    /// Whether samples are images, which alone can be augmented.
    fn augments(&mut self, (first, at): (&Call, Span), (data, data_at): (&SplitOf, Span)) -> bool {
        let sample = &data.dataset.shape.sample;
        if sample.image().is_some() {
            return true;
        }
        let message = format!("`{}` wants an image, but a sample is {sample}", first.name);
        let diagnostic = Diagnostic::error(SHAPE, message)
            .help("train without it: `recipe with { augment: [] }`");
        let of_data = (data_at, sample.short());
        self.report_misfit(diagnostic, (at, "augmented here".into()), of_data);
        false
    }

    /// Whether samples are texts, which alone differ in length.
    fn has_lengths(&mut self, at: Span, (data, data_at): (&SplitOf, Span)) -> bool {
        let sample = &data.dataset.shape.sample;
        if matches!(sample, Shape::Tokens { .. }) {
            return true;
        }
        let message = format!("`group_by_length` wants texts, but a sample is {sample}");
        let diagnostic = Diagnostic::error(SHAPE, message)
            .help("train without it: `recipe with { group_by_length: false }`");
        let of_data = (data_at, sample.short());
        self.report_misfit(diagnostic, (at, "grouped here".into()), of_data);
        false
    }

    /// Reports that a field of a recipe does not fit the data. The place that can be changed comes first.
    fn report_misfit(
        &mut self,
        diagnostic: Diagnostic,
        field: (Span, String),
        data: (Span, String),
    ) {
        let (first, second) = match self.is_standard(field.0.source) {
            true => (data, field),
            false => (field, data),
        };
        self.report(diagnostic.label(first.0, first.1).label(second.0, second.1));
    }

    /// The clock of a recipe's run.
    fn clock(&mut self, recipe: &Recipe, steps_per_epoch: u64) -> Option<Clock> {
        let field = recipe.fields.get("length")?;
        let Value::Time(length) = &field.value else {
            return None;
        };
        let steps = (length.steps + length.epochs * steps_per_epoch as f64).round();
        if !(1.0..=1e12).contains(&steps) {
            let message = format!("this length comes to {}", count(steps, "step"));
            self.fail(OUT_OF_RANGE, message, field.span);
            return None;
        }
        let written = (*length, field.span);
        let known = schedule::Known::Both;
        Some(Clock::new(steps as u64, steps_per_epoch, written, known))
    }

    /// Reports what was found of the windows of a field's value; false where one is wrong.
    pub(in crate::check) fn report_windows(
        &mut self,
        clock: &mut Clock,
        field: Span,
        what: &str,
    ) -> bool {
        let findings = std::mem::take(&mut clock.findings);
        let sound = !findings.iter().any(Diagnostic::is_error);
        for finding in findings {
            self.report_of_field(finding, field, what);
        }
        sound
    }
}

fn augmentations(value: Option<&Value>) -> Vec<Call> {
    let Some(Value::List(items)) = value else {
        return vec![];
    };
    let calls = items.iter().filter_map(|item| match item {
        Value::Augmentation(call) => Some((**call).clone()),
        _ => None,
    });
    calls.collect()
}
