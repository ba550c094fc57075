//! Blocks in braces: fields, and the body of an arch. And the documentation before things.

use super::cursor::{Failed, Parsed, Parser};
use super::declarations::missing;
use super::token::{Kind, Token};
use crate::diag::{Diagnostic, Mend, Span, closest};
use crate::syntax::codes;
use crate::syntax::tree::{ArchBody, ExprKind, Field, Name, Statement, TextPart};

/// The words that open a statement in an arch's body, and are reserved in there.
pub(super) const STATEMENTS: &[&str] = &["let", "require"];

impl Parser<'_> {
    /// `{ name: value … }`, parted by new lines or commas. A field that cannot be read is
    /// [`ExprKind::Missing`], and the next one is read.
    pub(super) fn block_fields(&mut self) -> Parsed<Vec<Field>> {
        let mut fields = vec![];
        self.bracketed(false, |parser| parser.fields_into(&mut fields))?;
        Ok(fields)
    }

    /// The block that ends a declaration: what could be read of it stands, whatever follows.
    pub(super) fn body_fields(&mut self) -> Vec<Field> {
        let brackets = self.open.len();
        let mut fields = vec![];
        let read = self.bracketed(false, |parser| parser.fields_into(&mut fields));
        if let Err(Failed) = read {
            self.skip_to_declaration(brackets);
        }
        fields
    }

    fn fields_into(&mut self, fields: &mut Vec<Field>) -> Parsed<()> {
        let mut height = 0;
        loop {
            while self.eat(Kind::Comma) {}
            if self.is(Kind::BraceClose) {
                self.height = height;
                return Ok(());
            }
            let brackets = self.open.len();
            let doc = self.take_docs();
            let Ok((name, quoted)) = self.field_head() else {
                self.skip_to_field(brackets)?;
                continue;
            };
            let value = self.value();
            let ended = value.is_ok() && self.field_ended();
            let value = value.unwrap_or_else(|Failed| missing(name.span));
            height = height.max(self.height);
            fields.push(Field {
                doc,
                name,
                quoted,
                value,
            });
            if !ended {
                self.skip_to_field(brackets)?;
            }
        }
    }

    /// Whether a field ends here; reports what else stands here.
    fn field_ended(&mut self) -> bool {
        let next = self.peek();
        let ended = match next.kind {
            Kind::Comma | Kind::BraceClose => true,
            Kind::ParenClose | Kind::ListClose => false,
            _ => next.first,
        };
        if !ended {
            let help = match next.kind {
                Kind::BraceOpen => "a changed copy is written `with { … }`",
                _ => "a field ends with its line or a `,`",
            };
            self.unexpected_help("a new line or `,` behind the field", help);
        }
        ended
    }

    /// `name:` or `"name":`; `name =` is reported and taken for it.
    fn field_head(&mut self) -> Parsed<(Name, bool)> {
        let token = self.peek();
        let (name, quoted) = match token.kind {
            Kind::Quote => (self.quoted_name()?, true),
            kind if kind.is_word() => (self.word(), false),
            _ => return Err(self.unexpected_first("a field, `name: value`, or `}`")),
        };
        let next = self.peek();
        match next.kind {
            Kind::Colon => {}
            Kind::Assign => self.equals_for_colon(next, &name.text),
            // The next declaration, of which this is the first word: the block was not closed.
            _ if self.begins_declaration(self.at - 1, None) => {
                self.at -= 1;
                return Err(self.unexpected("`}`"));
            }
            kind if kind.is_word() && !next.first && meant_word(&name.text).is_some() => {
                let meant = meant_word(&name.text).unwrap_or_default();
                self.error_at(
                    codes::UNEXPECTED_TOKEN,
                    token,
                    format!("`{}` begins no field, and goes on with nothing", name.text),
                    Mend::did_you_mean(self.span(token), meant),
                );
                return Err(Failed);
            }
            kind if kind.begins_value() && !next.first => {
                self.error_at(
                    codes::UNEXPECTED_TOKEN,
                    next,
                    format!("expected `:` behind the field's name `{}`", name.text),
                    format!("write `{}: …`", name.text),
                );
                return Ok((name, quoted));
            }
            _ => {
                return Err(
                    self.unexpected(&format!("`:` behind the field's name `{}`", name.text))
                );
            }
        }
        self.bump();
        Ok((name, quoted))
    }

    pub(super) fn equals_for_colon(&mut self, token: Token, name: &str) {
        self.error_at(
            codes::EQUALS_FOR_COLON,
            token,
            format!("`{name}` is given its value behind `:`"),
            format!("write `{name}: …`"),
        );
    }

    /// A text in the place of a name: it interpolates nothing.
    pub(super) fn quoted_name(&mut self) -> Parsed<Name> {
        let text = self.text()?;
        let name = match text.kind {
            ExprKind::Text(parts) => match <[TextPart; 1]>::try_from(parts) {
                Ok([TextPart::Literal(name)]) => Some(name),
                Err(parts) if parts.is_empty() => Some(String::new()),
                _ => None,
            },
            _ => None,
        };
        let Some(name) = name else {
            self.error(
                Diagnostic::error(codes::UNEXPECTED_TOKEN, "a name interpolates nothing")
                    .label(text.span, "")
                    .help("write it out; a brace is written `{{`"),
            );
            return Err(Failed);
        };
        Ok(Name {
            text: name,
            span: text.span,
        })
    }

    // --- the body of an arch ---

    /// `= LAYERS` or `{ let …  require COND, "why"  LAYERS }`
    pub(super) fn arch_body(&mut self) -> Parsed<ArchBody> {
        if !self.is(Kind::BraceOpen) {
            return self.after_equals().map(ArchBody::Expr);
        }
        self.in_arch_body = true;
        let body = self.braced_arch_body();
        self.in_arch_body = false;
        body
    }

    fn braced_arch_body(&mut self) -> Parsed<ArchBody> {
        self.bracketed(false, |parser| {
            let mut statements = vec![];
            while let Some(word) = parser.statement_word() {
                parser.bump();
                statements.push(match word {
                    "let" => Statement::Let {
                        name: parser.declared_name("the constant's name")?,
                        value: parser.after_equals()?,
                    },
                    _ => parser.requirement()?,
                });
                let next = parser.peek();
                if !next.first && next.kind != Kind::BraceClose {
                    return Err(parser.unexpected("a new line before the next statement"));
                }
            }
            if parser.is(Kind::BraceClose) {
                return Err(parser.unexpected("the layers, behind the `let`s and `require`s"));
            }
            let layers = parser.expression()?;
            let next = parser.peek();
            if next.first
                && let Some(word) = parser.statement_word()
            {
                parser.error_at(
                    codes::UNEXPECTED_TOKEN,
                    next,
                    format!("`{word}` stands behind the layers"),
                    "the layers come last in an arch's body",
                );
                return Err(Failed);
            }
            Ok(ArchBody::Block { statements, layers })
        })
    }

    /// The word that opens a statement, or the one that a misspelt one was meant to be.
    fn statement_word(&mut self) -> Option<&'static str> {
        let (token, next) = (self.peek(), self.ahead(1));
        let written = self.slice(token);
        if let Some(word) = STATEMENTS.iter().find(|word| **word == written) {
            return Some(word);
        }
        let named = next.kind.is_word() && !next.kind.is_reserved();
        let apart = next.start > token.end && !next.first;
        let behind = apart && (named || next.kind.begins_value());
        if token.kind != Kind::Name || !behind {
            return None;
        }
        let meant = closest(written, STATEMENTS.iter().copied())?;
        self.error_at(
            codes::UNEXPECTED_TOKEN,
            token,
            format!("`{written}` begins no statement"),
            Mend::did_you_mean(self.span(token), meant),
        );
        STATEMENTS.iter().find(|word| **word == meant).copied()
    }

    fn requirement(&mut self) -> Parsed<Statement> {
        let condition = self.expression()?;
        let why = if self.eat(Kind::Comma) {
            Some(self.expression()?)
        } else {
            None
        };
        Ok(Statement::Require { condition, why })
    }

    // --- documentation ---

    /// The `//!` lines at the head of the file.
    pub(super) fn file_doc(&mut self) -> Vec<String> {
        let count = self
            .docs
            .iter()
            .take_while(|doc| doc.of_file && doc.next == 0)
            .count();
        self.next_doc = count;
        (0..count).map(|index| self.doc_line(index)).collect()
    }

    /// The `///` lines right before the next token. Others that were passed stand in a wrong
    /// place.
    pub(super) fn take_docs(&mut self) -> Vec<String> {
        let mut lines = vec![];
        while let Some(doc) = self.docs.get(self.next_doc).copied() {
            if doc.next > self.at {
                break;
            }
            if doc.next == self.at
                && doc.alone
                && !doc.of_file
                && !self.peek().kind.closes()
                && !self.is(Kind::End)
            {
                lines.push(self.doc_line(self.next_doc));
            } else {
                self.misplaced_doc(doc.span, doc.of_file);
            }
            self.next_doc += 1;
        }
        lines
    }

    /// Reports the documentation that belongs to nothing.
    pub(super) fn report_unused_docs(&mut self) {
        while let Some(doc) = self.docs.get(self.next_doc).copied() {
            self.misplaced_doc(doc.span, doc.of_file);
            self.next_doc += 1;
        }
    }

    fn misplaced_doc(&mut self, span: Span, of_file: bool) {
        if self.was_skipped(span) {
            return;
        }
        let (message, help) = if of_file {
            (
                "`//!` documents the file and stands at its head",
                "move it to the first line, or write `///` for the next declaration",
            )
        } else {
            (
                "`///` documents nothing here",
                "it stands alone on the line before a declaration or a field; write `//` for a comment",
            )
        };
        self.errors.push(
            Diagnostic::error(codes::MISPLACED_DOCUMENTATION, message)
                .label(span, "")
                .help(help),
        );
    }

    fn doc_line(&self, index: usize) -> String {
        let line = &self.text[self.docs[index].span.range()];
        let line = line.get(3..).unwrap_or("");
        line.strip_prefix(' ').unwrap_or(line).to_owned()
    }
}

/// The word that goes on with the line before, where a line begins with one much like it.
fn meant_word(written: &str) -> Option<&'static str> {
    closest(
        written,
        ["then", "over", "until", "along", "with", "scaled", "and"],
    )
}
