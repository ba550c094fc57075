//! The words of a file as the parser sees them.

use crate::diag::{SourceId, Span};

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    /// A name that is not one of the words below.
    Name,
    // Words with a meaning of their own in expressions.
    If,
    Else,
    For,
    In,
    And,
    Or,
    Not,
    True,
    False,
    As,
    With,
    Then,
    At,
    Over,
    Until,
    Along,
    // Numbers.
    Number,
    Fraction,
    Time,
    /// Reported by the lexer.
    BadNumber,
    // Text: `Quote`, its parts, `QuoteEnd`.
    Quote,
    Run,
    Escape,
    DoubleBrace,
    InterpolationStart,
    InterpolationEnd,
    QuoteEnd,
    /// The end of a text that was never closed; reported by the lexer.
    QuoteMissing,
    /// A whole text in typographer's quotes; reported by the lexer.
    CurlyText,
    // Symbols.
    Arrow,
    Pipe,
    DotDot,
    Equal,
    NotEqual,
    LessEqual,
    GreaterEqual,
    Less,
    Greater,
    Assign,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    ParenOpen,
    ParenClose,
    ListOpen,
    ListClose,
    BraceOpen,
    BraceClose,
    Comma,
    Colon,
    Dot,
    /// Reported by the lexer.
    Unknown,
    /// The end of the text.
    End,
}

impl Kind {
    /// The kind of a word made of letters.
    pub(super) fn of_word(word: &str) -> Self {
        match word {
            "if" => Self::If,
            "else" => Self::Else,
            "for" => Self::For,
            "in" => Self::In,
            "and" => Self::And,
            "or" => Self::Or,
            "not" => Self::Not,
            "true" => Self::True,
            "false" => Self::False,
            "as" => Self::As,
            "with" => Self::With,
            "then" => Self::Then,
            "at" => Self::At,
            "over" => Self::Over,
            "until" => Self::Until,
            "along" => Self::Along,
            _ => Self::Name,
        }
    }

    /// The kind of a symbol of the grammar; other languages' `&&`, `||`, `**` are unknown.
    pub(super) fn of_symbol(symbol: &str) -> Self {
        match symbol {
            "->" => Self::Arrow,
            "|>" => Self::Pipe,
            ".." => Self::DotDot,
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            "<=" => Self::LessEqual,
            ">=" => Self::GreaterEqual,
            "<" => Self::Less,
            ">" => Self::Greater,
            "=" => Self::Assign,
            "+" => Self::Plus,
            "-" => Self::Minus,
            "*" => Self::Star,
            "/" => Self::Slash,
            "%" => Self::Percent,
            "(" => Self::ParenOpen,
            ")" => Self::ParenClose,
            "[" => Self::ListOpen,
            "]" => Self::ListClose,
            "," => Self::Comma,
            ":" => Self::Colon,
            "." => Self::Dot,
            _ => Self::Unknown,
        }
    }

    /// Whether it is made of letters.
    pub fn is_word(self) -> bool {
        self == Self::Name || self.is_reserved()
    }

    /// Whether it is a word that cannot be a name.
    pub fn is_reserved(self) -> bool {
        matches!(
            self,
            Self::If
                | Self::Else
                | Self::For
                | Self::In
                | Self::And
                | Self::Or
                | Self::Not
                | Self::True
                | Self::False
                | Self::As
                | Self::With
                | Self::Then
                | Self::At
                | Self::Over
                | Self::Until
                | Self::Along
        )
    }

    /// Whether a value can begin with it.
    pub(super) fn begins_value(self) -> bool {
        matches!(
            self,
            Self::Name
                | Self::If
                | Self::Not
                | Self::True
                | Self::False
                | Self::Number
                | Self::Fraction
                | Self::Time
                | Self::BadNumber
                | Self::Quote
                | Self::CurlyText
                | Self::ParenOpen
                | Self::ListOpen
        )
    }

    /// Whether a line that ends with it goes on.
    pub(super) fn leaves_open(self) -> bool {
        self.is_reserved() && !matches!(self, Self::True | Self::False)
            || matches!(
                self,
                Self::Arrow
                    | Self::Pipe
                    | Self::DotDot
                    | Self::Equal
                    | Self::NotEqual
                    | Self::LessEqual
                    | Self::GreaterEqual
                    | Self::Less
                    | Self::Greater
                    | Self::Assign
                    | Self::Plus
                    | Self::Minus
                    | Self::Star
                    | Self::Slash
                    | Self::Percent
                    | Self::Colon
                    | Self::Dot
            )
    }

    /// Whether the lexer has said what is wrong with it.
    pub(super) fn is_reported(self) -> bool {
        matches!(self, Self::Unknown | Self::BadNumber | Self::QuoteMissing)
    }

    /// The bracket that closes this one.
    pub fn closing(self) -> Option<Self> {
        match self {
            Self::ParenOpen => Some(Self::ParenClose),
            Self::ListOpen => Some(Self::ListClose),
            Self::BraceOpen => Some(Self::BraceClose),
            Self::InterpolationStart => Some(Self::InterpolationEnd),
            _ => None,
        }
    }

    /// Whether it closes a bracket.
    pub fn closes(self) -> bool {
        matches!(
            self,
            Self::ParenClose | Self::ListClose | Self::BraceClose | Self::InterpolationEnd
        )
    }
}

/// A word and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Whether it is the first on its line.
    pub first: bool,
}

impl Token {
    /// Its place.
    pub fn span(self, source: SourceId) -> Span {
        Span {
            source,
            start: self.start,
            end: self.end,
        }
    }
}

/// A line of documentation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doc {
    /// From its strokes to the end of its line.
    pub span: Span,
    /// `//!`.
    pub of_file: bool,
    /// Nothing stands before it on its line.
    pub alone: bool,
    /// The index of the token behind it.
    pub next: usize,
}
