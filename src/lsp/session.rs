//! One client's session: messages in, answers and diagnostics out.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crossbeam_channel::select;
use gen_lsp_types::{
    CodeActionRequest, Definition, DefinitionRequest, DidChangeTextDocumentParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DocumentFormattingRequest,
    DocumentHighlightRequest, DocumentSymbolRequest, InitializeParams,
    LspNotificationMethod as Told, LspRequestMethod as Asked, Position, PrepareRenameRequest,
    PublishDiagnosticsParams, ReferencesRequest, RenameParams, SemanticTokens,
    SemanticTokensRequest, TextDocumentPositionParams, WorkspaceFolders,
};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::analysis::{Analysis, Analyst, Order};
use super::file::File;
use super::place::path_of;
use super::workspace::Workspace;
use super::{
    actions, capabilities, definition, diagnostics, format, references, rename, standard, symbols,
    tokens,
};

/// What the command gives the server.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The folder in which the standard library may be written for editors to open.
    pub cache: Option<PathBuf>,
}

/// Serves a client until it leaves; gives the exit code: 0 after `shutdown`, else 1.
pub fn serve(connection: &Connection, options: Options) -> io::Result<u8> {
    let Ok((id, params)) = connection.initialize_start() else {
        return Ok(1);
    };
    let mut session = Session {
        connection,
        analyst: Analyst::start()?,
        workspace: Workspace::new(options.cache.as_deref().and_then(standard::folder)),
        edition: 0,
        analyses: HashMap::new(),
        published: HashMap::new(),
        shut_down: false,
    };
    session.workspace.folders = folders(params);
    session.answer(Response::new_ok(id, capabilities::told()));
    Ok(session.run())
}

/// The folders that the client has open.
fn folders(params: Value) -> Vec<PathBuf> {
    let params: InitializeParams = serde_json::from_value(params).unwrap_or_default();
    let folders = params.workspace_folders_initialize_params.workspace_folders;
    match folders {
        Some(WorkspaceFolders::WorkspaceFolderList(folders)) => {
            folders.iter().map(|folder| path_of(&folder.uri)).collect()
        }
        #[allow(deprecated, reason = "older clients know no folders")]
        _ => params.root_uri.iter().map(path_of).collect(),
    }
}

/// Why a request is not answered.
struct Refusal(ErrorCode, String);

struct Session<'c> {
    connection: &'c Connection,
    analyst: Analyst,
    workspace: Workspace,
    /// Counts the edits.
    edition: u64,
    /// What was last found of each open file.
    analyses: HashMap<PathBuf, Analysis>,
    /// The files for which an open file's analysis has diagnostics.
    published: HashMap<PathBuf, HashSet<PathBuf>>,
    shut_down: bool,
}

