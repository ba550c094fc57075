//! The words that are built in.

use super::entry::{Entry, Parameter, Part, Parts, Section};
use crate::vocabulary::{self, FUNCTIONS, Param, RECIPE_FIELDS, Told, Word};

/// The kinds of words: the section's name, what one is called, the words, what they are for.
const KINDS: &[(&str, &str, &[Word], &str)] = &[
    (
        "layers",
        "layer",
        vocabulary::LAYERS,
        "What networks are made of, chained with `->`. Their names need no import.",
    ),
    (
        "first weights",
        "distribution",
        vocabulary::INITIAL,
        "What the `init` of a layer may be: what its weights are drawn from.",
    ),
    (
        "sources",
        "source",
        vocabulary::SOURCES,
        "What the engine can read. Most files use the functions of `std.datasets` instead.",
    ),
    (
        "tokenizers",
        "tokenizer",
        vocabulary::TOKENIZERS,
        "What makes rows of tokens of texts: the `tokens` of a source of texts.",
    ),
    (
        "transforms",
        "transform",
        vocabulary::TRANSFORMS,
        "What is done to a data set: `digits() |> label_noise(30%)`. The data set goes before `|>`.",
    ),
    (
        "made data",
        "data",
        vocabulary::DERIVED,
        "Data that is made of other data, or by a model: `join(a, b)`, `a |> relabel(by: big)`.",
    ),
    (
        "optimisers",
        "optimiser",
        vocabulary::OPTIMISERS,
        "The `optimizer` of a recipe.",
    ),
    (
        "augmentations",
        "augmentation",
        vocabulary::AUGMENTATIONS,
        "The members of a recipe's `augment` list. They are applied in training only.",
    ),
    (
        "objectives",
        "objective",
        vocabulary::OBJECTIVES,
        "The `objective` of a model. They mix (`0.5 * distill(big) + 0.5 * one_hot`) and switch \
         (`distill(big) then one_hot at 60%`); every number in them may be a schedule.",
    ),
    (
        "models of models",
        "model",
        vocabulary::MODELS,
        "Models that need no training of their own.",
    ),
    (
        "states",
        "state",
        vocabulary::STATES,
        "States of a model's own run, written behind it: `big.at(50 epochs)`. At present each trains its stretch of \
         the run anew.",
    ),
    (
        "weights",
        "weights",
        vocabulary::WEIGHTS,
        "What a model's `init` may be besides a model. Weights mix: `0.5 * a + 0.5 * b`.",
    ),
    (
        "measures",
        "measure",
        vocabulary::MEASURES,
        "What can be measured of trained models, and the fields of the result.",
    ),
    (
        "downloads",
        "download",
        vocabulary::DOWNLOADS,
        "What `kdp data fetch` fetches: a `let` whose value is a `download`, of `std.downloads` or of a file of one's own.",
    ),
];

/// The language's own words: the section's name, what one is called, the words, what they are for.
const LANGUAGE: &[(&str, &str, &[&[Told]], &str)] = &[
    (
        "declarations",
        "declaration",
        &[vocabulary::DECLARATIONS],
        "The words that open a declaration.",
    ),
    (
        "types",
        "type",
        &[vocabulary::TYPES],
        "The types that a `param` or an argument may have.",
    ),
    (
        "fields of models",
        "field",
        &[vocabulary::MODEL_FIELDS],
        "The fields of a `teacher`, `student` or `model`.",
    ),
    (
        "fields of groups",
        "field of a group",
        &[vocabulary::GROUP_FIELDS],
        "The fields of one of a model's `groups`: `{ \"fc.*\": { lr_scale: 10 } }`.",
    ),
    (
        "given",
        "given",
        &[vocabulary::GIVEN],
        "What stands for itself where a network or a loss is written.",
    ),
    (
        "blends",
        "blend",
        &[vocabulary::BLENDS],
        "The shapes of a window: `then 0.0 until end along cosine`.",
    ),
    (
        "time",
        "word of time",
        &[vocabulary::WINDOWS, vocabulary::MOMENTS, vocabulary::UNITS],
        "The words of windows and spans: `0.1 then 0.01 at 30 epochs over 100 steps`.",
    ),
    (
        "expressions",
        "word",
        &[vocabulary::VALUES, vocabulary::JOINTS],
        "The words of expressions, and those between what is declared.",
    ),
    (
        "statements",
        "statement",
        &[vocabulary::STATEMENTS],
        "What may stand before the layers in the body of an `arch`.",
    ),
    (
        "signs",
        "sign",
        &[vocabulary::SIGNS],
        "The signs, those of arithmetic and comparison included.",
    ),
    (
        "splits",
        "split",
        &[vocabulary::SPLITS],
        "The members of a data set: `cifar.train`.",
    ),
    (
        "members",
        "member",
        &[vocabulary::MODEL_MEMBERS, vocabulary::SHAPE_MEMBERS],
        "The members of a teacher in a loss, `t.z`, and of the shape that reaches a network, `input.channels`.",
    ),
];

