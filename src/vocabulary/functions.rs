//! Functions on numbers, lists and families. They are computed while a file is checked, or, over
//! measurements, when a claim is judged; in a loss of one's own, at every step of a run.

/// What a function goes through or takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// One number.
    Number,
    /// A list or a family of numbers, or the numbers themselves.
    Numbers,
    /// A list or a family of conditions, or the conditions themselves.
    Conditions,
    /// A list or a family.
    Members,
    /// A value over the batch, in a loss of one's own.
    Batch,
    /// Two values over the batch.
    TwoBatches,
    /// The labels of the batch.
    Labels,
}

/// A function that is built in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Function {
    /// As it is written.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What it gives.
    pub doc: &'static str,
}

impl Function {
    /// `floor(x: number)`, as a reader is shown it.
    pub fn signature(&self) -> String {
        let takes = match self.takes {
            Takes::Number => "x: number",
            Takes::Numbers => "of: list[number]",
            Takes::Conditions => "of: list[bool]",
            Takes::Members => "of: list",
            Takes::Batch => "x",
            Takes::TwoBatches => "p, q",
            Takes::Labels => "y",
        };
        format!("{}({takes})", self.name)
    }

    /// Whether it stands only in the body of an `objective`.
    pub fn is_of_loss(&self) -> bool {
        matches!(self.takes, Takes::Batch | Takes::TwoBatches | Takes::Labels)
    }
}

/// The function of that name.
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

const fn declare(name: &'static str, takes: Takes, doc: &'static str) -> Function {
    Function { name, takes, doc }
}

/// Every function.
pub const FUNCTIONS: &[Function] = &[
    declare("len", Takes::Members, "How many members there are."),
    declare("sum", Takes::Numbers, "Their sum."),
    declare("min", Takes::Numbers, "The least."),
    declare("max", Takes::Numbers, "The largest."),
    declare("mean", Takes::Numbers, "Their arithmetic mean."),
    declare(
        "std",
        Takes::Numbers,
        "Their sample standard deviation, which divides by n − 1.",
    ),
    declare("all", Takes::Conditions, "Whether every one holds."),
    declare("any", Takes::Conditions, "Whether at least one holds."),
    declare("count", Takes::Conditions, "How many hold."),
    declare("abs", Takes::Number, "Its size, without its sign."),
    declare(
        "floor",
        Takes::Number,
        "The next whole number downward, an int.",
    ),
    declare(
        "ceil",
        Takes::Number,
        "The next whole number upward, an int.",
    ),
    declare(
        "round",
        Takes::Number,
        "The nearest whole number, an int; halves go away from 0.",
    ),
    declare("sqrt", Takes::Number, "Its square root."),
    declare("log", Takes::Number, "Its natural logarithm."),
    declare("exp", Takes::Number, "e to this power."),
    declare(
        "softmax",
        Takes::Batch,
        "In an `objective`: probabilities along the classes.",
    ),
    declare(
        "log_softmax",
        Takes::Batch,
        "In an `objective`: the logarithm of `softmax`.",
    ),
    declare(
        "kl",
        Takes::TwoBatches,
        "In an `objective`: Σ p (log p − log q) along the classes, of probabilities.",
    ),
    declare(
        "mse",
        Takes::TwoBatches,
        "In an `objective`: `mean((p - q) * (p - q))`, along the classes.",
    ),
    declare(
        "one_hot_of",
        Takes::Labels,
        "In an `objective`: 1 at the label, 0 at the other classes.",
    ),
];
