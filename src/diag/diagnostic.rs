//! What is wrong, where, and how to mend it.

use super::{Edit, Mend, Span};

/// A stable name for one kind of diagnostic, such as `unknown-name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing runs until it is mended.
    Error,
    /// It runs, but probably not as meant.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A place that a diagnostic points at, with a word on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The word; may be empty.
    pub text: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The places; the first is where the finding is.
    pub labels: Vec<Label>,
    /// The mend, where one is known.
    pub help: Option<String>,
    /// Changes of the text, each of which mends it.
    pub edits: Vec<Edit>,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: vec![],
            help: None,
            edits: vec![],
        }
    }

    /// A warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// Points at a place.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Says how to mend it.
    pub fn help(mut self, mend: impl Into<Mend>) -> Self {
        let mend = mend.into();
        self.help = Some(mend.text);
        self.edits = mend.edits;
        self
    }

    /// Says how to mend it, where a mend is known.
    pub fn maybe_help(self, mend: Option<impl Into<Mend>>) -> Self {
        match mend {
            Some(mend) => self.help(mend),
            None => self,
        }
    }

    /// Whether it stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
