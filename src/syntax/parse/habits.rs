//! What people write who come from other languages, and how it is written here.

use super::cursor::{Failed, Parsed, Parser};
use super::declarations::missing;
use super::token::{Kind, Token};
use crate::diag::{Diagnostic, Mend, Span, closest};
use crate::syntax::codes;
use crate::syntax::tree::{Expr, Field};

/// What a word of another language is called here.
pub(super) fn foreign_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "import" | "include" | "from" => "use",
        "const" | "var" | "val" => "let",
        "def" | "func" | "function" => "fn",
        "network" | "net" | "module" | "class" => "arch",
        "data" => "dataset",
        "loss" => "objective",
        "metric" => "measure",
        "assert" => "claim",
        _ => return None,
    })
}

/// The words that go on with a value, and may be misspelt.
pub(super) const GOES_ON: &[&str] = &["then", "over", "until", "along", "with", "where", "scaled"];

/// The word that goes on with a value and was probably meant by another.
pub(super) fn goes_on(word: &str) -> Option<&'static str> {
    match word {
        "after" | "from" | "@" => Some("at"),
        "during" => Some("over"),
        "till" => Some("until"),
        _ => closest(word, GOES_ON.iter().copied()),
    }
}

impl Parser<'_> {
    /// How to mend a token that stands where something else was expected, where its kind tells.
    pub(super) fn habit(&self, found: Token) -> Option<Mend> {
        let before = self.previous();
        Some(match found.kind {
            Kind::If if !found.first => "a choice is written `if c { a } else { b }`".into(),
            Kind::Quote if before.end == found.start && self.slice(before) == "f" => {
                Mend::from("every text puts values in by braces: leave out the `f`")
                    .edit(self.span(before), "")
            }
            Kind::Comma if self.slice(self.declaration) == "use" => {
                "write one `use` a line, or braces: `use std.archs.{mlp, small_cnn}`".into()
            }
            Kind::InterpolationEnd if before.kind == Kind::InterpolationStart => {
                "a brace that is meant as such is doubled: `{{` and `}}`".into()
            }
            Kind::Name if !found.first => {
                Mend::did_you_mean(self.span(found), goes_on(self.slice(found))?)
            }
            Kind::Minus if found.first && self.ahead(1).kind != Kind::Minus => {
                "a line that begins with `-` does not go on with the one before: end that one with `-`"
                    .into()
            }
            Kind::Minus | Kind::Slash if found.start == self.declaration.start => {
                "a comment begins with `//`".into()
            }
            Kind::ParenOpen | Kind::ListOpen if found.start == self.declaration.start => {
                "the bracket of a call or an index stands right behind what it belongs to, on the same line"
                    .into()
            }
            Kind::For if !self.free => "a window's length is written `over`".into(),
            _ => return None,
        })
    }

    /// The rest of a token's line.
    fn rest_of_line(&self, token: Token) -> &str {
        let rest = &self.text[token.start as usize..];
        rest.lines().next().unwrap_or(rest).trim_end()
    }

    /// The mend of `from std.archs import mlp, small_cnn`.
    pub(super) fn python_import(&self, from: Token) -> Mend {
        let line = self.rest_of_line(from);
        let parts = line
            .strip_prefix("from")
            .and_then(|rest| rest.split_once(" import "));
        let Some((module, names)) = parts else {
            return Mend::did_you_mean(self.span(from), "use");
        };
        let (module, names) = (module.trim(), names.trim());
        let names = match names.contains(',') {
            true => format!("{{{names}}}"),
            false => names.to_owned(),
        };
        let start = from.start as usize;
        let whole = Span::new(self.source, start, start + line.len());
        Mend::did_you_mean(whole, format!("use {module}.{names}"))
    }

    /// The mend of `for i in 0..3 { model m = … }`, whose name is taken for declared.
    pub(super) fn sweep(&mut self, token: Token) -> Mend {
        let line = self.rest_of_line(token);
        let head = line.split_once('{').map_or(line, |(head, _)| head);
        let clause = head["for".len()..].trim().trim_end_matches(':');
        let clause = match clause.contains(" in ") {
            true => clause.to_owned(),
            false => "i in 0..3".to_owned(),
        };
        let mut inside = self.tokens[self.at..].windows(2);
        let declared = inside.find(|pair| {
            let opens = super::declarations::WORDS.contains(&self.slice(pair[0]));
            opens && pair[0].first && pair[1].kind == Kind::Name
        });
        let (word, name) = match declared {
            Some([word, name]) if self.column(*word) > self.column(token) => {
                self.declared = Some(self.name_of(*name));
                (self.slice(*word), self.slice(*name))
            }
            _ => ("model", "m"),
        };
        format!("a sweep is a family: `{word} {name}[{clause}] = …`").into()
    }

    /// `= VALUE` of a function; a result's type, or braces around the value, are reported.
    pub(super) fn function_body(&mut self) -> Parsed<Expr> {
        if self.is(Kind::Arrow) {
            let arrow = self.bump();
            self.error_at(
                codes::UNEXPECTED_TOKEN,
                arrow,
                "a function does not say what type its result has",
                "leave the arrow and the type out",
            );
            self.type_expr()?;
        }
        if self.is(Kind::BraceOpen) {
            let brace = self.peek();
            self.error_at(
                codes::UNEXPECTED_TOKEN,
                brace,
                "a function gives its value behind `=`",
                "write `= VALUE`, without braces",
            );
            return self.bracketed(true, Self::expression);
        }
        self.after_equals()
    }

    /// Whether a field stands on the next line, further in than its declaration, and no brace
    /// before it.
    pub(super) fn field_without_brace(&self) -> bool {
        let next = self.peek();
        let named = next.kind.is_word() && self.ahead(1).kind == Kind::Colon;
        named && next.first && self.column(next) > self.column(self.declaration)
    }

    /// The fields of a block that has no braces: reported, and read.
    pub(super) fn fields_without_braces(&mut self) -> Vec<Field> {
        let (first, head) = (self.peek(), self.span_from(self.declaration));
        self.error(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "a block of fields stands in braces",
            )
            .label(self.span(first), "the fields begin here")
            .label(head, "of this")
            .help("write `{` at the end of the line before, and `}` behind the last field"),
        );
        let mut fields = vec![];
        while self.field_without_brace() {
            let doc = self.take_docs();
            let name = self.word();
            self.bump();
            let value = match self.value() {
                Ok(value) => value,
                Err(Failed) => {
                    let brackets = self.open.len();
                    self.skip_to_declaration(brackets);
                    missing(name.span)
                }
            };
            fields.push(Field {
                doc,
                name,
                quoted: false,
                value,
            });
        }
        fields
    }
}
