//! What the server can do, as it tells the client.

use gen_lsp_types::{
    InitializeResult, PositionEncodingKind, ServerCapabilities, ServerInfo, TextDocumentSyncKind,
    TextDocumentSyncOptions,
};

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
            ..Default::default()
        },
        server_info: Some(ServerInfo {
            name: "kdp".into(),
            version: Some(env!("CARGO_PKG_VERSION").into()),
        }),
    }
}
