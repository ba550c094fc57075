//! The words and signs of expressions, each with what it means: for those who look one up.

use super::Told;

/// The words of a window of a schedule.
pub const WINDOWS: &[Told] = &[
    (
        "then",
        "Changes a number or an objective over the run: `0.1 then 0.01 at 30 epochs`.",
    ),
    (
        "at",
        "Where the window of a `then` begins: `at 30 epochs`, `at 50%`.",
    ),
    (
        "over",
        "How long the window of a `then` is: `over 1k steps`.",
    ),
    (
        "until",
        "Where the window of a `then` ends; `until end` is the end of the run.",
    ),
    (
        "along",
        "The shape of the blend in a window: `along cosine`.",
    ),
];

/// The times that have a name.
pub const MOMENTS: &[Told] = &[("end", "The end of the run, behind `until`.")];

/// The units of a span of training.
pub const UNITS: &[Told] = &[
    ("epochs", "Passes over the data."),
    ("steps", "Updates of the weights."),
    ("epoch", "A pass over the data."),
    ("step", "An update of the weights."),
];

/// Words behind a value, those of windows aside.
pub const JOINTS: &[Told] = &[
    (
        "with",
        "A changed copy of a recipe: `r with { batch: 64 }`.",
    ),
    (
        "scaled to",
        "A recipe stretched to another length: `r scaled to 30 epochs`.",
    ),
    ("as", "Names layers, or what is imported."),
    ("where", "What must hold of a param or a parameter."),
    ("for", "Goes through a list: `[f(i) for i in 0..3]`."),
    ("in", "What an index or a `for` goes through."),
    ("if", "Filters a list: `[i for i in 0..9 if i % 2 == 0]`."),
    ("else", "What stands where the condition does not hold."),
    ("and", "Both hold."),
    ("or", "At least one holds."),
];

/// Words that begin a value.
pub const VALUES: &[Told] = &[
    ("true", "It holds."),
    ("false", "It does not hold."),
    ("if", "One value or another: `if c { a } else { b }`."),
    ("not", "The opposite."),
];

/// Words of an arch's body.
pub const STATEMENTS: &[Told] = &[
    ("let", "A constant of this arch: `let n = depth / 2`."),
    ("require", "What must hold: `require depth > 0, \"why\"`."),
];

/// The signs.
pub const SIGNS: &[Told] = &[
    (
        "->",
        "One layer after another: `conv(16, kernel: 3) -> relu()`.",
    ),
    (
        "|>",
        "A data set through a transform: `digits() |> label_noise(30%)`.",
    ),
    ("..", "A range, its end left out: `0..3` is 0, 1, 2."),
    (
        "+",
        "A sum: of numbers, spans, objectives, weights; member by member of families.",
    ),
    ("-", "A difference, or the negative."),
    ("*", "A product; before an objective or weights, a factor."),
    ("/", "A quotient; that of two ints must come out even."),
    (
        "%",
        "Right behind a number, a fraction: `60%`; elsewhere the remainder: `10 % 3`.",
    ),
    ("==", "Whether both are equal."),
    ("!=", "Whether they differ."),
    ("<", "Whether it is smaller."),
    ("<=", "Whether it is not larger."),
    (">", "Whether it is larger."),
    (">=", "Whether it is not smaller."),
    ("=", "What is declared, and what it is."),
    (
        ":",
        "A field or an argument and its value, a parameter and its type.",
    ),
    (".", "A member: `cifar.train`, `gap.slope`, `big.at(50%)`."),
    (
        "[ ]",
        "A list, `[1, 2]`; behind a name the index sets of a family, or a member of it.",
    ),
    (
        "{ }",
        "A block of fields, a record, or in a text what is filled in.",
    ),
    ("//", "A comment, to the end of the line."),
    (
        "///",
        "Documentation of the declaration or the field below.",
    ),
    ("//!", "Documentation of the file, at its head."),
];
