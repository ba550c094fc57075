//! Pest's pairs to tokens, comments and documentation, and the errors that concern single words.

use pest::Parser as _;
use pest::iterators::Pair;

use super::token::{Doc, Kind, Token};
use crate::diag::{Diagnostic, SourceId, Span};
use crate::syntax::codes;
use crate::syntax::tree::Comment;

/// The grammar's rules.
#[allow(missing_docs)]
mod grammar {
    /// What pest makes of `grammar/kdp.pest`.
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/kdp.pest"]
    pub struct Words;
}
use grammar::{Rule, Words};

/// A file's words.
pub(super) struct Lexed {
    /// The words in order; the last one is [`Kind::End`].
    pub tokens: Vec<Token>,
    /// The comments in order.
    pub comments: Vec<Comment>,
    /// The lines of documentation in order.
    pub docs: Vec<Doc>,
    /// What is wrong with single words.
    pub errors: Vec<Diagnostic>,
    /// The texts that are never closed: what is read of them is an accident.
    pub unclosed: Vec<Span>,
}

/// Takes a text apart. Every text can be taken apart.
pub(super) fn lex(source: SourceId, text: &str) -> Lexed {
    let mut lexer = Lexer {
        source,
        text,
        line_begins: true,
        text_depth: 0,
        lexed: Lexed {
            tokens: Vec::with_capacity(text.len() / 4),
            comments: vec![],
            docs: vec![],
            errors: vec![],
            unclosed: vec![],
        },
    };
    match Words::parse(Rule::file, text) {
        Ok(pairs) => pairs.for_each(|pair| lexer.pair(pair)),
        Err(error) => {
            let at = match error.location {
                pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => {
                    at
                }
            };
            let span = Span::new(source, at, at);
            lexer.error(codes::UNEXPECTED_TOKEN, "cannot read on here", span, "");
        }
    }
    lexer.push(Kind::End, text.len(), text.len());
    lexer.lexed
}

struct Lexer<'t> {
    source: SourceId,
    text: &'t str,
    /// No token stands on this line yet.
    line_begins: bool,
    /// How many texts are open around what is read.
    text_depth: usize,
    lexed: Lexed,
}

