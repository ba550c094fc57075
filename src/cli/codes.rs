//! `kdp explain CODE`: what a diagnostic's code means, with an example and the mend.

use serde_json::{Value, json};

use super::Answer;
use super::console::Console;
use super::error::CliError;
use super::front;
use crate::diag::{Code, Coded, Example, MAIN, Page, closest};

/// Every code with what it means.
pub(super) fn list(console: &Console) -> Answer {
    let mut all: Vec<&Coded> = front::codes().collect();
    all.sort_by_key(|coded| coded.code);
    if console.json {
        let rows = all
            .iter()
            .map(|coded| json!({ "code": coded.code.0, "meaning": coded.meaning.trim() }));
        console.document(&json!({ "codes": rows.collect::<Vec<_>>() }));
        return Ok(0);
    }
    let rows = all.iter().map(|coded| {
        let Code(code) = coded.code;
        format!(
            "{}\n{}\n",
            heading(code, BOLD),
            console.wrapped(coded.meaning.trim(), "    ")
        )
    });
    console.result(&rows.collect::<String>());
    Ok(0)
}

/// The page of a code.
pub(super) fn explain(code: &str, console: &Console) -> Answer {
    let Some(coded) = front::codes().find(|known| known.code.0 == code) else {
        let help = match closest(code, front::codes().map(|known| known.code.0)) {
            Some(close) => format!("did you mean `{close}`?"),
            None if code.ends_with(".kdp") => format!("name a node too: `kdp explain {code} NODE`"),
            None => "`kdp explain` alone lists them all".into(),
        };
        return Err(CliError::usage(format!("there is no code `{code}`")).help(help));
    };
    let page = Page::read(coded.page);
    match console.json {
        true => console.document(&json!({
            "code": code,
            "meaning": page.prose.join("\n\n"),
            "wrong": files(&page.wrong),
            "mended": files(&page.mended),
            "page": coded.page,
        })),
        false => console.result(&shown(code, &page, console)),
    }
    Ok(0)
}

const BOLD: &str = "1";
const RED: &str = "31;1";
const GREEN: &str = "32;1";

fn heading(text: &str, style: &str) -> String {
    format!("\x1b[{style}m{text}\x1b[0m")
}

fn shown(code: &str, page: &Page, console: &Console) -> String {
    let mut parts = vec![heading(code, BOLD)];
    parts.extend(page.prose.iter().map(|prose| console.wrapped(prose, "")));
    if !page.wrong.files.is_empty() {
        parts.push(heading("Wrong", RED));
        parts.push(listing(&page.wrong));
        parts.push(front::told(&page.wrong, console).trim_end().to_owned());
    }
    if !page.mended.files.is_empty() {
        parts.push(heading("Mended", GREEN));
        parts.push(listing(&page.mended));
    }
    parts.join("\n\n")
}

/// An example's files, set in; the first has no name where it is alone.
fn listing(example: &Example) -> String {
    let mut parts: Vec<String> = vec![];
    for (name, text) in &example.files {
        let settings = example.settings.iter();
        let command: String = settings
            .map(|(name, value)| format!(" --set {name}={value}"))
            .collect();
        let caption = match (name == MAIN, command.is_empty()) {
            (true, false) => Some(format!("$ kdp run {name}{command}")),
            (_, true) if example.files.len() > 1 => Some(format!("{name}:")),
            _ => None,
        };
        let caption = caption.map(|caption| format!("    \x1b[2m{caption}\x1b[0m\n"));
        let text = textwrap::indent(text.trim_end(), "    ");
        parts.push(caption.unwrap_or_default() + &text);
    }
    parts.join("\n\n")
}

fn files(example: &Example) -> Value {
    json!({
        "files": example.files.iter().map(|(name, text)| json!({ "name": name, "text": text })).collect::<Vec<_>>(),
        "settings": example.settings.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>(),
    })
}
