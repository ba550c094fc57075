//! What the client asks, each kind answered by a file of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::{Duration, Instant};

use gen_lsp_types::{
    CodeActionRequest, CompletionRequest, Definition, DefinitionRequest, DocumentFormattingRequest,
    DocumentHighlightRequest, DocumentSymbolRequest, HoverParams, InlayHintRequest,
    LspRequestMethod as Asked, Position, PrepareRenameRequest, ReferencesRequest, RenameParams,
    SemanticTokens, SemanticTokensRequest, TextDocumentPositionParams,
};
use lsp_server::{ErrorCode, Request, RequestId, Response};
use serde_json::Value;

use super::analysis::Order;
use super::facts::Facts;
use super::file::{File, SOURCE};
use super::session::{Refusal, Session, Waiting, read, written};
use super::shift::Shift;
use super::{
    actions, completion, definition, format, hints, hover, references, rename, symbols, tokens,
};
use crate::diag::Span;

/// How long a hover waits for a word of the store.
const PATIENCE: Duration = Duration::from_millis(300);

/// The word at a place, or the place, where none stands.
fn word_at(text: &str, byte: usize) -> Span {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let (before, behind) = text.as_bytes().split_at(byte.min(text.len()));
    let start = before.iter().rev().take_while(|byte| is_part(byte)).count();
    let end = behind.iter().take_while(|byte| is_part(byte)).count();
    Span::new(SOURCE, before.len() - start, before.len() + end)
}

impl Session<'_> {
    /// Answers a request.
    pub fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let answer = match Asked::from(method.as_str()) {
            _ if self.shut_down => {
                let why = "the server is shut down".to_string();
                Err(Refusal(ErrorCode::InvalidRequest, why))
            }
            Asked::TextDocumentHover => return self.hover(id, params),
            // A fault in one answer is no reason to leave the writer alone with the file.
            _ => catch_unwind(AssertUnwindSafe(|| self.answered(&method, params))).unwrap_or_else(
                |_| {
                    let why = format!("kdp failed at `{method}`");
                    Err(Refusal(ErrorCode::InternalError, why))
                },
            ),
        };
        self.answer(id, answer);
    }

    fn answer(&self, id: RequestId, answer: Result<Value, Refusal>) {
        self.send(match answer {
            Ok(value) => Response::new_ok(id, value),
            Err(Refusal(code, message)) => Response::new_err(id, code as i32, message),
        });
    }

    /// Answers at once, or, where the store has not been asked yet and nothing is being typed, when
    /// it has been.
    fn hover(&mut self, id: RequestId, params: Value) {
        let params: HoverParams = match read(params) {
            Ok(params) => params,
            Err(refusal) => return self.answer(id, Err(refusal)),
        };
        let place = self.place(&params.text_document_position_params);
        let told = place.and_then(|(file, at)| {
            let told = self.told(&file, file.byte(at))?;
            Some((file, told))
        });
        let Some((file, told)) = told else {
            return self.answer(id, Ok(Value::Null));
        };
        let root = file.path.clone();
        let current = |edition: u64| edition == self.edition;
        let settled = self
            .analyses
            .get(&root)
            .is_some_and(|one| current(one.edition));
        let known = self
            .stored
            .get(&root)
            .is_some_and(|one| current(one.edition) && one.is_fresh());
        if told.planned.is_none() || known || !settled {
            return self.answer(id, self.hovered(&root, told));
        }
        if self.planned.insert(root.clone(), self.edition) != Some(self.edition) {
            self.planner.plan(Order {
                root: root.clone(),
                buffers: self.workspace.buffers().into(),
                edition: self.edition,
            });
        }
        self.hovers.push(Waiting {
            id,
            root,
            told,
            until: Instant::now() + PATIENCE,
        });
    }

    /// What is told of a place: by the last text that was read, where an edit left the place alone.
    fn told(&self, file: &Rc<File>, byte: usize) -> Option<hover::Told> {
        let known = file.read_last();
        let word = word_at(&file.text, byte);
        let shift = Shift::between(&known.text, &file.text);
        if let Some(before) = shift.earlier(word, SOURCE)
            && !Rc::ptr_eq(file, &known)
            && word_at(&known.text, before.start as usize) == before
        {
            let facts = self.facts(&known);
            let byte = before.start as usize + byte - word.start as usize;
            let mut told = hover::hover(&self.workspace, &known, byte, facts.as_ref())?;
            if let Some(span) = shift.now(told.span) {
                told.range = file.range(span);
                return Some(told);
            }
        }
        let facts = self.facts(file);
        hover::hover(&self.workspace, file, byte, facts.as_ref())
    }

    /// Answers the hovers that have what they waited for, or have waited long enough.
    pub fn answer_hovers(&mut self) {
        let now = Instant::now();
        for waiting in std::mem::take(&mut self.hovers) {
            let stored = self.stored.get(&waiting.root);
            let known = stored.is_some_and(|one| one.edition == self.edition);
            match known || waiting.until <= now {
                true => self.answer(waiting.id, self.hovered(&waiting.root, waiting.told)),
                false => self.hovers.push(waiting),
            }
        }
    }

    fn hovered(&self, root: &std::path::Path, told: hover::Told) -> Result<Value, Refusal> {
        let stored = self.stored.get(root);
        let stored = stored.filter(|stored| stored.edition == self.edition);
        let count = stored.and_then(|stored| stored.count(told.planned.as_deref()?));
        written(told.hover(count))
    }

    /// What the checker learnt of a file.
    fn facts(&self, file: &File) -> Option<Facts<'_>> {
        Facts::of(self.analyses.get(&file.path)?, file)
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
            Asked::TextDocumentInlayHint => {
                self.reply::<InlayHintRequest>(params, |session, params| {
                    let file = session.workspace.file(&params.text_document.uri)?;
                    let facts = session.facts(&file)?;
                    let part = file.byte(params.range.start)..file.byte(params.range.end);
                    Some(hints::hints(&file, &facts, part))
                })
            }
            Asked::TextDocumentCompletion => {
                self.reply::<CompletionRequest>(params, |session, params| {
                    let (file, at) = session.place(&params.text_document_position_params)?;
                    let context = params.context.as_ref();
                    let typed = context.and_then(|context| context.trigger_character.as_deref());
                    let items = completion::completion(&session.workspace, &file, at, typed);
                    Some(items.into())
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
}
