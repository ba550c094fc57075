//! One client's session: messages in, answers and diagnostics out.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::PathBuf;
use std::time::Instant;

use crossbeam_channel::{at, never, select};
use gen_lsp_types::{InitializeParams, LspNotificationMethod as Told, WorkspaceFolders};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::analysis::{Analysis, Analyst};
use super::hover;
use super::place::path_of;
use super::stored::{FindStore, Planner, Stored};
use super::workspace::Workspace;
use super::{capabilities, standard};

/// What the command gives the server.
pub struct Options {
    /// The folder in which the standard library may be written for editors to open.
    pub cache: Option<PathBuf>,
    /// Finds the store of a file.
    pub store: FindStore,
}

/// Serves a client until it leaves; gives the exit code: 0 after `shutdown`, else 1.
///
/// # Errors
/// A thread cannot be started.
pub fn serve(connection: &Connection, options: Options) -> io::Result<u8> {
    let Ok((id, params)) = connection.initialize_start() else {
        return Ok(1);
    };
    let params: InitializeParams = serde_json::from_value(params).unwrap_or_default();
    let standard = options.cache.as_deref().and_then(standard::folder);
    let mut session = Session {
        connection,
        analyst: Analyst::start()?,
        planner: Planner::start(options.store)?,
        workspace: Workspace::new(standard, folders(&params)),
        refreshes: refreshes(&params),
        asked: 0,
        edition: 0,
        analyses: HashMap::new(),
        published: HashMap::new(),
        planned: HashMap::new(),
        stored: HashMap::new(),
        hovers: vec![],
        shut_down: false,
    };
    session.send(Response::new_ok(id, capabilities::told()));
    Ok(session.run())
}

/// The folders that the client has open.
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    match &params.workspace_folders_initialize_params.workspace_folders {
        Some(WorkspaceFolders::WorkspaceFolderList(folders)) => {
            folders.iter().map(|folder| path_of(&folder.uri)).collect()
        }
        #[allow(deprecated, reason = "older clients know no folders")]
        _ => params.root_uri.iter().map(path_of).collect(),
    }
}

/// Whether the client asks for hints again when it is told to.
fn refreshes(params: &InitializeParams) -> bool {
    let workspace = params.capabilities.workspace.as_ref();
    let hints = workspace.and_then(|workspace| workspace.inlay_hint.as_ref());
    hints.and_then(|hints| hints.refresh_support) == Some(true)
}

/// Why a request is not answered.
pub struct Refusal(pub ErrorCode, pub String);

/// A hover that waits for a word of the store.
pub struct Waiting {
    pub id: RequestId,
    pub root: PathBuf,
    pub told: hover::Told,
    pub until: Instant,
}

/// The state of a session.
pub struct Session<'c> {
    connection: &'c Connection,
    pub analyst: Analyst,
    pub planner: Planner,
    pub workspace: Workspace,
    /// Whether the client asks for hints again when it is told to.
    refreshes: bool,
    /// Counts the requests to the client.
    asked: u32,
    /// Counts the edits.
    pub edition: u64,
    /// What was last found of each open file.
    pub analyses: HashMap<PathBuf, Analysis>,
    /// The files for which an open file's analysis has diagnostics.
    pub published: HashMap<PathBuf, HashSet<PathBuf>>,
    /// The edition of each file that the planner was last asked for.
    pub planned: HashMap<PathBuf, u64>,
    /// What of each file is in the store.
    pub stored: HashMap<PathBuf, Stored>,
    /// The hovers that wait.
    pub hovers: Vec<Waiting>,
    pub shut_down: bool,
}

impl Session<'_> {
    fn run(&mut self) -> u8 {
        loop {
            let first = self.hovers.iter().map(|hover| hover.until).min();
            let late = first.map_or_else(never, at);
            select! {
                recv(self.connection.receiver) -> message => match message {
                    Ok(Message::Request(request)) => self.request(request),
                    Ok(Message::Notification(told)) if told.method == Told::Exit.as_str() => break,
                    Ok(Message::Notification(told)) => self.notification(told),
                    // To what the server asks, nothing of use is answered.
                    Ok(Message::Response(_)) => {}
                    Err(_) => break,
                },
                recv(self.analyst.analyses) -> analysis => if let Ok(analysis) = analysis {
                    self.analysed(analysis);
                },
                recv(self.planner.found) -> stored => if let Ok(stored) = stored {
                    self.planned.remove(&stored.root);
                    self.stored.insert(stored.root.clone(), stored);
                    self.answer_hovers();
                },
                recv(late) -> _ => self.answer_hovers(),
            }
        }
        u8::from(!self.shut_down)
    }

    /// Sends a message.
    pub fn send(&self, message: impl Into<Message>) {
        // Fails where the client has gone; the next message read says so.
        let _ = self.connection.sender.send(message.into());
    }

    /// Tells the client something.
    pub fn tell(&self, method: Told<'_>, params: impl Serialize) {
        self.send(Notification::new(method.as_str().into(), params));
    }

    /// Has the client ask for its hints again.
    pub fn refresh_hints(&mut self) {
        if self.refreshes {
            self.asked += 1;
            let id = RequestId::from(format!("refresh-{}", self.asked));
            let method = "workspace/inlayHint/refresh".to_string();
            self.send(Request::new(id, method, Value::Null));
        }
    }
}

/// The parameters of a message.
pub fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params)
        .map_err(|error| Refusal(ErrorCode::InvalidParams, error.to_string()))
}

/// An answer as JSON.
pub fn written(answer: impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(answer)
        .map_err(|error| Refusal(ErrorCode::InternalError, error.to_string()))
}
