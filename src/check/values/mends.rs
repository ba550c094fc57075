//! Mends of values of the wrong type.

use super::types::Type;
use super::value::{Value, trim};
use crate::check::families::Family;
use crate::check::losses::{NO_CHOICE, NO_SOFTMAX};
use crate::check::names::{Kind, word as word_of};
use crate::diag::{Mend, Span, count};
use crate::vocabulary::{Default, Param};

/// How to make one type of another, where that is plain.
/// `shown` is the value as it was written.
pub(in crate::check) fn mend(value: &Value, ty: &Type, shown: &str, span: Span) -> Option<Mend> {
    let text = match (ty, value) {
        (Type::Span, Value::Number(n)) if (0.0..=1.0).contains(n) => {
            let share = format!("{}%", trim(n * 100.0));
            let help = format!("did you mean `{share}`, a part of the run?");
            return Some(Mend::from(help).edit(span, share));
        }
        (Type::Layers, Value::Int(_) | Value::Number(_) | Value::Fraction(_)) => {
            "`->` joins layers; a number changes over a run by `then`: `0.1 then 0.01 at 50%`"
                .into()
        }
        (Type::Layers, Value::List(_)) => {
            "layers are joined by `->`; a list of them is one with `chain(…)`".into()
        }
        (Type::Schedule, Value::List(_)) => {
            "a number changes over a run by `then`: `0.1 then 0.01 at 50%`".into()
        }
        (Type::Optimiser, Value::Text(word, _)) => {
            return Some(Mend::did_you_mean(span, format!("{word}()")));
        }
        (Type::Tokenizer, Value::Callable(word)) => {
            return Some(Mend::did_you_mean(span, format!("{word}()")));
        }
        (Type::Tokenizer, Value::Text(file, _)) => {
            let tokenizer = match file.rsplit('/').next() {
                Some("vocab.txt") => "wordpiece",
                Some("vocab.json" | "merges.txt") => "byte_bpe",
                _ => "tokenizer_file",
            };
            format!("a tokenizer is made of its files: `{tokenizer}(…)`")
        }
        (Type::Bool, Value::Condition(_)) => {
            "a choice is made before anything is measured; join conditions with `and`, `or`, `not`"
                .into()
        }
        (Type::Layers, Value::Callable(function))
            if matches!(function.as_str(), "softmax" | "log_softmax") =>
        {
            NO_SOFTMAX.into()
        }
        (Type::Bool, Value::Formula(_)) => NO_CHOICE.into(),
        (Type::Objective, Value::Text(word, _)) => {
            let known = word_of(word).is_some_and(|(_, kind)| kind == Kind::Objective);
            let help = "an objective stands without quotes";
            return Some(match known {
                true => Mend::from(format!("{help}: `{word}`")).edit(span, word),
                false => help.into(),
            });
        }
        (Type::Layers, Value::Objective(_)) => {
            "`->` joins layers; an objective changes over a run by `then`: `distill(t) then one_hot at 50%`"
                .into()
        }
        (Type::Layers, Value::Callable(function)) if is_layer(function) => {
            return Some(Mend::did_you_mean(span, format!("{function}()")));
        }
        (Type::Bool, Value::Int(n @ 0..=1)) => {
            let word = if *n == 1 { "true" } else { "false" };
            return Some(Mend::did_you_mean(span, word));
        }
        (Type::Int, Value::Text(text, _)) if text.parse::<i64>().is_ok() => {
            return Some(Mend::did_you_mean(span, text));
        }
        (Type::Number | Type::Schedule, Value::Text(text, _)) if text.parse::<f64>().is_ok() => {
            return Some(Mend::did_you_mean(span, text));
        }
        (Type::Span, Value::Int(_) | Value::Number(_)) => {
            let n = trim(value.as_number().unwrap_or_default());
            let (epochs, steps) = (count(&n, "epoch"), count(&n, "step"));
            let help = format!("did you mean `{epochs}`, or `{steps}`?");
            return Some(Mend::from(help).edit(span, epochs).edit(span, steps));
        }
        (Type::Fraction, Value::Int(n)) if (0..=100).contains(n) => {
            return Some(Mend::did_you_mean(span, format!("{n}%")));
        }
        (Type::Fraction, Value::Number(n)) if (1.0..=100.0).contains(n) => {
            return Some(Mend::did_you_mean(span, format!("{}%", trim(*n))));
        }
        (Type::Recipe, Value::Record(_)) => {
            "declare it, `recipe mine { … }`, or change another: `quick with { … }`".into()
        }
        (Type::Split, Value::Dataset(_)) => {
            format!("say which split: `{shown}.train` or `{shown}.test`")
        }
        (Type::Dataset, Value::Split(..)) => {
            "give the data set itself, without `.train` or `.test`".into()
        }
        (Type::Int, Value::Fraction(_)) => {
            "it is counted: a whole number such as `1_000`, not a share".into()
        }
        (Type::Int, Value::Number(n)) => {
            format!("a whole number is wanted: `{}`, or `round(…)`", n.round())
        }
        (Type::Int | Type::Number | Type::Schedule, Value::Time(_)) => "leave out the unit".into(),
        (Type::Model, Value::Measurement(_)) => "give the model that is measured".into(),
        (Type::Weights, Value::Text(..)) => format!("read it from the file: `weights({shown})`"),
        (Type::Path, Value::Weights(_) | Value::Model(_)) => {
            "weights and models are given to `init`: `weights: \"FILE\"` is short for `init: weights(\"FILE\")`".into()
        }
        (Type::Path | Type::Text, _) => "write it in quotes: \"…\"".into(),
        (_, Value::Callable(function)) => format!("write `{function}(…)` to use it"),
        (_, Value::Family(family)) => choose_one(shown, family),
        (Type::List(_), Value::Record(_)) => return None,
        (Type::List(_), _) => "put it in brackets: `[…]`".into(),
        _ => return None,
    };
    Some(text.into())
}

/// Whether a word is a layer that needs no arguments.
fn is_layer(name: &str) -> bool {
    word_of(name).is_some_and(|(word, kind)| {
        let given = |param: &Param| !matches!(param.default, Default::Required);
        kind == Kind::Layer && word.params.iter().all(given)
    })
}

/// How one member of a family is chosen, and how all of them are gone through.
fn choose_one(shown: &str, family: &Family) -> String {
    let rest: Vec<String> = family
        .axes
        .iter()
        .filter_map(|axis| Some(format!("{}: {}", axis.name, axis.labels.first()?)))
        .collect();
    let rest = rest.join(", ");
    let member = match shown.strip_suffix(']') {
        Some(chosen) => format!("{chosen}, {rest}]"),
        None => format!("{shown}[{rest}]"),
    };
    let indices: Vec<String> = family
        .axes
        .iter()
        .map(|axis| format!("{} in …", axis.name))
        .collect();
    format!(
        "choose one member, such as `{member}`; to go through all, give the declaration the indices `[{}]` too",
        indices.join(", ")
    )
}