impl Lexer<'_> {
    fn pair(&mut self, pair: Pair<'_, Rule>) {
        let (start, end) = (pair.as_span().start(), pair.as_span().end());
        let span = Span::new(self.source, start, end);
        let kind = match pair.as_rule() {
            Rule::EOI => return,
            Rule::newline => {
                self.line_begins = true;
                return;
            }
            Rule::comment => return self.comment(span),
            Rule::item_doc => return self.doc(span, false),
            Rule::file_doc => return self.doc(span, true),
            Rule::text => return self.text(pair),
            Rule::name => Kind::of_word(pair.as_str()),
            Rule::symbol => {
                let kind = Kind::of_symbol(pair.as_str());
                if kind == Kind::Unknown {
                    self.unknown(pair.as_str(), span);
                }
                kind
            }
            Rule::left_brace => Kind::BraceOpen,
            Rule::right_brace => Kind::BraceClose,
            Rule::number => Kind::Number,
            Rule::fraction => Kind::Fraction,
            Rule::time => Kind::Time,
            Rule::bad_number => {
                self.bad_number(pair.as_str(), span);
                Kind::BadNumber
            }
            Rule::curly_text => {
                self.error(
                    codes::UNKNOWN_CHARACTER,
                    "typographer's quotes cannot hold a text",
                    span,
                    "write the text between plain quotes: `\"…\"`",
                );
                Kind::CurlyText
            }
            Rule::odd_name => {
                self.error(
                    codes::UNKNOWN_CHARACTER,
                    format!("`{}` holds letters that a name cannot have", pair.as_str()),
                    span,
                    "names are made of a to z, 0 to 9 and `_`",
                );
                Kind::Name
            }
            _ => self.unknown(pair.as_str(), span),
        };
        self.push(kind, start, end);
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.lexed.tokens.push(Token {
            kind,
            start: start as u32,
            end: end as u32,
            first: self.line_begins,
        });
        self.line_begins = false;
    }

    fn comment(&mut self, span: Span) {
        let span = self.trimmed(span);
        self.lexed.comments.push(Comment { span });
    }

    fn doc(&mut self, span: Span, of_file: bool) {
        let doc = Doc {
            span: self.trimmed(span),
            of_file,
            alone: self.line_begins,
            next: self.lexed.tokens.len(),
        };
        self.lexed.docs.push(doc);
    }

    /// Without the blanks at its end.
    fn trimmed(&self, span: Span) -> Span {
        let end = span.start as usize + self.text[span.range()].trim_end().len();
        Span::new(span.source, span.start as usize, end)
    }

    fn text(&mut self, pair: Pair<'_, Rule>) {
        let (start, end) = (pair.as_span().start(), pair.as_span().end());
        let (mut closed, mut interpolation) = (false, None);
        self.push(Kind::Quote, start, start + 1);
        self.text_depth += 1;
        for part in pair.into_inner() {
            let (start, end) = (part.as_span().start(), part.as_span().end());
            let span = Span::new(self.source, start, end);
            match part.as_rule() {
                Rule::run => self.push(Kind::Run, start, end),
                Rule::escape => self.push(Kind::Escape, start, end),
                Rule::double_brace => self.push(Kind::DoubleBrace, start, end),
                // At the end of its line, where the text is not closed either.
                Rule::bad_escape if part.as_str() == "\\" => {}
                Rule::bad_escape => self.error(
                    codes::UNKNOWN_ESCAPE,
                    format!("`{}` is no escape", part.as_str()),
                    span,
                    r#"the escapes are \n \t \" \\ and \u{…} with up to six hexadecimal digits"#,
                ),
                Rule::lone_brace => self.error(
                    codes::LONE_BRACE,
                    "`}` closes nothing in this text",
                    span,
                    "write `}}` for a brace",
                ),
                Rule::quote => {
                    closed = true;
                    self.push(Kind::QuoteEnd, start, end);
                }
                _ => {
                    interpolation.get_or_insert(start);
                    self.interpolation(part);
                }
            }
        }
        self.text_depth -= 1;
        if !closed {
            // What stands in an open text is open too: one error for the outermost.
            if self.text_depth == 0 {
                self.unclosed(start, end, interpolation);
                let span = Span::new(self.source, start, end);
                self.lexed.unclosed.push(span);
            }
            self.push(Kind::QuoteMissing, end, end);
        }
    }

    fn interpolation(&mut self, pair: Pair<'_, Rule>) {
        let (start, end) = (pair.as_span().start(), pair.as_span().end());
        self.push(Kind::InterpolationStart, start, start + 1);
        let mut last = None;
        for inner in pair.into_inner() {
            last = Some((inner.as_rule(), inner.as_span().end()));
            self.pair(inner);
        }
        // Its closing brace came last, where it has one.
        match (last, self.lexed.tokens.last_mut()) {
            (Some((Rule::right_brace, at)), Some(token)) if at == end => {
                token.kind = Kind::InterpolationEnd;
            }
            _ => {}
        }
    }

    fn unclosed(&mut self, start: usize, end: usize, interpolation: Option<usize>) {
        let next_line = self.text[end..].lines().nth(1).unwrap_or("");
        let goes_on = next_line.matches('"').count() % 2 == 1;
        let span = Span::new(self.source, start, start + 1);
        let error = if goes_on {
            Diagnostic::error(
                codes::NEWLINE_IN_TEXT,
                "a text cannot go on over the end of its line",
            )
            .label(span, "begins here")
            .label(Span::new(self.source, end, end), "the line ends here")
            .help("write `\\n` for a new line")
        } else {
            let error = Diagnostic::error(codes::UNCLOSED_TEXT, "this text is never closed")
                .label(span, "begins here");
            match interpolation {
                Some(brace) => error
                    .label(
                        Span::new(self.source, brace, brace + 1),
                        "this begins an interpolation",
                    )
                    .help("close it with a quotation mark, `\"…\"`; a brace that is meant as such is written `{{`"),
                None => error.help("close it with a quotation mark: `\"…\"`"),
            }
        };
        self.lexed.errors.push(error);
    }

    fn bad_number(&mut self, word: &str, span: Span) {
        let behind_value = self.text[..span.start as usize]
            .ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ']' | ')'));
        let (message, help) = match word.strip_prefix('.') {
            Some(place) if behind_value => (
                format!("`{word}` is no member"),
                format!("a place is chosen in brackets: `[{place}]`"),
            ),
            _ => number_mend(word),
        };
        self.error(codes::MALFORMED_NUMBER, message, span, &help);
    }

    fn unknown(&mut self, character: &str, span: Span) -> Kind {
        let help = match character {
            "−" | "–" | "—" => "write the hyphen-minus `-`",
            "“" | "”" | "„" | "‘" | "’" | "'" | "`" => {
                "a text stands between plain quotes: `\"…\"`"
            }
            "×" | "·" => "write `*`",
            "÷" => "write `/`, or `floor(a / b)` for the whole part",
            "→" => "write `->`",
            "…" => "a range is written `0..5`",
            "≤" => "write `<=`",
            "≥" => "write `>=`",
            "≠" => "write `!=`",
            "&" | "&&" => "write `and`",
            "|" | "||" => "write `or`; a pipe is written `|>`",
            "!" => "write `not`; unequal is written `!=`",
            "**" | "^" => "a power is written `exp(n * log(x))` or as a product",
            "?" => "a choice is written `if c { a } else { b }`",
            ";" => "fields and declarations are parted by new lines; arguments by `,`",
            "#" => "a comment begins with `//`",
            "\u{a0}" | "\u{2007}" | "\u{202f}" | "\u{2009}" | "\u{3000}" => {
                "replace it with a plain space"
            }
            "\u{200b}" | "\u{200c}" | "\u{200d}" | "\u{2060}" | "\u{feff}" | "\u{200e}"
            | "\u{200f}" | "\u{ad}" => "it cannot be seen: delete it",
            "\u{2028}" | "\u{2029}" | "\u{85}" | "\u{b}" | "\u{c}" => {
                "replace it with a plain new line"
            }
            _ => "only a text or a comment can hold it",
        };
        let code_point = character.chars().next().map_or(0, u32::from);
        let shown = match char_name(character) {
            Some(name) => format!("{name} (U+{code_point:04X})"),
            None if character.is_ascii() && code_point > 0x20 => format!("`{character}`"),
            None if character.chars().all(char::is_control) => format!("U+{code_point:04X}"),
            None => format!("`{character}` (U+{code_point:04X})"),
        };
        let message = format!("the language has no {shown}");
        self.error(codes::UNKNOWN_CHARACTER, message, span, help);
        match character {
            "−" | "–" => Kind::Minus,
            "×" | "·" => Kind::Star,
            "→" => Kind::Arrow,
            "≤" => Kind::LessEqual,
            "≥" => Kind::GreaterEqual,
            "≠" => Kind::NotEqual,
            _ => Kind::Unknown,
        }
    }

    fn error(
        &mut self,
        code: crate::diag::Code,
        message: impl Into<String>,
        span: Span,
        help: &str,
    ) {
        let error = Diagnostic::error(code, message).label(span, "").help(help);
        self.lexed.errors.push(error);
    }
}

