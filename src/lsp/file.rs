//! One text and what can be told of it without its imports. A changed text is another `File`.

use std::cell::{OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use gen_lsp_types::{Location, Position, Range, Uri};

use super::names::Names;
use super::position::Lines;
use crate::diag::{Diagnostic, SourceId, Span};
use crate::syntax::tree::Tree;
use crate::syntax::{self, Token};

/// A text that was read.
#[derive(Debug)]
pub struct Read {
    /// What was written; what could not be read is left out.
    pub tree: Tree,
    /// What could not be read.
    pub errors: Vec<Diagnostic>,
    /// Its names.
    pub names: Names,
}

impl Read {
    /// Reads a text.
    pub fn of(text: &str) -> Read {
        let (tree, errors) = syntax::parse(SOURCE, text);
        let names = Names::of(&tree);
        Read {
            tree,
            errors,
            names,
        }
    }
}

/// A text, read when something of it is first asked for.
#[derive(Debug)]
pub struct File {
    /// Where it lies.
    pub path: PathBuf,
    /// As the client names it.
    pub uri: Uri,
    /// What it says.
    pub text: Arc<str>,
    /// Its lines.
    pub lines: Lines,
    read: OnceCell<Read>,
    words: OnceCell<Vec<Token>>,
    /// The last text before this one that was read.
    before: RefCell<Option<Rc<File>>>,
}

/// Every file is parsed alone: its spans are those of the first source.
pub const SOURCE: SourceId = SourceId(0);

impl File {
    /// A file.
    pub fn new(path: PathBuf, uri: Uri, text: Arc<str>) -> File {
        let lines = Lines::of(&text);
        File {
            path,
            uri,
            text,
            lines,
            read: OnceCell::new(),
            words: OnceCell::new(),
            before: RefCell::default(),
        }
    }

    /// The file with another text.
    pub fn edited(self: &Rc<File>, text: Arc<str>) -> File {
        let file = File::new(self.path.clone(), self.uri.clone(), text);
        let before = self.before.take();
        let read = self.read.get().is_some();
        file.before
            .replace(if read { Some(self.clone()) } else { before });
        file
    }

    /// Takes what another thread read of a text: this one, or one before it.
    pub fn take(&self, text: Arc<str>, read: Read) {
        if Arc::ptr_eq(&self.text, &text) {
            // Where it was read here meanwhile, it says the same.
            let _ = self.read.set(read);
        } else if self.read.get().is_none() {
            let file = File::new(self.path.clone(), self.uri.clone(), text);
            let _ = file.read.set(read);
            self.before.replace(Some(Rc::new(file)));
        }
    }

    /// The last text that was read, which may be this one. What stands around an edit means what it
    /// meant, and who rests the mouse there does not wait for the rest to be read anew.
    pub fn read_last(self: &Rc<File>) -> Rc<File> {
        match (self.read.get(), &*self.before.borrow()) {
            (None, Some(before)) => before.clone(),
            _ => self.clone(),
        }
    }

    /// What was written; what could not be read is left out.
    pub fn tree(&self) -> &Tree {
        &self.read().tree
    }

    /// What could not be read.
    pub fn errors(&self) -> &[Diagnostic] {
        &self.read().errors
    }

    fn read(&self) -> &Read {
        self.read.get_or_init(|| Read::of(&self.text))
    }

    /// Its words in order.
    pub fn words(&self) -> &[Token] {
        self.words.get_or_init(|| syntax::words(SOURCE, &self.text))
    }

    /// Its names.
    pub fn names(&self) -> &Names {
        &self.read().names
    }

    /// The byte of a place.
    pub fn byte(&self, position: Position) -> usize {
        self.lines.byte(&self.text, position)
    }

    /// The range of a span.
    pub fn range(&self, span: Span) -> Range {
        self.lines.range(&self.text, span)
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// A span as the client names it.
    pub fn location(&self, span: Span) -> Location {
        Location::new(self.uri.clone(), self.range(span))
    }
}
