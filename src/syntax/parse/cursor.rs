//! The parser's place in the words, and the small steps it makes.

use super::fields::STATEMENTS;
use super::lex::Lexed;
use super::token::{Doc, Kind, Token};
use crate::diag::{Code, Diagnostic, Mend, SourceId, Span};
use crate::syntax::codes;
use crate::syntax::tree::{Comment, Expr, ExprKind, Name};

/// Something could not be read, and its error has been reported.
#[derive(Debug)]
pub(super) struct Failed;

/// What a step gives.
pub(super) type Parsed<T> = Result<T, Failed>;

/// How high an expression's tree may grow, so that walks over it may recur.
const MAX_HEIGHT: usize = 250;

/// A recursive-descent parser over a file's words.
pub(super) struct Parser<'t> {
    pub(super) source: SourceId,
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
    pub(super) comments: Vec<Comment>,
    pub(super) docs: Vec<Doc>,
    /// Index of the first line of documentation that belongs to nothing yet.
    pub(super) next_doc: usize,
    /// What is wrong with single words.
    pub(super) word_errors: Vec<Diagnostic>,
    /// What else is wrong.
    pub(super) errors: Vec<Diagnostic>,
    /// Ranges that were skipped after an error: what is wrong in there is not told.
    pub(super) skipped: Vec<Span>,
    /// The texts that are never closed, in order: of their words nothing else is told.
    pub(super) unclosed: Vec<Span>,
    /// The index of the next token.
    pub(super) at: usize,
    /// The first word of the declaration that is being read.
    pub(super) declaration: Token,
    /// The first name that this declaration declares, once it is read.
    pub(super) declared: Option<Name>,
    /// The tokens that opened the brackets around `at`.
    pub(super) open: Vec<usize>,
    /// Whether new lines mean nothing, as between round or square brackets.
    pub(super) free: bool,
    /// Whether `end` is the end of the run, as behind `until`.
    pub(super) end_is_time: bool,
    /// Whether the body of an arch is being read.
    pub(super) in_arch_body: bool,
    /// How many expressions are being read within each other.
    pub(super) depth: usize,
    /// The height of the expression read last.
    pub(super) height: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(source: SourceId, text: &'t str, lexed: Lexed) -> Self {
        Self {
            source,
            text,
            declaration: lexed.tokens[0],
            declared: None,
            tokens: lexed.tokens,
            comments: lexed.comments,
            docs: lexed.docs,
            next_doc: 0,
            word_errors: lexed.errors,
            errors: vec![],
            skipped: vec![],
            unclosed: lexed.unclosed,
            at: 0,
            open: vec![],
            free: false,
            end_is_time: false,
            in_arch_body: false,
            depth: 0,
            height: 0,
        }
    }

    // --- looking ---

    /// The next token.
    pub(super) fn peek(&self) -> Token {
        self.ahead(0)
    }

    /// The token `n` behind the next one; the last one at the end.
    pub(super) fn ahead(&self, n: usize) -> Token {
        let last = self.tokens.len() - 1;
        self.tokens[(self.at + n).min(last)]
    }

    /// The token before the next one.
    pub(super) fn previous(&self) -> Token {
        self.tokens[self.at.saturating_sub(1)]
    }

    pub(super) fn is(&self, kind: Kind) -> bool {
        self.peek().kind == kind
    }

    /// The text of a token.
    pub(super) fn slice(&self, token: Token) -> &'t str {
        &self.text[token.start as usize..token.end as usize]
    }

    /// Whether the token is the word, which is an ordinary name elsewhere.
    pub(super) fn is_word(&self, token: Token, word: &str) -> bool {
        token.kind == Kind::Name && self.slice(token) == word
    }

    pub(super) fn span(&self, token: Token) -> Span {
        token.span(self.source)
    }

    /// From a token to the last one read.
    pub(super) fn span_from(&self, start: Token) -> Span {
        let end = self.previous().end.max(start.start);
        Span {
            source: self.source,
            start: start.start,
            end,
        }
    }

    /// Whether the next token ends what stood on the lines before it.
    pub(super) fn line_ended(&self) -> bool {
        self.peek().first && !self.free
    }

    /// Whether the next token touches the last one.
    pub(super) fn touches(&self) -> bool {
        self.peek().start == self.previous().end
    }

    /// How far a token stands from the beginning of its line, in bytes.
    pub(super) fn column(&self, token: Token) -> usize {
        let before = &self.text[..token.start as usize];
        let line = &before[before.rfind('\n').map_or(0, |newline| newline + 1)..];
        line.trim_start_matches('\u{feff}').len()
    }

    // --- stepping ---

    /// Takes the next token.
    pub(super) fn bump(&mut self) -> Token {
        let token = self.peek();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    /// Takes the next token if it is of this kind.
    pub(super) fn eat(&mut self, kind: Kind) -> bool {
        let is = self.is(kind);
        if is {
            self.bump();
        }
        is
    }

    /// Takes the next token, which must be of this kind.
    pub(super) fn expect(&mut self, kind: Kind, what: &str) -> Parsed<Token> {
        if self.is(kind) {
            Ok(self.bump())
        } else {
            Err(self.unexpected(what))
        }
    }

    /// Reads something between brackets, the next token being the opening one.
    ///
    /// `free`: whether new lines mean nothing in there.
    pub(super) fn bracketed<T>(
        &mut self,
        free: bool,
        inner: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        let opening = self.at;
        let kind = self.bump().kind;
        self.open.push(opening);
        let outer = (self.free, self.end_is_time);
        (self.free, self.end_is_time) = (free, false);
        let read = inner(self).and_then(|inner| match kind.closing() {
            Some(closing) if self.is(closing) => {
                self.bump();
                Ok(inner)
            }
            _ => Err(self.unexpected(closing_words(kind))),
        });
        (self.free, self.end_is_time) = outer;
        // On a failure the bracket stays in `open`, for whoever skips to a place to go on from.
        if read.is_ok() {
            self.open.truncate(self.open.len().saturating_sub(1));
        }
        read
    }

    /// Reads entries parted by commas up to a closing bracket; one may follow the last.
    pub(super) fn comma_separated<T>(
        &mut self,
        mut entry: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        let mut entries = vec![];
        while !self.peek().kind.closes() {
            entries.push(entry(self)?);
            if !self.eat(Kind::Comma) {
                break;
            }
        }
        Ok(entries)
    }

    /// Whether a word cannot be a name here.
    pub(super) fn is_reserved(&self, token: Token) -> bool {
        token.kind.is_reserved()
            || self.in_arch_body
                && token.kind == Kind::Name
                && STATEMENTS.contains(&self.slice(token))
    }

    /// A name that is being declared.
    pub(super) fn declared_name(&mut self, what: &str) -> Parsed<Name> {
        let token = self.peek();
        if !token.kind.is_word() && self.at > 0 && self.previous().start == self.declaration.start {
            let word = self.slice(self.declaration);
            let help = format!("its name stands behind `{word}`: `{word} mine …`");
            return Err(self.unexpected_help(what, &help));
        }
        let name = self.any_name(what)?;
        if name.text.contains(|c: char| c.is_ascii_uppercase()) {
            self.error(
                Diagnostic::error(
                    codes::NOT_SNAKE_CASE,
                    format!("`{}` is not in snake case", name.text),
                )
                .label(self.span(token), "")
                .help(format!("write `{}`", snake_case(&name.text))),
            );
        }
        self.declared.get_or_insert_with(|| name.clone());
        Ok(name)
    }

    /// A name, which must not be reserved.
    pub(super) fn any_name(&mut self, what: &str) -> Parsed<Name> {
        let token = self.peek();
        if self.is_reserved(token) && !self.line_ended() {
            let word = self.slice(token);
            self.error(
                Diagnostic::error(
                    codes::RESERVED_WORD,
                    format!("`{word}` is a word of the language and cannot be a name"),
                )
                .label(self.span(token), "")
                .help(format!("another name, such as `{word}_`, is free")),
            );
            return Ok(self.word());
        }
        self.expect(Kind::Name, what)?;
        Ok(self.name_of(token))
    }

    /// The next token, a word of whatever kind, as a name.
    pub(super) fn word(&mut self) -> Name {
        let token = self.bump();
        self.name_of(token)
    }

    /// A token as a name.
    pub(super) fn name_of(&self, token: Token) -> Name {
        Name {
            text: self.slice(token).to_owned(),
            span: self.span(token),
        }
    }

    // --- errors and expressions ---

    /// Reports an error, unless one stands at its place already.
    pub(super) fn error(&mut self, error: Diagnostic) {
        let place = |error: &Diagnostic| error.labels.first().map(|label| label.span.start);
        let told = self
            .errors
            .last()
            .is_some_and(|last| place(last) == place(&error));
        let accident = place(&error).is_some_and(|place| {
            let index = self.unclosed.partition_point(|text| text.end < place);
            self.unclosed
                .get(index)
                .is_some_and(|text| text.start <= place)
        });
        if !told && !accident {
            self.errors.push(error);
        }
    }

    /// Reports an error at a token, with help.
    pub(super) fn error_at(
        &mut self,
        code: Code,
        token: Token,
        message: impl Into<String>,
        help: impl Into<Mend>,
    ) {
        let span = self.span(token);
        self.error(Diagnostic::error(code, message).label(span, "").help(help));
    }

    /// An expression one higher than `below`, which ends at the last token read.
    pub(super) fn grown(&mut self, start: Token, below: usize, kind: ExprKind) -> Parsed<Expr> {
        self.height = below + 1;
        let span = self.span_from(start);
        if self.height > MAX_HEIGHT {
            return Err(self.too_high(span));
        }
        Ok(Expr { kind, span })
    }

    /// Counts an expression within others for as long as it is read.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_HEIGHT {
            let span = self.span(self.peek());
            return Err(self.too_high(span));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn too_high(&mut self, span: Span) -> Failed {
        let end = Span {
            start: self.previous().start.max(span.start),
            ..span
        };
        self.error(
            Diagnostic::error(
                codes::NESTED_TOO_DEEPLY,
                format!("more than {MAX_HEIGHT} operators within each other"),
            )
            .label(end, "this one is too much")
            .help("give parts of it names with `let`, or make it a list and `sum` it"),
        );
        Failed
    }
}

fn closing_words(opening: Kind) -> &'static str {
    match opening {
        Kind::ParenOpen => "`,` or `)`",
        Kind::ListOpen => "`,` or `]`",
        Kind::InterpolationStart => "an operator or `}`",
        _ => "`}`",
    }
}

/// `ResNetCifar` as `res_net_cifar`.
fn snake_case(name: &str) -> String {
    let mut out = String::new();
    let mut after_lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && after_lower {
            out.push('_');
        }
        after_lower = !c.is_ascii_uppercase() && c != '_';
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn capitals_become_underscores_where_words_begin() {
        assert_eq!(snake_case("ResNetCifar"), "res_net_cifar");
        assert_eq!(snake_case("MLP"), "mlp");
        assert_eq!(snake_case("big_Net"), "big_net");
    }
}