/// What characters are called that a reader cannot tell from others.
fn char_name(character: &str) -> Option<&'static str> {
    Some(match character {
        "−" => "minus sign",
        "–" => "en dash",
        "—" => "em dash",
        "‘" | "’" => "typographer's quote",
        "\u{a0}" | "\u{202f}" => "non-breaking space",
        "\u{2007}" | "\u{2009}" | "\u{3000}" => "space of another width",
        "\u{200b}" => "zero-width space",
        "\u{200c}" | "\u{200d}" => "zero-width joiner",
        "\u{feff}" => "byte-order mark within the text",
        "\u{200e}" | "\u{200f}" => "mark of the writing direction",
        "\u{ad}" => "soft hyphen",
        "\u{2028}" | "\u{2029}" | "\u{85}" => "line separator",
        _ => return None,
    })
}

/// What is wrong with a number, and what it should be.
fn number_mend(word: &str) -> (String, String) {
    let (digits, rest) = word.split_at(
        word.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(word.len()),
    );
    if word.starts_with('.') {
        return (
            format!("`{word}` lacks a digit before its point"),
            format!("write `0{word}`"),
        );
    }
    if let Some(whole) = word.strip_suffix('.') {
        return (
            format!("`{word}` lacks a digit behind its point"),
            format!("write `{whole}.0`, or `{whole}`"),
        );
    }
    if word.ends_with('%') {
        return (
            format!("`{word}` has both a suffix and a `%`"),
            "a fraction is a plain number and `%`: `60%`".into(),
        );
    }
    if word.ends_with('_') {
        return (
            format!("`{word}` ends in `_`"),
            "`_` stands between digits: `1_000`".into(),
        );
    }
    if digits == "0" && rest.starts_with(['x', 'b', 'o', 'X']) {
        return (
            format!("`{word}` is not a decimal number"),
            "write it with the digits 0 to 9".into(),
        );
    }
    let unit = rest.trim_start_matches(['k', 'M']);
    if matches!(unit, "step" | "steps" | "epoch" | "epochs") {
        return (
            format!("`{word}` lacks a space before its unit"),
            format!("write `{} {unit}`", word.trim_end_matches(unit)),
        );
    }
    let help = if rest.contains(['.', '+', '-']) {
        "numbers are written `7`, `1_000`, `0.5`, `1e-5`, `25k`, `2M`, `60%`"
    } else {
        "numbers are written `7`, `1_000`, `0.5`, `1e-5`, `25k`, `2M`, `60%`; a name begins with a letter"
    };
    (format!("`{word}` is not a number"), help.into())
}
