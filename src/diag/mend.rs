//! How to mend what is wrong: in words, and as edits that an editor can make.

use super::Span;

/// A change of the text that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty where something is put in.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// A help line, and the edits it speaks of; a plain text is one without edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    /// What a person reads.
    pub text: String,
    /// Each alone mends it.
    pub edits: Vec<Edit>,
}

impl Mend {
    /// "did you mean `this`?", for what stands at a place.
    pub fn did_you_mean(span: Span, this: impl Into<String>) -> Mend {
        let this = this.into();
        Mend::from(format!("did you mean `{this}`?")).edit(span, this)
    }

    /// Also an edit that mends it.
    pub fn edit(mut self, span: Span, text: impl Into<String>) -> Mend {
        self.edits.push(Edit {
            span,
            text: text.into(),
        });
        self
    }
}

impl From<String> for Mend {
    fn from(text: String) -> Mend {
        Mend {
            text,
            edits: vec![],
        }
    }
}

impl From<&str> for Mend {
    fn from(text: &str) -> Mend {
        text.to_string().into()
    }
}
