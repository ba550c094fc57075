//! The tree of one `.kdp` file: what was written, with its places, and nothing of what it means.

use std::sync::Arc;

use crate::diag::Span;

/// A file, or the body of an experiment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// `//!` lines at the head, without their marks.
    pub doc: Vec<String>,
    /// The declarations in the order of the text.
    pub items: Vec<Item>,
    /// Every `//` comment, in the order of the text (the formatter puts them back).
    pub comments: Vec<Comment>,
}

/// A plain comment.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    /// From `//` to the end of its line, newline excluded.
    pub span: Span,
}

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// A declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// `///` lines before it, without their marks.
    pub doc: Vec<String>,
    /// What is declared.
    pub kind: ItemKind,
    /// From its first word (documentation excluded) to its end.
    pub span: Span,
}

/// The declarations of the language.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `use std.archs.{mlp, small_cnn as cnn}`, `use "ours.kdp" as ours`
    Use(Use),
    /// `param NAME: TYPE = DEFAULT where COND`
    Param {
        /// Name.
        name: Name,
        /// Type.
        ty: TypeExpr,
        /// Default value.
        default: Option<Expr>,
        /// What must hold of it.
        condition: Option<Expr>,
    },
    /// `let NAME = EXPR`
    Let {
        /// Name.
        name: Name,
        /// Value.
        value: Expr,
    },
    /// `fn NAME(a: TYPE = DEFAULT) = EXPR`
    Fn {
        /// Name.
        name: Name,
        /// Parameters.
        params: Vec<Parameter>,
        /// Body.
        body: Expr,
    },
    /// `arch NAME(depth: int) = LAYERS` or `{ let … require … LAYERS }`
    Arch {
        /// Name.
        name: Name,
        /// Parameters.
        params: Vec<Parameter>,
        /// Body.
        body: ArchBody,
    },
    /// `dataset NAME[…] = SOURCE`
    Dataset {
        /// Name.
        name: Name,
        /// Index sets.
        indices: Vec<IndexSet>,
        /// Source.
        source: Expr,
    },
    /// `recipe NAME { … }` or `recipe NAME = EXPR`
    Recipe {
        /// Name.
        name: Name,
        /// Body.
        body: RecipeBody,
    },
    /// `teacher|student|model NAME[…] = ARCH { … }` (the fields may be left out)
    Model {
        /// `teacher`, `student` or `model`.
        word: Name,
        /// Name.
        name: Name,
        /// Index sets.
        indices: Vec<IndexSet>,
        /// The network, or a model expression such as `big.at(3 epochs)`.
        network: Expr,
        /// Its fields.
        fields: Option<Vec<Field>>,
    },
    /// `objective NAME(t: model, a: number = 1) = EXPR`
    Objective {
        /// Name.
        name: Name,
        /// Parameters.
        params: Vec<Parameter>,
        /// Body.
        body: Expr,
    },
    /// `measure NAME[…] = deviation(…)`
    Measure {
        /// Name.
        name: Name,
        /// Index sets.
        indices: Vec<IndexSet>,
        /// The measurement.
        value: Expr,
    },
    /// `claim "text" = CONDITION`
    Claim {
        /// Text (with its interpolations).
        text: Expr,
        /// Condition.
        condition: Expr,
    },
    /// `experiment NAME(a: TYPE, …) { declarations }`
    Experiment {
        /// Name.
        name: Name,
        /// Parameters.
        params: Vec<Parameter>,
        /// Declarations; its comments are the file's. Shared by all uses of the experiment.
        body: Arc<Tree>,
    },
    /// `trial NAME[…] = EXPERIMENT(…)`
    Trial {
        /// Name.
        name: Name,
        /// Index sets.
        indices: Vec<IndexSet>,
        /// The use of the experiment.
        value: Expr,
    },
}

/// An import.
#[derive(Clone, Debug, PartialEq)]
pub enum Use {
    /// `use std.recipes.{a, b as c}`; `use std.archs.mlp` has one entry and no braces.
    Names {
        /// `std`, `archs`.
        path: Vec<Name>,
        /// What is taken from there.
        names: Vec<UseName>,
        /// Written with braces.
        braces: bool,
    },
    /// `use "ours.kdp" as ours`
    File {
        /// The path as written.
        path: Expr,
        /// What it is called here.
        alias: Option<Name>,
    },
}

/// One imported name.
#[derive(Clone, Debug, PartialEq)]
pub struct UseName {
    /// As it is called there.
    pub name: Name,
    /// As it is called here.
    pub alias: Option<Name>,
}

/// A parameter of a function, arch, objective or experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its default.
    pub default: Option<Expr>,
    /// What must hold of it: `where tau > 0`.
    pub condition: Option<Expr>,
}

impl Parameter {
    /// From its name to its end.
    pub fn span(&self) -> Span {
        let last = self.condition.as_ref().or(self.default.as_ref());
        self.name
            .span
            .to(last.map_or(self.ty.span, |last| last.span))
    }
}

/// `int`, `list[number]`.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    /// The type's word.
    pub name: Name,
    /// Its arguments.
    pub args: Vec<TypeExpr>,
    /// The whole.
    pub span: Span,
}

/// `seed in seeds`
#[derive(Clone, Debug, PartialEq)]
pub struct IndexSet {
    /// The index.
    pub name: Name,
    /// A list, a range or a record.
    pub set: Expr,
}

