//! Operands: literals, names, brackets, `if`, and what stands right behind them.

use super::cursor::{Failed, Parsed, Parser};
use super::token::{Kind, Token};
use crate::diag::{Diagnostic, Mend};
use crate::syntax::codes;
use crate::syntax::tree::{Arg, BinaryOp, Expr, ExprKind, ForClause};

impl Parser<'_> {
    /// A primary and its calls, indices, members, `with`s and `scaled to`s.
    pub(super) fn operand(&mut self) -> Parsed<Expr> {
        let start = self.peek();
        let mut operand = self.tight_operand()?;
        loop {
            let next = self.peek();
            let word_here = self.ahead(1).kind != Kind::Colon;
            let below = self.height;
            let base = |operand| Box::new(operand);
            if next.kind == Kind::With && word_here {
                self.bump();
                if !self.is(Kind::BraceOpen) {
                    let what = "`{` and the changed fields behind `with`";
                    return Err(self.unexpected_help(what, "write `with { lr: 0.1 }`"));
                }
                let fields = self.block_fields()?;
                let kind = ExprKind::With {
                    base: base(operand),
                    fields,
                };
                operand = self.grown(start, below.max(self.height), kind)?;
            } else if self.is_word(next, "scaled") && self.is_word(self.ahead(1), "to") {
                self.bump();
                self.bump();
                let length = Box::new(self.tight_operand()?);
                let kind = ExprKind::ScaledTo {
                    base: base(operand),
                    length,
                };
                operand = self.grown(start, below.max(self.height), kind)?;
            } else {
                return self.unit_behind(start, operand);
            }
        }
    }

    /// A primary and its calls, indices and members.
    fn tight_operand(&mut self) -> Parsed<Expr> {
        let start = self.peek();
        let mut operand = self.primary()?;
        loop {
            let next = self.peek();
            let below = self.height;
            let bracket = matches!(next.kind, Kind::ParenOpen | Kind::ListOpen);
            if bracket && !next.first && !self.touches() {
                self.detached("the bracket of a call or an index", "what it belongs to");
            } else if bracket && !self.touches() {
                return Ok(operand);
            }
            let base = Box::new(operand);
            let kind = match next.kind {
                Kind::ParenOpen => ExprKind::Call {
                    callee: base,
                    args: self.args()?,
                },
                Kind::ListOpen => ExprKind::Index {
                    base,
                    args: self.args()?,
                },
                Kind::Dot => {
                    self.bump();
                    if !self.peek().kind.is_word() || self.line_ended() {
                        return Err(self.unexpected("a member's name behind `.`"));
                    }
                    let name = self.word();
                    self.height = below;
                    ExprKind::Member { base, name }
                }
                _ => {
                    operand = *base;
                    return Ok(operand);
                }
            };
            operand = self.grown(start, below.max(self.height), kind)?;
        }
    }

    /// Reports a bracket that does not touch what it belongs to; it is read as if it did.
    pub(super) fn detached(&mut self, what: &str, owner: &str) {
        let bracket = self.peek();
        self.error_at(
            codes::DETACHED_BRACKET,
            bracket,
            format!("{what} stand right behind {owner}").replace(
                "the bracket of a call or an index stand",
                "the bracket of a call or an index stands",
            ),
            "delete the space before it",
        );
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let start = self.peek();
        let next_begins = self.begins_declaration(self.at, None)
            || start.first && start.kind == Kind::Name && self.ahead(1).kind == Kind::Colon;
        if next_begins {
            return Err(self.unexpected("a value"));
        }
        let kind = match start.kind {
            Kind::Number => {
                self.bump();
                self.number(start)?
            }
            Kind::Time => {
                self.bump();
                self.time(start)?
            }
            Kind::Fraction => {
                self.bump();
                return self.fraction_or_remainder(start);
            }
            Kind::BadNumber => {
                self.bump();
                ExprKind::Missing
            }
            Kind::True | Kind::False => {
                self.bump();
                ExprKind::Bool(start.kind == Kind::True)
            }
            Kind::Name if self.is_reserved(start) => return Err(self.reserved_value(start)),
            Kind::Name => {
                self.bump();
                let name = self.slice(start);
                if name == "end" && self.end_is_time {
                    ExprKind::End
                } else {
                    ExprKind::Name(name.to_owned())
                }
            }
            Kind::Quote | Kind::CurlyText => return self.text(),
            Kind::ParenOpen => {
                let end_is_time = self.end_is_time;
                let inner = self.bracketed(true, |parser| {
                    parser.end_is_time = end_is_time;
                    parser.expression()
                })?;
                let below = self.height;
                return self.grown(start, below, ExprKind::Paren(Box::new(inner)));
            }
            Kind::ListOpen => return self.list(start),
            Kind::If => return self.choice(start),
            Kind::BraceOpen => return self.misplaced_record(start),
            kind if kind.is_reserved() => return Err(self.reserved_value(start)),
            Kind::Dot | Kind::Slash | Kind::DotDot => {
                let help = "a path is a text: write it in quotes, `\"data/cifar\"`";
                return Err(self.unexpected_help("a value", help));
            }
            _ => return Err(self.unexpected("a value")),
        };
        self.grown(start, 0, kind)
    }

    /// A word of the language where a value is wanted.
    fn reserved_value(&mut self, token: Token) -> Failed {
        let what = "a value";
        let begins_anew = token.kind == Kind::Name && token.first;
        if matches!(token.kind, Kind::Else | Kind::For | Kind::In) || begins_anew {
            return self.unexpected(what);
        }
        if let Some(opening) = self.open.last().filter(|_| token.first && self.free) {
            // A chain goes on behind a bracket that was not closed.
            self.unclosed(self.tokens[*opening], token);
            return Failed;
        }
        let word = self.slice(token);
        self.error_at(
            codes::RESERVED_WORD,
            token,
            format!("expected {what}, found the reserved word `{word}`"),
            match token.kind {
                Kind::Name => {
                    format!("`{word}` opens a line of an arch's body; it is no name there")
                }
                _ => format!("`{word}` stands between values; it is no name"),
            },
        );
        Failed
    }

    /// `60%`; `10%3` is reported and taken for the remainder.
    fn fraction_or_remainder(&mut self, start: Token) -> Parsed<Expr> {
        let kind = self.fraction(start)?;
        let next = self.peek();
        // `param share: fraction = 60% where share > 0`
        let condition = self.is_word(next, "where") && !self.touches();
        let other = next.first || condition || matches!(next.kind, Kind::If | Kind::Not);
        if !next.kind.begins_value() || other {
            return self.grown(start, 0, kind);
        }
        let read = self.deeper(Self::tight_operand);
        let written = self.slice(start).trim_end_matches('%');
        let end = self.previous().end.max(next.end) as usize;
        let operand = &self.text[next.start as usize..end];
        self.error(
            Diagnostic::error(
                codes::FRACTION_TOUCHES_OPERAND,
                format!("`{written}%` is a fraction, and an operand follows it"),
            )
            .label(self.span(start), "")
            .help(format!(
                "for the remainder write `{written} % {operand}`, with a space before the `%`"
            )),
        );
        read?;
        self.grown(start, 0, ExprKind::Missing)
    }

    // --- brackets ---

    /// `(a, name: b)` or `[a, name: b]`. The height is that of the highest argument.
    fn args(&mut self) -> Parsed<Vec<Arg>> {
        let mut height = 0;
        let mut named: Option<Token> = None;
        let args = self.bracketed(true, |parser| {
            parser.comma_separated(|parser| {
                let arg = parser.arg(&mut named)?;
                height = height.max(parser.height);
                Ok(arg)
            })
        })?;
        self.height = height;
        Ok(args)
    }

    fn arg(&mut self, named: &mut Option<Token>) -> Parsed<Arg> {
        let start = self.peek();
        let behind = self.ahead(1);
        let has_name = start.kind.is_word() && matches!(behind.kind, Kind::Colon | Kind::Assign);
        let name = if has_name {
            let name = self.word();
            if behind.kind == Kind::Assign {
                self.equals_for_colon(behind, &name.text);
            }
            self.bump();
            named.get_or_insert(start);
            Some(name)
        } else {
            None
        };
        let value = self.value()?;
        if let (None, Some(first_named)) = (&name, *named) {
            let (span, first) = (value.span, self.span(first_named));
            self.error(
                Diagnostic::error(
                    codes::POSITIONAL_AFTER_NAMED,
                    "an argument without a name stands behind one with a name",
                )
                .label(span, "")
                .label(first, "the first with a name stands here")
                .help("give it its name, or move it before the named ones"),
            );
        }
        Ok(Arg { name, value })
    }

    /// `[a, b]` or `[body for i in set if filter]`
    fn list(&mut self, start: Token) -> Parsed<Expr> {
        let mut height = 0;
        let kind = self.bracketed(true, |parser| {
            if parser.is(Kind::ListClose) {
                return Ok(ExprKind::List(vec![]));
            }
            let first = parser.expression()?;
            height = parser.height;
            if parser.is(Kind::For) {
                return parser.comprehension(first, &mut height);
            }
            let mut elements = vec![first];
            while parser.eat(Kind::Comma) && !parser.is(Kind::ListClose) {
                elements.push(parser.expression()?);
                height = height.max(parser.height);
            }
            Ok(ExprKind::List(elements))
        })?;
        self.grown(start, height, kind)
    }

    fn comprehension(&mut self, body: Expr, height: &mut usize) -> Parsed<ExprKind> {
        let mut clauses = vec![];
        while self.eat(Kind::For) {
            let name = self.declared_name("the name that goes through the values")?;
            self.expect(Kind::In, "`in` and the values")?;
            let set = self.expression()?;
            *height = self.height.max(*height);
            clauses.push(ForClause { name, set });
        }
        let filter = if self.eat(Kind::If) {
            let start = self.peek();
            let filter = self.expression()?;
            let filter = self.equals_for_comparison(start, filter)?;
            *height = self.height.max(*height);
            Some(Box::new(filter))
        } else {
            None
        };
        if self.is(Kind::For) {
            return Err(self.unexpected("`]`: a filter ends the comprehension"));
        }
        Ok(ExprKind::Comprehension {
            body: Box::new(body),
            clauses,
            filter,
        })
    }

    /// `{ name: value }` where a record may stand.
    pub(super) fn record(&mut self, start: Token) -> Parsed<Expr> {
        let fields = self.block_fields()?;
        let below = self.height;
        self.grown(start, below, ExprKind::Record(fields))
    }

    fn misplaced_record(&mut self, start: Token) -> Parsed<Expr> {
        let behind = self.ahead(1).kind;
        let named = (behind.is_word() || behind == Kind::Quote) && {
            // `{ name:` or `{ "name":`
            let colon = if behind == Kind::Quote { 4 } else { 2 };
            self.ahead(colon).kind == Kind::Colon
        };
        if !named && behind != Kind::BraceClose {
            return Err(self.unexpected("a value"));
        }
        self.error_at(
            codes::MISPLACED_RECORD,
            start,
            "a record stands only in an index set, a field or an argument",
            "write it right there, or give its values one by one",
        );
        self.record(start)
    }

    // --- if ---

    /// `if c { a } else { b }`
    fn choice(&mut self, start: Token) -> Parsed<Expr> {
        self.bump();
        let condition = Box::new(self.deeper(Self::compared)?);
        let mut below = self.height;
        let then = Box::new(self.branch()?);
        below = below.max(self.height);
        if !self.is(Kind::Else) {
            let span = self.span(start);
            let end = self.span(self.previous());
            self.error(
                Diagnostic::error(codes::MISSING_ELSE, "this `if` has no `else`")
                    .label(span, "")
                    .label(end, "`else` is missing behind this")
                    .help("an `if` is a value, so it needs both: `if c { a } else { b }`"),
            );
            let otherwise = Box::new(super::declarations::missing(end));
            let kind = ExprKind::If {
                condition,
                then,
                otherwise,
            };
            return self.grown(start, below, kind);
        }
        self.bump();
        let otherwise = if self.is(Kind::If) {
            let nested = self.peek();
            self.deeper(|parser| parser.choice(nested))?
        } else {
            self.branch()?
        };
        below = below.max(self.height);
        let otherwise = Box::new(otherwise);
        let kind = ExprKind::If {
            condition,
            then,
            otherwise,
        };
        self.grown(start, below, kind)
    }

    /// The condition of an `if`.
    fn compared(&mut self) -> Parsed<Expr> {
        let start = self.peek();
        let left = self.condition()?;
        self.equals_for_comparison(start, left)
    }

    /// `a = b` in a condition: reported, and taken for `a == b`.
    fn equals_for_comparison(&mut self, start: Token, left: Expr) -> Parsed<Expr> {
        let sign = self.peek();
        if sign.kind != Kind::Assign {
            return Ok(left);
        }
        let below = self.height;
        self.bump();
        let op_span = self.span(sign);
        self.error(
            Diagnostic::error(codes::UNEXPECTED_TOKEN, "a condition compares with `==`")
                .label(op_span, "")
                .help(Mend::did_you_mean(op_span, "==")),
        );
        let right = self.expression()?;
        let below = below.max(self.height);
        let kind = ExprKind::Binary {
            op: BinaryOp::Equal,
            op_span,
            left: Box::new(left),
            right: Box::new(right),
        };
        self.grown(start, below, kind)
    }

    fn condition(&mut self) -> Parsed<Expr> {
        if self.is(Kind::BraceOpen) {
            let help = "an `if` is written `if c { a } else { b }`";
            return Err(self.unexpected_help("a condition", help));
        }
        self.expression()
    }

    fn branch(&mut self) -> Parsed<Expr> {
        if !self.is(Kind::BraceOpen) {
            let help = "an `if` is written `if c { a } else { b }`";
            return Err(self.unexpected_help("`{` and a value", help));
        }
        self.bracketed(true, Self::expression)
    }
}
