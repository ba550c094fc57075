//! Files as the protocol names them: addresses and paths.

use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands for itself in the path of an address.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The path of an address. A document that no file holds has its address for a path.
pub fn path_of(uri: &Uri) -> PathBuf {
    let text: &str = uri.as_ref();
    // Between the strokes and the path a host may stand: `file://localhost/tmp`.
    let path = text
        .strip_prefix("file://")
        .and_then(|rest| rest.find('/').map(|at| &rest[at..]));
    match path.map(|path| percent_decode_str(path).decode_utf8()) {
        Some(Ok(path)) => PathBuf::from(path.into_owned()),
        _ => PathBuf::from(text),
    }
}

/// The address of a path.
pub fn uri_of(path: &Path) -> Uri {
    let text = path.to_string_lossy();
    match path.is_absolute() {
        true => Uri(format!("file://{}", utf8_percent_encode(&text, PLAIN))),
        false => Uri(text.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_paths_lead_to_each_other() {
        let path = Path::new("/tmp/a b/ü%.kdp");
        let uri = uri_of(path);
        assert_eq!(uri.0, "file:///tmp/a%20b/%C3%BC%25.kdp");
        assert_eq!(path_of(&uri), path);
        let local = Uri::from("file://localhost/tmp/a.kdp");
        assert_eq!(path_of(&local), Path::new("/tmp/a.kdp"));
        let unsaved = Uri::from("untitled:Untitled-1");
        assert_eq!(uri_of(&path_of(&unsaved)), unsaved);
    }
}
