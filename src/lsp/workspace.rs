//! Every text that the server knows: open buffers, files they import, the standard library.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::file::File;
use super::folders;
use super::place::{path_of, uri_of};
use super::resolve::Meaning;
use super::standard::file_name;
use super::world::{Buffers, canonical};
use crate::check::{STANDARD, module_of, standard_files};

/// An open buffer.
#[derive(Debug)]
pub struct Buffer {
    /// The client's count of its editions.
    pub version: i32,
    /// What it says.
    pub file: Rc<File>,
}

/// Every text.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Where the standard library's files lie.
    pub standard: Option<PathBuf>,
    /// The folders that the client has open.
    pub folders: Vec<PathBuf>,
    open: HashMap<PathBuf, Buffer>,
    /// Files of the disk, as they were when they were last read.
    closed: RefCell<HashMap<PathBuf, Rc<File>>>,
    standard_files: RefCell<HashMap<&'static str, Rc<File>>>,
}

impl Workspace {
    /// One without open buffers.
    pub fn new(standard: Option<PathBuf>, folders: Vec<PathBuf>) -> Workspace {
        Workspace {
            standard,
            folders,
            ..Workspace::default()
        }
    }

    /// Takes a buffer that was opened; gives its path.
    pub fn open(&mut self, uri: Uri, version: i32, text: String) -> PathBuf {
        let path = canonical(&path_of(&uri));
        let file = Rc::new(File::new(path.clone(), uri, text.into()));
        self.open.insert(path.clone(), Buffer { version, file });
        path
    }

    /// Changes a buffer; gives its path.
    pub fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) -> Option<PathBuf> {
        let path = canonical(&path_of(uri));
        let buffer = self.open.get_mut(&path)?;
        for change in changes {
            let old = &buffer.file;
            let text = match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let start = old.byte(part.range.start);
                    let end = old.byte(part.range.end).max(start);
                    let mut text = String::with_capacity(old.text.len() + part.text.len());
                    text.push_str(&old.text[..start]);
                    text.push_str(&part.text);
                    text.push_str(&old.text[end..]);
                    text
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
                    whole.text
                }
            };
            buffer.file = Rc::new(old.edited(text.into()));
        }
        buffer.version = version;
        Some(path)
    }

    /// Forgets a buffer; gives its path.
    pub fn close(&mut self, uri: &Uri) -> PathBuf {
        let path = canonical(&path_of(uri));
        self.open.remove(&path);
        path
    }

    /// Forgets what was read from the disk.
    pub fn forget_disk(&self) {
        self.closed.borrow_mut().clear();
    }

    /// The buffer of a path.
    pub fn buffer(&self, path: &Path) -> Option<&Buffer> {
        self.open.get(path)
    }

    /// The paths of the open buffers.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.open.keys()
    }

    /// The texts of the open buffers.
    pub fn buffers(&self) -> Buffers {
        let texts = self.open.iter();
        texts
            .map(|(path, buffer)| (path.clone(), Arc::clone(&buffer.file.text)))
            .collect()
    }

    /// The file of an address.
    pub fn file(&self, uri: &Uri) -> Option<Rc<File>> {
        self.at(&path_of(uri))
    }

    /// The file at a path.
    pub fn at(&self, path: &Path) -> Option<Rc<File>> {
        let path = canonical(path);
        if let Some(buffer) = self.open.get(&path) {
            return Some(buffer.file.clone());
        }
        if let Some(file) = self.closed.borrow().get(&path) {
            return Some(file.clone());
        }
        let text = std::fs::read_to_string(&path).ok()?;
        let file = Rc::new(File::new(path.clone(), uri_of(&path), text.into()));
        self.closed.borrow_mut().insert(path, file.clone());
        Some(file)
    }

    /// A module of the standard library: its first file, which says what it is about.
    pub fn standard_module(&self, name: &str) -> Option<Rc<File>> {
        standard_files(name)
            .next()
            .map(|(file, text)| self.standard_file(file, text))
    }

    /// The files that are one namespace with a file: those of its module of the standard library, or
    /// itself alone.
    pub fn module_of(&self, file: &Rc<File>) -> Vec<Rc<File>> {
        let is_it = |(name, _): &&(&str, &str)| self.standard_path(name) == file.path;
        match STANDARD.iter().find(is_it) {
            Some((name, _)) => standard_files(module_of(name))
                .map(|(file, text)| self.standard_file(file, text))
                .collect(),
            None => vec![file.clone()],
        }
    }

    fn standard_file(&self, name: &'static str, text: &str) -> Rc<File> {
        let mut files = self.standard_files.borrow_mut();
        let file = files.entry(name).or_insert_with(|| {
            let path = self.standard_path(name);
            Rc::new(File::new(path.clone(), uri_of(&path), text.into()))
        });
        file.clone()
    }

    fn standard_path(&self, file: &str) -> PathBuf {
        match &self.standard {
            Some(folder) => folder.join(file_name(file)),
            None => PathBuf::from(format!("std.{file}")),
        }
    }

    /// The files that may use what a file makes: its own, the open ones, and those of the folders
    /// that the client has open. A file that does not hold the name is not read further.
    pub fn neighbours(&self, here: &Rc<File>, meaning: &Meaning) -> Vec<Rc<File>> {
        let mut paths: BTreeSet<PathBuf> = self.open.keys().cloned().collect();
        let own = here.path.parent().map(Path::to_path_buf);
        for folder in self.folders.iter().chain(&own) {
            paths.extend(folders::kdp_files(folder));
        }
        paths.insert(here.path.clone());
        if let Meaning::Symbol(file, _) | Meaning::File(file) = meaning {
            paths.insert(file.path.clone());
        }
        let name = meaning.symbol().map(|symbol| symbol.name.as_str());
        let files = paths.iter().filter_map(|path| self.at(path));
        files
            .filter(|file| name.is_none_or(|name| file.text.contains(name)))
            .collect()
    }

    /// Whether a path is one of the standard library's files.
    pub fn is_standard(&self, path: &Path) -> bool {
        let standard = self.standard.as_deref();
        standard.is_some_and(|folder| path.starts_with(folder))
    }
}
