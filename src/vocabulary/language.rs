//! The language's own words, each with what it means: for those who look a word up.

/// A word and what it means.
pub type Told = (&'static str, &'static str);

/// What is told of a word.
pub fn told(words: &'static [Told], word: &str) -> Option<&'static Told> {
    words.iter().find(|(name, _)| *name == word)
}

/// The words that open declarations.
pub const DECLARATIONS: &[Told] = &[
    (
        "use",
        "Imports names of the standard library, `use std.archs.{mlp, resnet_cifar as net}`, or a file, `use \"ours.kdp\" as ours`.",
    ),
    (
        "param",
        "An input, which `--set NAME=VALUE` changes: `param tau: number = 4.0 where tau > 0`. One without a default must be set.",
    ),
    ("let", "A constant: `let seeds = 0..3`."),
    (
        "fn",
        "A pure function: `fn half(a: number) = a / 2`. It cannot call itself.",
    ),
    (
        "arch",
        "A network as a function of its arguments and of what it is used on: `input`, the shape that comes in, and `classes`.",
    ),
    (
        "dataset",
        "Data with its splits: `dataset cifar = cifar100(\"data\")`; `|>` transforms it.",
    ),
    (
        "recipe",
        "How to train: `optimizer`, `batch`, `length`, `lr` and more. `r with { … }` makes a changed copy, `r scaled to 30 epochs` another length.",
    ),
    (
        "teacher",
        "A trained model. `student` and `model` mean the same.",
    ),
    (
        "student",
        "A trained model. `teacher` and `model` mean the same.",
    ),
    (
        "model",
        "A trained model. `teacher` and `student` mean the same.",
    ),
    (
        "objective",
        "A loss of one's own: an expression over `z` (the model's logits), `t.z` (a teacher's) and `y` (the labels).",
    ),
    (
        "measure",
        "A measurement of trained models: `measure gap = deviation(student: s, teacher: t, on: d.test)`.",
    ),
    (
        "claim",
        "A statement over measurements, judged when they are in: `claim \"it works\" = mean(gap.slope) > 1`.",
    ),
    (
        "experiment",
        "A group of declarations with parameters, to be used again by `trial`.",
    ),
    (
        "trial",
        "One use of an experiment; its members are `NAME.member`.",
    ),
];

/// The types.
pub const TYPES: &[Told] = &[
    ("int", "A whole number; it serves as a `number`."),
    ("number", "A number; an int or a fraction serves."),
    ("bool", "`true` or `false`."),
    ("text", "A text: `\"…\"`."),
    (
        "path",
        "A file or folder, relative to the file in which it is written.",
    ),
    (
        "fraction",
        "A part of a whole: `60%`. In a schedule, a part of the run's length.",
    ),
    (
        "span",
        "A span of training: `15 epochs`, `1k steps`, or a part of the run: `60%`.",
    ),
    ("list", "A list of values of one type: `list[int]`."),
    ("layers", "Layers, open in their input until they are used."),
    ("dataset", "Data with its splits."),
    ("split", "A split of a data set: `cifar.train`."),
    ("recipe", "How to train."),
    ("schedule", "A number that may change over a run."),
    ("objective", "A loss that may change over a run."),
    ("model", "A trained model."),
    (
        "weights",
        "Weights to begin with: of a file, of models, or `scratch`.",
    ),
    ("measurement", "A measurement of trained models."),
    (
        "tokenizer",
        "What makes rows of tokens of texts: `bytes()`, `wordpiece(\"vocab.txt\")`.",
    ),
];

/// The fields of a `teacher`, `student` or `model`.
pub const MODEL_FIELDS: &[Told] = &[
    ("data", "The split it is trained on: `cifar.train`."),
    ("recipe", "How it is trained."),
    (
        "seed",
        "Its first weights, the order of its data and its augmentation hang on it.",
    ),
    ("objective", "Its loss; `one_hot` where left out."),
    (
        "test",
        "The split its accuracy is told on; the data set's own test split where left out.",
    ),
    (
        "weights",
        "A file with its weights, safetensors or PyTorch's; with no recipe it is taken as it is.",
    ),
    (
        "init",
        "Where its first weights come from: a model, a mix such as `0.5 * a + 0.5 * b`, or `weights(\"file.safetensors\")`.",
    ),
    (
        "freeze",
        "Patterns of parameters that stay as they are: `[\"layer1.*\"]`.",
    ),
    (
        "groups",
        "Patterns of parameters that are trained otherwise: `{ \"fc.*\": { lr_scale: 10 } }`.",
    ),
];

/// The fields of one of a model's `groups`.
pub const GROUP_FIELDS: &[Told] = &[
    ("lr_scale", "A factor of the recipe's learning rate."),
    ("weight_decay", "Weight decay in place of the recipe's."),
];

/// The splits of a data set.
pub const SPLITS: &[Told] = &[
    ("train", "The training split."),
    ("test", "The test split."),
    (
        "validation",
        "The validation split, where the source has one.",
    ),
];

/// The members of a model, its states aside.
pub const MODEL_MEMBERS: &[Told] = &[("z", "In an `objective`: its logits, without a gradient.")];

/// The members of the shape that reaches an arch.
pub const SHAPE_MEMBERS: &[Told] = &[
    ("channels", "Channels that come in."),
    ("height", "Height of what comes in."),
    (
        "width",
        "Width of what comes in: of an image, or of each token's vector.",
    ),
    (
        "size",
        "Height of what comes in, which is its width too where it is square.",
    ),
    ("features", "All numbers that come in."),
    ("length", "Tokens that come in, padding included."),
    (
        "vocabulary",
        "How many different tokens there may be, padding included.",
    ),
];

/// What stands for itself where a network or a loss is written.
pub const GIVEN: &[Told] = &[
    (
        "input",
        "In a network: the shape that comes in; `input.channels`, `input.size`.",
    ),
    (
        "classes",
        "In a network: the classes of the data it is used on.",
    ),
    (
        "z",
        "In a loss: the model's own logits; `t.z` are a teacher's.",
    ),
    ("y", "In a loss: the labels."),
];

/// The shapes of a blend, behind `along`.
pub const BLENDS: &[Told] = &[
    ("linear", "A straight line, as where `along` is left out."),
    ("cosine", "Half a wave of the cosine: slow, fast, slow."),
    (
        "stairs",
        "So many steps of the same height: `along stairs(10)`.",
    ),
];
