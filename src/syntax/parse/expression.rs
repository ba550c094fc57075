//! Expressions by the strength of their operators (Pratt's method).

use super::cursor::{Parsed, Parser};
use super::token::{Kind, Token};
use crate::diag::{Diagnostic, Span};
use crate::syntax::codes;
use crate::syntax::tree::{BinaryOp, Expr, ExprKind, UnaryOp};

/// How strongly an operator binds, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    Then,
    Pipe,
    Arrow,
    As,
    Or,
    And,
    Not,
    Comparison,
    Range,
    Sum,
    Product,
    Negation,
}

impl Strength {
    /// The strength of what stands between two operands.
    fn of(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::Then => Self::Then,
            Kind::Pipe => Self::Pipe,
            Kind::Arrow => Self::Arrow,
            Kind::As => Self::As,
            Kind::Or => Self::Or,
            Kind::And => Self::And,
            Kind::DotDot => Self::Range,
            Kind::Plus | Kind::Minus => Self::Sum,
            Kind::Star | Kind::Slash | Kind::Percent => Self::Product,
            _ if comparison(kind).is_some() => Self::Comparison,
            _ => return None,
        })
    }

    /// The next stronger one: what a right operand must at least have.
    fn stronger(self) -> Self {
        match self {
            Self::Then => Self::Pipe,
            Self::Pipe => Self::Arrow,
            Self::Arrow => Self::As,
            Self::As => Self::Or,
            Self::Or => Self::And,
            Self::And => Self::Not,
            Self::Not => Self::Comparison,
            Self::Comparison => Self::Range,
            Self::Range => Self::Sum,
            Self::Sum => Self::Product,
            Self::Product | Self::Negation => Self::Negation,
        }
    }
}

fn comparison(kind: Kind) -> Option<BinaryOp> {
    Some(match kind {
        Kind::Equal => BinaryOp::Equal,
        Kind::NotEqual => BinaryOp::NotEqual,
        Kind::Less => BinaryOp::Less,
        Kind::LessEqual => BinaryOp::LessEqual,
        Kind::Greater => BinaryOp::Greater,
        Kind::GreaterEqual => BinaryOp::GreaterEqual,
        _ => return None,
    })
}

fn binary(kind: Kind) -> Option<BinaryOp> {
    Some(match kind {
        Kind::Or => BinaryOp::Or,
        Kind::And => BinaryOp::And,
        Kind::Plus => BinaryOp::Add,
        Kind::Minus => BinaryOp::Subtract,
        Kind::Star => BinaryOp::Multiply,
        Kind::Slash => BinaryOp::Divide,
        Kind::Percent => BinaryOp::Remainder,
        _ => return comparison(kind),
    })
}

