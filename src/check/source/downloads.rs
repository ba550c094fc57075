//! Data sets to fetch: what is said of them, before anything is fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::check::Checker;
use crate::check::codes::*;
use crate::check::values::Value;
use crate::diag::{Diagnostic, Span};
use crate::spec::{Archive, Call, Checksum, Download, Remote, Unpack};
use crate::vocabulary::Word;

/// An argument that cannot be, or none where one is missing; and the mend.
struct Wrong(&'static str, String, &'static str);

impl Checker<'_> {
    /// `download(…)`, `archive(…)`, `file(…)`.
    pub(in crate::check) fn download(
        &mut self,
        word: &Word,
        named: &BTreeMap<String, (Value, Span)>,
        span: Span,
    ) -> Value {
        let call = self.plain(word, named);
        let made = match word.name {
            "download" => whole(&call, named).map(|whole| Value::Download(Rc::new(whole))),
            _ => remote(&call).map(|file| Value::Remote(Rc::new(file))),
        };
        made.unwrap_or_else(|Wrong(argument, message, help)| {
            let at = named.get(argument).map_or(span, |(_, at)| *at);
            let code = if argument.is_empty() {
                MISSING_ARGUMENT
            } else {
                OUT_OF_RANGE
            };
            let diagnostic = Diagnostic::error(code, message).label(at, "");
            self.report(diagnostic.help(help));
            Value::Unknown
        })
    }
}

fn whole(call: &Call, named: &BTreeMap<String, (Value, Span)>) -> Result<Download, Wrong> {
    let text = |name| call.text(name).map(str::to_string);
    let files: Vec<Remote> = match named.get("files") {
        Some((Value::List(items), _)) => items.iter().filter_map(remote_of).collect(),
        _ => vec![],
    };
    let by_hand = text("by_hand");
    if files.is_empty() && by_hand.is_none() {
        return Err(Wrong(
            "files",
            "a data set to fetch has files".to_string(),
            "where no program may fetch it, say how a person gets it: `by_hand: \"…\"`",
        ));
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = files.iter().find(|file| !names.insert(&file.name)) {
        return Err(Wrong(
            "files",
            format!("two files are called `{}`", twice.name),
            "call one of them otherwise: `name: \"…\"`",
        ));
    }
    Ok(Download {
        files,
        terms: text("terms").unwrap_or_default(),
        declare: text("declare"),
        by_hand,
    })
}

fn remote_of(value: &Value) -> Option<Remote> {
    match value {
        Value::Remote(file) => Some((**file).clone()),
        _ => None,
    }
}

fn remote(call: &Call) -> Result<Remote, Wrong> {
    let url = call.text("url").unwrap_or_default().to_string();
    let (_, path) = url
        .split_once("://")
        .filter(|(scheme, rest)| matches!(*scheme, "https" | "http") && !rest.is_empty())
        .ok_or_else(|| {
            let message = format!("`{url}` is no URL of the web");
            Wrong("url", message, "it begins with `https://`")
        })?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let last = path.split('/').skip(1).last().unwrap_or_default();
    let name = call.text("name").unwrap_or(last).to_string();
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) {
        let (at, message) = match call.text("name") {
            Some(_) => ("name", format!("`{name}` is no name of a file")),
            None => ("url", "the URL does not end in a file's name".to_string()),
        };
        return Err(Wrong(
            at,
            message,
            "say what it is called: `name: \"train.csv\"`",
        ));
    }
    Ok(Remote {
        checksum: checksum(call)?,
        unpack: match call.name.as_str() {
            "archive" => Some(unpack(call, &name)?),
            _ => None,
        },
        size: bytes(call, "size")?,
        url,
        name,
    })
}

fn bytes(call: &Call, name: &'static str) -> Result<u64, Wrong> {
    let size = call.int(name).and_then(|size| u64::try_from(size).ok());
    size.filter(|size| *size > 0).ok_or_else(|| {
        let message = format!("`{name}` is a number of bytes, at least 1");
        Wrong(name, message, "for 160 MiB about `160M`")
    })
}

fn unpack(call: &Call, name: &str) -> Result<Unpack, Wrong> {
    let form = Archive::of(name).ok_or_else(|| {
        let message = format!("what kind of archive `{name}` is cannot be told");
        Wrong(
            "url",
            message,
            "its name ends in .tar.gz, .tgz, .tar, .zip or .gz; say it by `name: \"data.zip\"`",
        )
    })?;
    let root = call.text("root").map(str::to_string);
    let inside = |part: &str| !matches!(part, "" | "." | "..");
    if root
        .as_ref()
        .is_some_and(|root| !root.split('/').all(inside))
    {
        return Err(Wrong(
            "root",
            "`root` is a folder in the archive".to_string(),
            "for example `root: \"cifar-10-batches-bin\"`",
        ));
    }
    Ok(Unpack {
        form,
        size: bytes(call, "unpacked")?,
        root,
    })
}

fn checksum(call: &Call) -> Result<Checksum, Wrong> {
    let digits = |name: &'static str, count: usize| match call.text(name) {
        None => Ok(None),
        Some(text) if text.len() == count && text.chars().all(|c| c.is_ascii_hexdigit()) => {
            Ok(Some(text.to_ascii_lowercase()))
        }
        Some(_) => Err(Wrong(
            name,
            format!("`{name}` has {count} hexadecimal digits"),
            "as `md5sum FILE` and `sha256sum FILE` tell them",
        )),
    };
    let (md5, sha256) = (digits("md5", 32)?, digits("sha256", 64)?);
    let known = sha256.map(Checksum::Sha256).or(md5.map(Checksum::Md5));
    known.ok_or_else(|| {
        Wrong(
            "",
            "what is fetched is held against a checksum".to_string(),
            "give its `sha256: \"…\"` (or `md5`), as `sha256sum FILE` tells it",
        )
    })
}