/// An arch's body.
#[derive(Clone, Debug, PartialEq)]
pub enum ArchBody {
    /// `= LAYERS`
    Expr(Expr),
    /// `{ let …  require COND, "why"  LAYERS }`
    Block {
        /// The statements in order.
        statements: Vec<Statement>,
        /// The layers.
        layers: Expr,
    },
}

/// A statement of an arch's body.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// `let NAME = EXPR`
    Let {
        /// Name.
        name: Name,
        /// Value.
        value: Expr,
    },
    /// `require COND, "why"`
    Require {
        /// Condition.
        condition: Expr,
        /// Why.
        why: Option<Expr>,
    },
}

/// A recipe's body.
#[derive(Clone, Debug, PartialEq)]
pub enum RecipeBody {
    /// `{ fields }`
    Fields(Vec<Field>),
    /// `= EXPR`
    Expr(Expr),
}

/// `name: value` (a name may be quoted in a record: `"fc.*": …`).
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// `///` lines before it.
    pub doc: Vec<String>,
    /// Its name.
    pub name: Name,
    /// Whether the name was written in quotes.
    pub quoted: bool,
    /// Its value.
    pub value: Expr,
}

/// An argument of a call or a place of an index: `4`, `seed: 0`.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// Its name, where one was given.
    pub name: Option<Name>,
    /// Its value.
    pub value: Expr,
}

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// `steps` or `epochs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `step`, `steps`
    Steps,
    /// `epoch`, `epochs`
    Epochs,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum TextPart {
    /// As it stands, escapes resolved.
    Literal(String),
    /// `{expr}`
    Interpolation(Expr),
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl BinaryOp {
    /// The operator as it is written.
    pub fn word(self) -> &'static str {
        match self {
            BinaryOp::Or => "or",
            BinaryOp::And => "and",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterEqual => ">=",
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Remainder => "%",
        }
    }
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `not`
    Not,
    /// `-`
    Negate,
}

/// One `for NAME in SET` of a comprehension.
#[derive(Clone, Debug, PartialEq)]
pub struct ForClause {
    /// The name.
    pub name: Name,
    /// What it goes through.
    pub set: Expr,
}

/// The expressions of the language.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `7`, `1_000`, `25k`, `1.5k`
    Int(i64),
    /// `0.5`, `1e-5`
    Number(f64),
    /// `60%`, as 0.6
    Fraction(f64),
    /// `15 epochs`
    Time {
        /// How many (whole or broken).
        amount: f64,
        /// Of what.
        unit: Unit,
    },
    /// `true`, `false`
    Bool(bool),
    /// `"…"`
    Text(Vec<TextPart>),
    /// A name.
    Name(String),
    /// The word `end` behind `until`.
    End,
    /// `[a, b]`
    List(Vec<Expr>),
    /// `[body for i in set … if filter]`
    Comprehension {
        /// What is collected.
        body: Box<Expr>,
        /// The `for`s.
        clauses: Vec<ForClause>,
        /// The filter.
        filter: Option<Box<Expr>>,
    },
    /// `{ name: value }`
    Record(Vec<Field>),
    /// `(inner)`
    Paren(Box<Expr>),
    /// `not a`, `-a`
    Unary {
        /// Operator.
        op: UnaryOp,
        /// Operand.
        operand: Box<Expr>,
    },
    /// `a + b`
    Binary {
        /// Operator.
        op: BinaryOp,
        /// Its place.
        op_span: Span,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// `a..b`
    Range {
        /// First.
        from: Box<Expr>,
        /// One past the last.
        to: Box<Expr>,
    },
    /// `if c { a } else { b }`
    If {
        /// Condition.
        condition: Box<Expr>,
        /// Where it holds.
        then: Box<Expr>,
        /// Where it does not (an `If` again for `else if`).
        otherwise: Box<Expr>,
    },
    /// `f(a, name: b)`
    Call {
        /// What is called.
        callee: Box<Expr>,
        /// With what.
        args: Vec<Arg>,
    },
    /// `family[0, tau: 4]`
    Index {
        /// The family.
        base: Box<Expr>,
        /// The places.
        args: Vec<Arg>,
    },
    /// `gap.slope`
    Member {
        /// Of what.
        base: Box<Expr>,
        /// Which.
        name: Name,
    },
    /// `recipe with { batch: 64 }`
    With {
        /// The recipe.
        base: Box<Expr>,
        /// The changed fields.
        fields: Vec<Field>,
    },
    /// `recipe scaled to 100 epochs`
    ScaledTo {
        /// The recipe.
        base: Box<Expr>,
        /// The new length.
        length: Box<Expr>,
    },
    /// `source |> transform`
    Pipe {
        /// Left.
        left: Box<Expr>,
        /// Right: a call that takes `left` first.
        right: Box<Expr>,
    },
    /// `a -> b -> c`
    Chain(Vec<Expr>),
    /// `layers as name`
    As {
        /// The layers.
        layers: Box<Expr>,
        /// Their name.
        name: Name,
        /// Whether it was written in quotes.
        quoted: bool,
    },
    /// `X then Y at T over W along shape`
    Then {
        /// Before.
        before: Box<Expr>,
        /// After.
        after: Box<Expr>,
        /// Where it begins.
        at: Option<Box<Clause>>,
        /// How long the window is.
        over: Option<Box<Clause>>,
        /// Where the window ends.
        until: Option<Box<Clause>>,
        /// The blend's shape.
        along: Option<Box<Clause>>,
    },
    /// What could not be read; an error has been reported for it.
    Missing,
}

/// A clause of a window: `at 60%`.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// What stands behind its word.
    pub value: Expr,
    /// From its word on.
    pub span: Span,
}