/// A section for each kind of words, one for the fields of recipes, one for functions, and the
/// language's own words.
pub fn sections() -> Vec<Section> {
    let words = KINDS.iter().map(|(name, kind, words, doc)| Section {
        name: (*name).to_string(),
        doc: (*doc).to_string(),
        entries: words.iter().map(|word| entry(word, kind)).collect(),
    });
    let language = LANGUAGE.iter().map(|(name, kind, words, doc)| Section {
        name: (*name).to_string(),
        doc: (*doc).to_string(),
        entries: words
            .iter()
            .copied()
            .flatten()
            .map(|word| of_language(word, kind))
            .collect(),
    });
    let words = words.chain([recipe_fields(), functions()]);
    words.chain(language).collect()
}

fn of_language((name, doc): &Told, kind: &str) -> Entry {
    Entry {
        name: (*name).to_string(),
        path: (*name).to_string(),
        kind: kind.to_string(),
        signature: (*name).to_string(),
        doc: (*doc).to_string(),
        ..Entry::default()
    }
}

fn entry(word: &Word, kind: &str) -> Entry {
    Entry {
        name: word.name.to_string(),
        path: word.name.to_string(),
        kind: kind.to_string(),
        signature: word.signature(),
        doc: word.doc.to_string(),
        parameters: word.params.iter().map(parameter).collect(),
        parts: result(word.name, kind),
        sizes: vec![],
    }
}

fn parameter(param: &Param) -> Parameter {
    let default = match (param.default, param.default.text()) {
        (_, Some(value)) => Some(value),
        (vocabulary::Default::Required, _) => None,
        _ => Some("nothing".into()),
    };
    Parameter {
        name: param.name.to_string(),
        ty: param.ty.to_string(),
        default,
        doc: param.doc.to_string(),
    }
}

/// The fields of what a measure gives.
fn result(name: &str, kind: &str) -> Option<Parts> {
    let fields = vocabulary::fields(name).filter(|_| kind == "measure");
    let rows: Vec<Part> = fields
        .map(|field| Part {
            name: field.name.to_string(),
            text: String::new(),
            doc: field.doc.to_string(),
        })
        .collect();
    (!rows.is_empty()).then(|| Parts {
        title: "result".into(),
        rows,
    })
}

fn recipe_fields() -> Section {
    let entry = Entry {
        name: "recipe".into(),
        path: "recipe".into(),
        kind: "declaration".into(),
        signature: "recipe NAME { … }".into(),
        doc: "How a model is trained. A field without a default must be given.".into(),
        parameters: RECIPE_FIELDS.iter().map(parameter).collect(),
        ..Entry::default()
    };
    Section {
        name: "recipes".into(),
        doc: "The fields of a recipe. `std.recipes` has whole ones.".into(),
        entries: vec![entry],
    }
}

fn functions() -> Section {
    let entries = FUNCTIONS.iter().map(|function| Entry {
        name: function.name.to_string(),
        path: function.name.to_string(),
        kind: "function".into(),
        signature: function.signature(),
        doc: function.doc.to_string(),
        ..Entry::default()
    });
    Section {
        name: "functions".into(),
        doc: "On numbers and lists; over a family, on its members' values.".into(),
        entries: entries.collect(),
    }
}
