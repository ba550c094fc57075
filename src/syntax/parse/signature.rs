//! What stands between a declaration's name and its value: parameters, types, index sets.

use super::cursor::{Failed, Parsed, Parser};
use super::token::Kind;
use crate::diag::Diagnostic;
use crate::syntax::codes;
use crate::syntax::tree::{Expr, IndexSet, Name, Parameter, TypeExpr};

impl Parser<'_> {
    /// `(a: TYPE, b: TYPE = DEFAULT where CONDITION)`
    pub(super) fn parameters(&mut self) -> Parsed<Vec<Parameter>> {
        self.no_index_sets()?;
        if !self.is(Kind::ParenOpen) {
            return Err(self.unexpected("`(` and the parameters"));
        }
        self.bracketed(true, |parser| {
            parser.comma_separated(|parser| {
                let name = parser.declared_name("a parameter's name")?;
                let ty = parser.type_annotation(&name, "")?;
                let default = if parser.eat(Kind::Assign) {
                    Some(parser.value()?)
                } else {
                    None
                };
                Ok(Parameter {
                    name,
                    ty,
                    default,
                    condition: parser.where_condition()?,
                })
            })
        })
    }

    /// `where CONDITION`, or nothing.
    pub(super) fn where_condition(&mut self) -> Parsed<Option<Expr>> {
        if !self.is_word(self.peek(), "where") || self.ahead(1).kind == Kind::Colon {
            return Ok(None);
        }
        self.bump();
        self.expression().map(Some)
    }

    /// `: TYPE` behind the name of a parameter that `word` declares.
    pub(super) fn type_annotation(&mut self, name: &Name, word: &str) -> Parsed<TypeExpr> {
        if self.eat(Kind::Colon) {
            return self.type_expr();
        }
        let guess = match (self.peek().kind, self.ahead(1).kind) {
            (Kind::Assign, Kind::Quote) => "text",
            (Kind::Assign, Kind::True | Kind::False) => "bool",
            (Kind::Assign, Kind::Fraction) => "fraction",
            (Kind::Assign, Kind::Time) => "span",
            (Kind::Assign, Kind::ListOpen) => "list[number]",
            (Kind::Assign, Kind::Number) if self.slice(self.ahead(1)).contains('.') => "number",
            _ => "int",
        };
        let written = format!("{word} {}: {guess}", name.text);
        self.error(
            Diagnostic::error(
                codes::MISSING_TYPE,
                format!("the parameter `{}` needs a type", name.text),
            )
            .label(name.span, "")
            .help(format!(
                "write it behind a colon: `{}`",
                written.trim_start()
            )),
        );
        Err(Failed)
    }

    /// `int`, `list[number]`
    pub(super) fn type_expr(&mut self) -> Parsed<TypeExpr> {
        let start = self.peek();
        self.deeper(|parser| {
            let what = "a type such as `int` or `list[number]`";
            if parser.is(Kind::ListOpen) {
                return Err(parser.unexpected_help(what, "a list's type is written `list[int]`"));
            }
            let name = parser.any_name(what)?;
            let args = if parser.is(Kind::ListOpen) && parser.touches() {
                parser.bracketed(true, |parser| parser.comma_separated(Self::type_expr))?
            } else if parser.is(Kind::Less) {
                let less = parser.bump();
                parser.error_at(
                    codes::UNEXPECTED_TOKEN,
                    less,
                    "what a list holds stands in square brackets",
                    "write `list[int]`",
                );
                let arg = parser.type_expr()?;
                parser.expect(Kind::Greater, "`>`")?;
                vec![arg]
            } else {
                vec![]
            };
            Ok(TypeExpr {
                name,
                args,
                span: parser.span_from(start),
            })
        })
    }

    /// `[seed in seeds, tau in [1, 2]]`, or nothing.
    pub(super) fn index_sets(&mut self) -> Parsed<Vec<IndexSet>> {
        let opening = self.peek();
        let in_parentheses = opening.kind == Kind::ParenOpen && self.ahead(2).kind == Kind::In;
        if in_parentheses {
            self.error_at(
                codes::UNEXPECTED_TOKEN,
                opening,
                "the index sets of a family stand in brackets",
                "write `[` here, and `]` behind them",
            );
        }
        if !in_parentheses && opening.kind != Kind::ListOpen {
            return Ok(vec![]);
        }
        if !self.touches() {
            self.detached("the index sets", "a family's name");
        }
        self.bracketed(true, |parser| {
            parser.comma_separated(|parser| {
                let name = parser.declared_name("the index's name")?;
                if !parser.eat(Kind::In) {
                    let help = format!("write `{} in VALUES`, such as `seed in 0..3`", name.text);
                    return Err(parser.unexpected_help("`in` and the index's values", &help));
                }
                let set = parser.value()?;
                Ok(IndexSet { name, set })
            })
        })
    }

    /// Refuses index sets behind the name of what cannot be a family.
    pub(super) fn no_index_sets(&mut self) -> Parsed<()> {
        let index = self.is(Kind::ListOpen)
            && self.touches()
            && self.ahead(1).kind.is_word()
            && self.ahead(2).kind == Kind::In;
        if !index {
            return Ok(());
        }
        let open = self.peek();
        self.index_sets()?;
        let span = self.span_from(open);
        self.error(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "this kind of declaration cannot be a family",
            )
            .label(span, "")
            .help("data sets, models, measures and trials can: write there what changes from member to member"),
        );
        Ok(())
    }

    /// `= VALUE`
    pub(super) fn after_equals(&mut self) -> Parsed<Expr> {
        self.no_index_sets()?;
        let token = self.peek();
        match token.kind {
            Kind::Assign => {
                self.bump();
            }
            Kind::Colon => {
                self.bump();
                self.error_at(
                    codes::COLON_FOR_EQUALS,
                    token,
                    "a declaration gives its value behind `=`",
                    "write `=` here",
                );
            }
            kind if kind.begins_value() && !token.first => {
                self.unexpected_help("`=`", "write `=` before the value");
            }
            _ => return Err(self.unexpected_help("`=`", "the value stands behind `=`")),
        }
        self.expression()
    }
}
