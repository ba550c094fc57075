//! Recipes: fields, copies with changes, and other lengths.

use std::rc::Rc;

use crate::check::Checker;
use crate::check::codes::*;
use crate::check::names::Scope;
use crate::check::names::meant;
use crate::check::values::{Recipe, RecipeField, Value};
use crate::diag::{Diagnostic, Mend, Span};
use crate::syntax::tree::{ExprKind, Field};
use crate::vocabulary::RECIPE_FIELDS;

impl Checker<'_> {
    /// Enters one field of a recipe's block.
    pub(in crate::check) fn recipe_field(
        &mut self,
        recipe: &mut Recipe,
        field: &Field,
        scope: &Scope,
    ) {
        let name = field.name.text.as_str();
        let Some(param) = RECIPE_FIELDS.iter().find(|param| param.name == name) else {
            self.eval(&field.value, scope);
            let names: Vec<_> = RECIPE_FIELDS.iter().map(|param| param.name).collect();
            let at = field.name.span;
            let help = match (name, meant(name, names.iter().copied())) {
                ("epochs" | "steps", _) => match &field.value.kind {
                    ExprKind::Int(n) => {
                        Mend::did_you_mean(at.to(field.value.span), format!("length: {n} {name}"))
                    }
                    _ => "did you mean `length: 30 epochs`?".into(),
                },
                ("momentum" | "nesterov", _) => {
                    format!("it belongs to the optimizer: `optimizer: sgd({name}: …)`").into()
                }
                (_, Some("lr")) if name.starts_with("schedule") => {
                    "the learning rate is its own schedule: `lr: 0.1 then 0.01 at 50%`".into()
                }
                (_, Some(near)) => Mend::did_you_mean(at, near),
                (_, None) => format!("a recipe has {}", names.join(", ")).into(),
            };
            self.fail_with(
                UNKNOWN_FIELD,
                format!("a recipe has no field `{name}`"),
                field.name.span,
                help,
            );
            return;
        };
        let value = self.eval_as(&field.value, &param.ty.into(), scope);
        if let Some(first) = recipe.fields.get(name) {
            let first = first.span;
            self.report(
                Diagnostic::error(
                    DUPLICATE_FIELD,
                    format!("`{name}` stands twice in this block"),
                )
                .label(field.name.span, "again here")
                .label(first, "first here"),
            );
            return;
        }
        let (fits, what) = match (name, &value) {
            ("batch", Value::Int(batch)) => (
                (1..=10_000_000).contains(batch),
                "a batch has at least one sample",
            ),
            ("clip", Value::Number(clip)) => {
                (*clip > 0.0, "gradients are clipped to a norm above 0")
            }
            ("lr" | "weight_decay", Value::Schedule(ramp)) => (
                ramp.values().iter().all(|value| *value >= 0.0),
                "it is never below 0",
            ),
            ("length", Value::Time(time)) => (
                time.steps >= 0.0
                    && time.epochs >= 0.0
                    && time.fraction == 0.0
                    && (time.steps > 0.0 || time.epochs > 0.0),
                "a run's length is so many steps or epochs, above 0",
            ),
            ("optimizer", Value::Optimiser(call)) => {
                let inside = |name: &str, to: f64| {
                    call.number(name)
                        .is_none_or(|value| (0.0..to).contains(&value))
                };
                let nesterov =
                    call.bool("nesterov") == Some(true) && call.number("momentum") == Some(0.0);
                match nesterov {
                    true => (false, "Nesterov's look ahead needs a momentum above 0"),
                    false => (
                        inside("momentum", 1.0) && inside("beta1", 1.0) && inside("beta2", 1.0),
                        "momentum and betas lie between 0 and 1",
                    ),
                }
            }
            ("augment", Value::List(items)) => match wrong_augmentation(items) {
                Some(wrong) => (false, wrong),
                None => (true, ""),
            },
            _ => (true, ""),
        };
        let value = if fits {
            value
        } else if let ("length", Value::Time(time)) = (name, &value)
            && time.fraction > 0.0
        {
            let share = self.sources.slice(field.value.span);
            let help = format!(
                "a part of another recipe's length is `RECIPE scaled to {share}`, or give the epochs: `length: 10 epochs`"
            );
            let message = format!("`{name}`: {what}");
            self.fail_with(OUT_OF_RANGE, message, field.value.span, help)
        } else {
            self.fail(OUT_OF_RANGE, format!("`{name}`: {what}"), field.value.span)
        };
        recipe.fields.insert(
            name.to_string(),
            RecipeField {
                value,
                span: field.value.span,
                cut: false,
                scalings: vec![],
            },
        );
    }

    /// `base with { … }`. A new length cuts the windows of the fields that it does not replace.
    pub(in crate::check) fn recipe_with(&mut self, base: Value, changed: Recipe) -> Value {
        let Value::Recipe(base) = base else {
            return Value::Unknown;
        };
        let mut recipe = (*base).clone();
        if changed.fields.contains_key("length") {
            recipe
                .fields
                .values_mut()
                .for_each(|field| field.cut = true);
        }
        recipe.fields.extend(changed.fields);
        Value::Recipe(Rc::new(recipe))
    }

    /// `base scaled to length`: every span of the recipe is stretched.
    pub(in crate::check) fn recipe_scaled(
        &mut self,
        base: Value,
        length: Value,
        at: Span,
        span: Span,
    ) -> Value {
        let (Value::Recipe(base), Value::Time(new)) = (base, length) else {
            return Value::Unknown;
        };
        let mut recipe = (*base).clone();
        let old = match recipe.fields.get("length").map(|field| &field.value) {
            Some(Value::Time(old)) => *old,
            // What is wrong with it has been said.
            Some(_) => return Value::Unknown,
            None => {
                return self.fail_with(
                    MISSING_FIELD,
                    "a recipe without a `length` cannot be scaled",
                    span,
                    "give it one: `r with { length: 30 epochs }`",
                );
            }
        };
        // `scaled to 50%`: of what it was.
        let part = new.fraction > 0.0 && new.steps == 0.0 && new.epochs == 0.0;
        let new = if part {
            old.map(|amount| amount * new.fraction)
        } else {
            new
        };
        if !(new.steps > 0.0 || new.epochs > 0.0) || new.fraction != 0.0 {
            return self.fail(
                OUT_OF_RANGE,
                "a run's length is so many steps or epochs, above 0",
                at,
            );
        }
        for field in recipe.fields.values_mut() {
            field.scalings.push((old, new));
        }
        let field = RecipeField {
            value: Value::Time(new),
            span: at,
            cut: false,
            scalings: vec![],
        };
        recipe.fields.insert("length".into(), field);
        Value::Recipe(Rc::new(recipe))
    }
}

/// What is wrong with a list of augmentations.
fn wrong_augmentation(items: &[Value]) -> Option<&'static str> {
    let calls = items
        .iter()
        .enumerate()
        .filter_map(|(place, item)| match item {
            Value::Augmentation(call) => Some((place, call)),
            _ => None,
        });
    calls.into_iter().find_map(|(place, call)| {
        let number = |name: &str| call.number(name).unwrap_or_default();
        let in_order = |least: f64, most: f64, bound: f64| 0.0 < least && least <= most && most <= bound;
        match call.name.as_str() {
            "pad_crop" if !(0..=1024).contains(&call.int("padding")?) => {
                Some("padding lies between 0 and 1024 pixels")
            }
            "random_resized_crop" if place > 0 => {
                Some("`random_resized_crop` comes before other augmentations: they see what it cuts out")
            }
            "random_resized_crop" if !in_order(number("smallest"), number("largest"), 1.0) => {
                Some("`smallest` and `largest` are shares of an image's area, in this order: above 0, at most 1")
            }
            "random_resized_crop" if !in_order(number("narrowest"), number("widest"), 100.0) => {
                Some("`narrowest` and `widest` are ratios of width to height, in this order: above 0, at most 100")
            }
            _ => None,
        }
    })
}
