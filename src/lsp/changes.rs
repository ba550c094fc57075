//! What the client tells: buffers that open, change and close; and what is then checked and told.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gen_lsp_types::{
    self as lsp, DidChangeTextDocumentParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, LspNotificationMethod as Told, PublishDiagnosticsParams,
};
use lsp_server::Notification;

use super::analysis::{Analysis, Order};
use super::diagnostics;
use super::place::uri_of;
use super::session::{Session, read};
use super::transport::UNREADABLE;

impl Session<'_> {
    /// Takes what the client tells.
    pub fn notification(&mut self, told: Notification) {
        // What cannot be read of a notification cannot be answered either.
        match Told::from(told.method.as_str()) {
            Told::TextDocumentDidOpen => {
                if let Ok(params) = read::<DidOpenTextDocumentParams>(told.params) {
                    let document = params.text_document;
                    let opened = (document.uri, document.version, document.text);
                    let path = self.workspace.open(opened.0, opened.1, opened.2);
                    self.check_all(&path);
                }
            }
            Told::TextDocumentDidChange => {
                if let Ok(params) = read::<DidChangeTextDocumentParams>(told.params) {
                    let document = params.text_document;
                    let uri = &document.text_document_identifier.uri;
                    let changes = params.content_changes;
                    let changed = self.workspace.change(uri, document.version, changes);
                    if let Some(path) = changed {
                        self.check_all(&path);
                    }
                }
            }
            Told::TextDocumentDidClose => {
                if let Ok(params) = read::<DidCloseTextDocumentParams>(told.params) {
                    let path = self.workspace.close(&params.text_document.uri);
                    self.closed(&path);
                }
            }
            Told::TextDocumentDidSave | Told::WorkspaceDidChangeWatchedFiles => {
                self.workspace.forget_disk();
                self.stored.clear();
                self.check_all(Path::new(""));
            }
            _ if told.method == UNREADABLE => self.tell(Told::WindowLogMessage, told.params),
            _ => {}
        }
    }

    /// Has every open file checked, one first: each may import what was changed.
    fn check_all(&mut self, first: &Path) {
        self.edition += 1;
        let buffers = Arc::new(self.workspace.buffers());
        let mut roots: Vec<&PathBuf> = self.workspace.paths().collect();
        roots.retain(|root| !self.workspace.is_standard(root));
        roots.sort_by_key(|root| (root.as_path() != first, root.as_path()));
        for root in roots {
            self.analyst.check(Order {
                root: root.clone(),
                buffers: buffers.clone(),
                edition: self.edition,
            });
        }
    }

    /// Takes what the checker found.
    pub fn analysed(&mut self, mut analysis: Analysis) {
        if self.workspace.buffer(&analysis.root).is_none() {
            return;
        }
        let standard = self.workspace.standard.as_ref();
        let uri = |name: &str| diagnostics::uri_of_source(name, standard);
        let mut found = diagnostics::by_file(&analysis, uri);
        // Another open file tells its own.
        found.retain(|path, _| *path == analysis.root || self.workspace.buffer(path).is_none());
        self.publish(&analysis.root, found);
        let buffer = self.workspace.buffer(&analysis.root);
        if let (Some(buffer), Some((text, read))) = (buffer, analysis.read.take()) {
            buffer.file.take(text, read);
        }
        self.analyses.insert(analysis.root.clone(), analysis);
        self.refresh_hints();
    }

    /// Tells the diagnostics that come of a root, and takes back those that no longer do.
    fn publish(&mut self, root: &Path, found: BTreeMap<PathBuf, Vec<lsp::Diagnostic>>) {
        let now: HashSet<PathBuf> = found.keys().cloned().collect();
        let before = self.published.insert(root.to_path_buf(), now.clone());
        let gone = before.unwrap_or_default();
        let gone = gone.difference(&now).map(|path| (path.clone(), vec![]));
        for (path, diagnostics) in gone.chain(found).collect::<Vec<_>>() {
            let buffer = self.workspace.buffer(&path);
            let params = PublishDiagnosticsParams {
                uri: match buffer {
                    Some(buffer) => buffer.file.uri.clone(),
                    None => uri_of(&path),
                },
                version: buffer.map(|buffer| buffer.version),
                diagnostics,
            };
            self.tell(Told::TextDocumentPublishDiagnostics, params);
        }
    }

    /// Takes back what was told of a file that is no longer open.
    fn closed(&mut self, path: &Path) {
        self.analyses.remove(path);
        self.stored.remove(path);
        self.planned.remove(path);
        self.publish(path, BTreeMap::new());
        self.published.remove(path);
        self.check_all(Path::new(""));
    }
}
