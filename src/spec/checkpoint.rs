//! Files of weights, as far as their first bytes and their names tell.

use std::path::Path;

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

/// What a file holds in place of weights: what comes after its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoWeights {
    /// Nothing.
    #[error("is empty")]
    Empty,
    /// HTML or XML.
    #[error("is a web page, not weights")]
    Page,
    /// What stands in a repository for a large file.
    #[error("is a pointer of Git LFS, not the weights it stands for")]
    Pointer,
    /// gzip.
    #[error("is gzipped")]
    Gzipped,
    /// Something else; its first bytes.
    #[error(
        "is no file of weights: it is neither safetensors nor what `torch.save` writes, and begins with {0}"
    )]
    Unknown(String),
    /// Weights of another form than the ending says.
    #[error("has the ending of {called}, but holds {holds}")]
    Called {
        /// The form of the ending.
        called: &'static str,
        /// The form of the content.
        holds: &'static str,
    },
}

impl Form {
    /// How many bytes tell the form.
    pub const HEAD: usize = 512;

    /// By a file's first bytes and what it is called; the ending must not contradict the content. What begins as nothing
    /// that is known is taken for a pickle, which its reader tells.
    ///
    /// # Errors
    /// It is no file of weights.
    pub fn of(bytes: &[u8], called: Option<Form>) -> Result<Form, NoWeights> {
        let text = bytes.trim_ascii_start();
        let form = match bytes {
            [] => return Err(NoWeights::Empty),
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Form::Archive,
            [0x1f, 0x8b, ..] => return Err(NoWeights::Gzipped),
            // The length of its header, which is JSON.
            [_, _, _, _, 0, 0, 0, 0, b'{', ..] => Form::Safetensors,
            _ if text.starts_with(b"<") => return Err(NoWeights::Page),
            _ if text.starts_with(b"version https://git-lfs") => return Err(NoWeights::Pointer),
            _ => Form::Legacy,
        };
        match called.filter(|called| !called.may_hold(form)) {
            Some(called) => Err(NoWeights::Called {
                called: called.name(),
                holds: form.name(),
            }),
            None => Ok(form),
        }
    }

    /// By its first bytes alone, all that is known of a file that is not read: what does not begin as a pickle is none
    /// either.
    ///
    /// # Errors
    /// It is no file of weights.
    pub fn seen(bytes: &[u8], called: Option<Form>) -> Result<Form, NoWeights> {
        match Form::of(bytes, None)? {
            Form::Legacy if !bytes.starts_with(&[PICKLE]) => Err(NoWeights::unknown(bytes)),
            _ => Form::of(bytes, called),
        }
    }

    /// By what a file is called.
    pub fn called(path: &Path) -> Option<Form> {
        match path.extension()?.to_str()? {
            "safetensors" => Some(Form::Safetensors),
            "pth" | "pt" | "bin" => Some(Form::Archive),
            _ => None,
        }
    }

    /// Whether a file that is called so may hold that.
    fn may_hold(self, form: Form) -> bool {
        (self == Form::Safetensors) == (form == Form::Safetensors)
    }

    /// What it is called.
    fn name(self) -> &'static str {
        match self {
            Form::Safetensors => "safetensors",
            Form::Archive | Form::Legacy => "a PyTorch file",
        }
    }
}

/// How pickles begin since protocol 2, in which `torch.save` writes.
pub const PICKLE: u8 = 0x80;

impl NoWeights {
    /// A file that begins as nothing that is known.
    pub fn unknown(bytes: &[u8]) -> Self {
        let begins = &bytes[..bytes.len().min(16)];
        let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        NoWeights::Unknown(match begins.iter().all(is_text) {
            true => format!("{:?}", String::from_utf8_lossy(begins)),
            false => {
                let bytes = begins.iter().map(|byte| format!("{byte:02x}"));
                bytes.collect::<Vec<_>>().join(" ")
            }
        })
    }

    /// The mend, where one is known.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            NoWeights::Empty => Some("the download was probably cut off: fetch the file again"),
            NoWeights::Page => {
                Some("its address gave a page that speaks of the file: fetch the file itself")
            }
            NoWeights::Pointer => Some("`git lfs pull` fetches the weights"),
            NoWeights::Gzipped => Some("`gunzip` it"),
            NoWeights::Called { .. } => Some(
                "was it mistaken for another file? Else give it the other ending: `.safetensors`, or `.pth`",
            ),
            NoWeights::Unknown(_) => Some(
                "save the state dict of a PyTorch model: `torch.save(model.state_dict(), \"weights.pth\")`",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_of_a_file_tells_whether_it_holds_weights() {
        let called = |name: &str| Form::called(Path::new(name));
        let pickle = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.";
        let safe = b"\x40\0\0\0\0\0\0\0{\"fc\":{}}";
        assert_eq!(Form::seen(pickle, called("a.ckpt")), Ok(Form::Legacy));
        assert_eq!(
            Form::seen(b"PK\x03\x04", called("a.ckpt")),
            Ok(Form::Archive)
        );
        assert_eq!(
            Form::seen(safe, called("a.safetensors")),
            Ok(Form::Safetensors)
        );
        let wrong = Form::seen(safe, called("a.pth")).expect_err("another ending");
        assert_eq!(
            wrong.to_string(),
            "has the ending of a PyTorch file, but holds safetensors"
        );
        let wrong = Form::seen(b"notes", called("a.txt")).expect_err("a text");
        assert!(
            wrong.to_string().ends_with("begins with \"notes\""),
            "{wrong}"
        );
        let wrong = Form::seen(&[1, 0xff], None).expect_err("bytes");
        assert!(wrong.to_string().ends_with("begins with 01 ff"), "{wrong}");
        assert_eq!(Form::seen(b"", None), Err(NoWeights::Empty));
        // Its reader may know a pickle of the first protocol; who only looks at the beginning does not.
        assert_eq!(Form::of(b"(dp0", None), Ok(Form::Legacy));
    }
}
