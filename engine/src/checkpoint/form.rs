//! What a file is, by its first bytes.

use std::path::Path;

use super::Reason;

/// The forms that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// safetensors.
    Safetensors,
    /// PyTorch's, since 1.6: a zip archive.
    Archive,
    /// PyTorch's before: pickles, and the tensors' bytes behind them.
    Legacy,
}

impl Form {
    /// By the first bytes; a pickle where nothing else fits, and its reader says what is wrong.
    pub fn of(bytes: &[u8]) -> Result<Form, Reason> {
        let text = bytes.trim_ascii_start();
        match bytes {
            [] => Err(Reason::Empty),
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Ok(Form::Archive),
            [0x1f, 0x8b, ..] => Err(Reason::Gzipped),
            // The length of its header, which is JSON.
            [_, _, _, _, 0, 0, 0, 0, b'{', ..] => Ok(Form::Safetensors),
            _ if text.starts_with(b"<") => Err(Reason::Page),
            _ if text.starts_with(b"version https://git-lfs") => Err(Reason::Pointer),
            _ => Ok(Form::Legacy),
        }
    }

    /// By what the file is called.
    pub fn called(path: &Path) -> Option<Form> {
        match path.extension()?.to_str()? {
            "safetensors" => Some(Form::Safetensors),
            "pth" | "pt" | "bin" => Some(Form::Archive),
            _ => None,
        }
    }

    /// Whether a file that is called so may hold that.
    pub fn may_hold(self, form: Form) -> bool {
        (self == Form::Safetensors) == (form == Form::Safetensors)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Form::Safetensors => "safetensors",
            Form::Archive | Form::Legacy => "a PyTorch file",
        }
    }
}
