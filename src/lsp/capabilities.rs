//! What the server can do, as it tells the client.

use gen_lsp_types::{
    CodeActionKind, CodeActionOptions, CompletionOptions, InitializeResult, PositionEncodingKind,
    RenameOptions, SemanticTokensOptions, ServerCapabilities, ServerInfo, TextDocumentSyncKind,
    TextDocumentSyncOptions,
};

use super::tokens;

/// The answer to `initialize`.
pub fn told() -> InitializeResult {
    InitializeResult {
        capabilities: ServerCapabilities {
            position_encoding: Some(PositionEncodingKind::UTF16),
            text_document_sync: Some(
                TextDocumentSyncOptions {
                    open_close: Some(true),
                    change: Some(TextDocumentSyncKind::Incremental),
                    save: Some(true.into()),
                    ..Default::default()
                }
                .into(),
            ),
            document_formatting_provider: Some(true.into()),
            document_symbol_provider: Some(true.into()),
            hover_provider: Some(true.into()),
            inlay_hint_provider: Some(true.into()),
            completion_provider: Some(CompletionOptions {
                trigger_characters: Some(
                    [".", ":", "(", "{", "[", ",", " "].map(String::from).into(),
                ),
                ..Default::default()
            }),
            definition_provider: Some(true.into()),
            references_provider: Some(true.into()),
            document_highlight_provider: Some(true.into()),
            rename_provider: Some(
                RenameOptions {
                    prepare_provider: Some(true),
                    ..Default::default()
                }
                .into(),
            ),
            code_action_provider: Some(
                CodeActionOptions {
                    code_action_kinds: Some(vec![CodeActionKind::QuickFix]),
                    ..Default::default()
                }
                .into(),
            ),
            semantic_tokens_provider: Some(
                SemanticTokensOptions {
                    legend: tokens::legend(),
                    full: Some(true.into()),
                    ..Default::default()
                }
                .into(),
            ),
            ..Default::default()
        },
        server_info: Some(ServerInfo {
            name: "kdp".into(),
            version: Some(env!("CARGO_PKG_VERSION").into()),
        }),
    }
}