impl Parser<'_> {
    /// An expression.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.operators(Strength::Then)
    }

    /// An expression where a record may stand: an argument, a field, an index set.
    pub(super) fn value(&mut self) -> Parsed<Expr> {
        if self.is(Kind::BraceOpen) {
            let start = self.peek();
            return self.deeper(|parser| parser.record(start));
        }
        self.expression()
    }

    /// An expression that is the whole text.
    pub(super) fn lone_expression(mut self) -> (Option<Expr>, Vec<Diagnostic>) {
        self.free = true;
        let read = self.expression().ok();
        if read.is_some() && !self.is(Kind::End) {
            self.unexpected("the end of the value");
        }
        let mut errors = self.errors;
        errors.extend(self.word_errors);
        (read.filter(|_| errors.is_empty()), errors)
    }

    /// Operators at least as strong as `least`, and their operands.
    pub(super) fn operators(&mut self, least: Strength) -> Parsed<Expr> {
        self.deeper(|parser| {
            let start = parser.peek();
            let mut left = parser.prefixed()?;
            while let Some(strength) = parser.operator_ahead().filter(|found| *found >= least) {
                left = parser.operation(start, left, strength)?;
            }
            Ok(left)
        })
    }

    /// The operator that comes next, where it goes on with this expression.
    fn operator_ahead(&self) -> Option<Strength> {
        let next = self.peek();
        let strength = Strength::of(next.kind)?;
        if next.kind.is_word() && self.ahead(1).kind == Kind::Colon {
            return None;
        }
        // A line that begins with `-` begins anew.
        (!self.line_ended() || next.kind != Kind::Minus).then_some(strength)
    }

    fn operation(&mut self, start: Token, left: Expr, strength: Strength) -> Parsed<Expr> {
        let below = self.height;
        match strength {
            Strength::Then => return self.window(start, left),
            Strength::Arrow => return self.chain(start, left),
            Strength::As => return self.named_layers(start, left),
            _ => {}
        }
        let operator = self.bump();
        if operator.kind == Kind::Percent && !self.operand_ahead() {
            self.error_at(
                codes::UNEXPECTED_TOKEN,
                operator,
                "this `%` has nothing to its right",
                "a fraction has no space before its `%`: `60%`",
            );
            return self.grown(start, below, ExprKind::Missing);
        }
        let op_span = self.span(operator);
        let right = self.operators(strength.stronger())?;
        let below = below.max(self.height);
        let (left, right) = (Box::new(left), Box::new(right));
        let kind = match (strength, binary(operator.kind)) {
            (Strength::Pipe, _) => ExprKind::Pipe { left, right },
            (_, Some(op)) => ExprKind::Binary {
                op,
                op_span,
                left,
                right,
            },
            (_, None) => ExprKind::Range {
                from: left,
                to: right,
            },
        };
        let mut whole = self.grown(start, below, kind)?;
        if self.operator_ahead() == Some(strength) {
            match strength {
                Strength::Comparison => whole = self.comparisons(start, whole, op_span)?,
                Strength::Range => {
                    self.chained(op_span, strength);
                    whole.kind = ExprKind::Missing;
                }
                _ => {}
            }
        }
        Ok(whole)
    }

    /// Whether an operand comes next, or something that was meant as one.
    fn operand_ahead(&self) -> bool {
        let next = self.peek();
        let entry = next.first && self.ahead(1).kind == Kind::Colon;
        if entry || self.begins_declaration(self.at, None) {
            return false;
        }
        let kind = next.kind;
        kind.begins_value() || matches!(kind, Kind::Minus | Kind::BraceOpen | Kind::Unknown)
    }

    /// `a < b < c`: reported, and read as `a < b and b < c`, which is what is meant. What `a == b == c`
    /// means would be a guess.
    fn comparisons(&mut self, start: Token, first: Expr, first_op: Span) -> Parsed<Expr> {
        let mut whole = first.clone();
        let mut last = first;
        let mut equal = false;
        while let Some(op) = comparison(self.peek().kind) {
            self.chained(first_op, Strength::Comparison);
            let ExprKind::Binary { right: middle, .. } = last.kind else {
                break;
            };
            let below = self.height;
            let operator = self.bump();
            let right = self.operators(Strength::Comparison.stronger())?;
            let below = below.max(self.height);
            let span = middle.span.to(right.span);
            let kind = ExprKind::Binary {
                op,
                op_span: self.span(operator),
                left: middle,
                right: Box::new(right),
            };
            last = Expr { kind, span };
            let kind = ExprKind::Binary {
                op: BinaryOp::And,
                op_span: self.span(operator),
                left: Box::new(whole),
                right: Box::new(last.clone()),
            };
            whole = self.grown(start, below + 1, kind)?;
            equal |= matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
        }
        if equal {
            whole.kind = ExprKind::Missing;
        }
        Ok(whole)
    }

    /// `a < b < c`, `a..b..c`: reported.
    fn chained(&mut self, first: Span, strength: Strength) {
        let second = self.span(self.peek());
        let (message, help) = match strength {
            Strength::Range => (
                "a range has one beginning and one end",
                "write one `..` only",
            ),
            _ => (
                "comparisons do not chain",
                "compare twice: `a < b and b < c`",
            ),
        };
        self.error(
            Diagnostic::error(codes::COMPARISON_CHAIN, message)
                .label(second, "")
                .label(first, "the first stands here")
                .help(help),
        );
    }

    /// `a -> b -> c`
    fn chain(&mut self, start: Token, first: Expr) -> Parsed<Expr> {
        let mut below = self.height;
        let mut links = vec![first];
        while self.operator_ahead() == Some(Strength::Arrow) {
            self.bump();
            links.push(self.operators(Strength::As)?);
            below = below.max(self.height);
        }
        if self.is(Kind::At) && self.ahead(1).kind != Kind::Colon {
            return self.arrow_for_then(start, below);
        }
        self.grown(start, below, ExprKind::Chain(links))
    }

    /// `distill(t) -> one_hot at 50%`: reported, and read.
    fn arrow_for_then(&mut self, start: Token, below: usize) -> Parsed<Expr> {
        let read = self.span_from(start);
        self.error(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "`->` joins layers, which do not change at a time",
            )
            .label(self.span(self.peek()), "a time stands here")
            .label(read, "behind this")
            .help("what changes over a run is written `X then Y at T`"),
        );
        while matches!(self.peek().kind, Kind::At | Kind::Over | Kind::Until) {
            self.bump();
            self.operators(Strength::Sum)?;
        }
        self.grown(start, below, ExprKind::Missing)
    }

    /// `layers as name`, `layers as "quoted.Name"`
    fn named_layers(&mut self, start: Token, layers: Expr) -> Parsed<Expr> {
        let below = self.height;
        self.bump();
        let quoted = self.is(Kind::Quote);
        let name = if quoted {
            let name = self.quoted_name()?;
            if name.text.split('.').any(str::is_empty) {
                self.error(
                    Diagnostic::error(
                        codes::UNEXPECTED_TOKEN,
                        "a layer's name has letters before, between and behind its dots",
                    )
                    .label(name.span, "")
                    .help("for example `as \"output.LayerNorm\"`; without a name it is called by its place"),
                );
            }
            name
        } else if self.is(Kind::Number) {
            let number = self.peek();
            let digits = self.slice(number);
            self.error_at(
                codes::UNEXPECTED_TOKEN,
                number,
                "a layer's name is a word or a text",
                format!("write `as \"{digits}\"`"),
            );
            self.word()
        } else {
            self.declared_name("the layers' name")?
        };
        let layers = Box::new(layers);
        self.grown(
            start,
            below,
            ExprKind::As {
                layers,
                name,
                quoted,
            },
        )
    }

    /// `not a`, `-a`, or an operand.
    fn prefixed(&mut self) -> Parsed<Expr> {
        let start = self.peek();
        let (op, least) = match start.kind {
            Kind::Not => (UnaryOp::Not, Strength::Comparison),
            Kind::Minus => (UnaryOp::Negate, Strength::Negation),
            _ => return self.operand(),
        };
        self.bump();
        // `not not a` and `- -a` may stand.
        let operand = match self.peek().kind {
            Kind::Not if op == UnaryOp::Not => self.deeper(Self::prefixed)?,
            _ => self.operators(least)?,
        };
        let below = self.height;
        let operand = Box::new(operand);
        self.grown(start, below, ExprKind::Unary { op, operand })
    }
}