impl Session<'_> {
    fn run(&mut self) -> u8 {
        loop {
            select! {
                recv(self.connection.receiver) -> message => match message {
                    Ok(Message::Request(request)) => self.request(request),
                    Ok(Message::Notification(told)) if told.method == Told::Exit.as_str() => break,
                    Ok(Message::Notification(told)) => self.notification(told),
                    // The server asks nothing.
                    Ok(Message::Response(_)) => {}
                    Err(_) => break,
                },
                recv(self.analyst.analyses) -> analysis => if let Ok(analysis) = analysis {
                    self.analysed(analysis);
                },
            }
        }
        u8::from(!self.shut_down)
    }

    fn send(&self, message: impl Into<Message>) {
        // Fails where the client has gone; the next message read says so.
        let _ = self.connection.sender.send(message.into());
    }

    fn answer(&self, response: Response) {
        self.send(response);
    }

    fn tell(&self, method: Told<'_>, params: impl Serialize) {
        self.send(Notification::new(method.as_str().into(), params));
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        if self.shut_down {
            let told = "the server is shut down".to_string();
            return self.answer(Response::new_err(
                id,
                ErrorCode::InvalidRequest as i32,
                told,
            ));
        }
        let answer = self.answered(&method, params);
        self.answer(response(id, answer));
    }

    fn answered(&mut self, method: &str, params: Value) -> Result<Value, Refusal> {
        match Asked::from(method) {
            Asked::Shutdown => {
                self.shut_down = true;
                Ok(Value::Null)
            }
            Asked::TextDocumentFormatting => {
                self.reply::<DocumentFormattingRequest>(params, |session, params| {
                    let file = session.workspace.file(&params.text_document.uri)?;
                    Some(format::format(&file))
                })
            }
            Asked::TextDocumentDocumentSymbol => {
                self.reply::<DocumentSymbolRequest>(params, |session, params| {
                    let file = session.workspace.file(&params.text_document.uri)?;
                    Some(symbols::symbols(&file).into())
                })
            }
            Asked::TextDocumentDefinition => {
                self.reply::<DefinitionRequest>(params, |session, params| {
                    let (file, at) = session.place(&params.text_document_position_params)?;
                    let found = definition::definition(&session.workspace, &file, at)?;
                    Some(Definition::from(found).into())
                })
            }
            Asked::TextDocumentReferences => {
                self.reply::<ReferencesRequest>(params, |session, params| {
                    let (file, at) = session.place(&params.text_document_position_params)?;
                    let declaration = params.context.include_declaration;
                    references::references(&session.workspace, &file, at, declaration)
                })
            }
            Asked::TextDocumentDocumentHighlight => {
                self.reply::<DocumentHighlightRequest>(params, |session, params| {
                    let (file, at) = session.place(&params.text_document_position_params)?;
                    references::highlights(&session.workspace, &file, at)
                })
            }
            Asked::TextDocumentPrepareRename => {
                self.reply::<PrepareRenameRequest>(params, |session, params| {
                    let (file, at) = session.place(&params.text_document_position_params)?;
                    let range = rename::prepare(&session.workspace, &file, at).ok()?;
                    Some(range.into())
                })
            }
            Asked::TextDocumentRename => self.rename(params),
            Asked::TextDocumentCodeAction => {
                self.reply::<CodeActionRequest>(params, |session, params| {
                    let file = session.workspace.file(&params.text_document.uri)?;
                    let analysis = session.analyses.get(&file.path)?;
                    let shown = &params.context.diagnostics;
                    let actions = actions::actions(analysis, &file, params.range, shown);
                    Some(actions.into_iter().map(Into::into).collect())
                })
            }
            Asked::TextDocumentSemanticTokensFull => {
                self.reply::<SemanticTokensRequest>(params, |session, params| {
                    let file = session.workspace.file(&params.text_document.uri)?;
                    let data = tokens::tokens(&session.workspace, &file);
                    Some(SemanticTokens {
                        result_id: None,
                        data,
                    })
                })
            }
            _ => Err(Refusal(
                ErrorCode::MethodNotFound,
                format!("kdp does not answer `{method}`"),
            )),
        }
    }

    /// A file and a place in it.
    fn place(&self, params: &TextDocumentPositionParams) -> Option<(Rc<File>, Position)> {
        let file = self.workspace.file(&params.text_document.uri)?;
        Some((file, params.position))
    }

    /// What cannot be renamed is an error that says why.
    fn rename(&mut self, params: Value) -> Result<Value, Refusal> {
        let params: RenameParams = read(params)?;
        let place = self.place(&params.text_document_position_params);
        let (file, at) = place.ok_or_else(|| {
            Refusal(
                ErrorCode::RequestFailed,
                "the file is not there".to_string(),
            )
        })?;
        rename::rename(&self.workspace, &file, at, &params.new_name)
            .map_err(|why| Refusal(ErrorCode::RequestFailed, why))
            .and_then(written)
    }

    /// Answers one kind of request.
    fn reply<R: gen_lsp_types::Request>(
        &mut self,
        params: Value,
        answer: impl FnOnce(&mut Self, R::Params) -> R::Result,
    ) -> Result<Value, Refusal> {
        let params = read(params)?;
        written(answer(self, params))
    }

    fn notification(&mut self, told: Notification) {
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
                self.check_all(Path::new(""));
            }
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

    fn analysed(&mut self, analysis: Analysis) {
        if self.workspace.buffer(&analysis.root).is_none() {
            return;
        }
        let standard = self.workspace.standard.as_ref();
        let uri = |name: &str| diagnostics::uri_of_source(name, standard);
        let mut found = diagnostics::by_file(&analysis, uri);
        // Another open file tells its own.
        found.retain(|path, _| *path == analysis.root || self.workspace.buffer(path).is_none());
        self.publish(&analysis.root, found);
        self.analyses.insert(analysis.root.clone(), analysis);
    }

    /// Tells the diagnostics that come of a root, and takes back those that no longer do.
    fn publish(&mut self, root: &Path, found: BTreeMap<PathBuf, Vec<gen_lsp_types::Diagnostic>>) {
        let now: HashSet<PathBuf> = found.keys().cloned().collect();
        let before = self.published.insert(root.to_path_buf(), now.clone());
        let gone = before.unwrap_or_default();
        let gone = gone.difference(&now).map(|path| (path.clone(), vec![]));
        for (path, diagnostics) in gone.chain(found).collect::<Vec<_>>() {
            let buffer = self.workspace.buffer(&path);
            let params = PublishDiagnosticsParams {
                uri: match buffer {
                    Some(buffer) => buffer.file.uri.clone(),
                    None => super::place::uri_of(&path),
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
        self.publish(path, BTreeMap::new());
        self.published.remove(path);
        self.check_all(Path::new(""));
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params)
        .map_err(|error| Refusal(ErrorCode::InvalidParams, error.to_string()))
}

fn written(answer: impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(answer)
        .map_err(|error| Refusal(ErrorCode::InternalError, error.to_string()))
}

fn response(id: RequestId, answer: Result<Value, Refusal>) -> Response {
    match answer {
        Ok(value) => Response::new_ok(id, value),
        Err(Refusal(code, message)) => Response::new_err(id, code as i32, message),
    }
}
