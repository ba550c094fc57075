//! The reference as Markdown.

use std::fmt::Write;

use super::entry::{Entry, Parameter, Parts, Section, Size};
use super::sizes::USUAL;

/// The whole reference as one document.
pub fn reference(sections: &[Section]) -> String {
    let mut out = String::from(
        "# The standard library and the built-in words\n\n\
         <!-- Written by `kdp doc`; edit the doc comments in `stdlib/` and `src/vocabulary/` instead. -->\n\n\
         `kdp doc NAME` shows one entry in the terminal. The modules are imported with `use`; everything\n\
         below them needs no import. A parameter written `name?` may be left out.\n\n",
    );
    for section in sections {
        let names: Vec<&str> = section.entries.iter().map(|e| e.name.as_str()).collect();
        let anchor = anchor(&section.name);
        // Writing into a String cannot fail.
        let _ = writeln!(out, "- [{}](#{anchor}): {}", section.name, names.join(", "));
    }
    for section in sections {
        out += "\n";
        out += &body(section, 2);
    }
    out
}

/// One section as a document of its own.
pub fn page(section: &Section) -> String {
    body(section, 1)
}

/// A section whose title is a heading of this level.
fn body(section: &Section, level: usize) -> String {
    let mut out = format!("{} {}\n", "#".repeat(level), section.name);
    if !section.doc.is_empty() {
        let _ = write!(out, "\n{}\n", section.doc);
    }
    // Words that have neither arguments nor parts read best in one table.
    let is_line = |entry: &Entry| entry.kind == "function" || entry.signature == entry.name;
    if section.entries.iter().all(is_line) && !section.entries.is_empty() {
        let rows = section.entries.iter();
        let rows = rows.map(|entry| vec![code(&entry.signature), entry.doc.clone()]);
        return out + &table(&[&section.entries[0].kind, "meaning"], rows);
    }
    for entry in &section.entries {
        out += "\n";
        out += &told(entry, level + 1);
    }
    out
}

fn told(entry: &Entry, level: usize) -> String {
    let mut out = format!("{} {}\n", "#".repeat(level), entry.name);
    let _ = write!(out, "\n```text\n{}\n```\n", entry.signature);
    if !entry.doc.is_empty() {
        let _ = write!(out, "\n{}\n", entry.doc);
    }
    // A signature says all there is of parameters that have no docs.
    if entry.parameters.iter().any(|param| !param.doc.is_empty()) {
        let rows = entry.parameters.iter().map(parameter_row);
        out += &table(&["parameter", "type", "left out", "meaning"], rows);
    }
    if let Some(parts) = &entry.parts {
        out += &parts_table(parts);
    }
    if !entry.sizes.is_empty() {
        let row = |size: &Size| vec![code(&size.call), thousands(size.parameters)];
        let count = format!("parameters, on {USUAL}");
        out += &table(&["network", &count], entry.sizes.iter().map(row));
    }
    out
}

fn parameter_row(param: &Parameter) -> Vec<String> {
    let default = match param.default.as_deref() {
        None => "must be given".into(),
        Some("nothing") => String::new(),
        Some(value) => code(value),
    };
    vec![
        code(&param.name),
        code(&param.ty),
        default,
        param.doc.clone(),
    ]
}

fn parts_table(parts: &Parts) -> String {
    let title = parts.title.as_str();
    let named = parts.rows.iter().any(|part| !part.name.is_empty());
    let written = parts.rows.iter().any(|part| !part.text.is_empty());
    let explained = parts.rows.iter().any(|part| !part.doc.is_empty());
    let mut head = vec![title];
    if named && written {
        head.push("");
    }
    if explained {
        head.push("meaning");
    }
    let rows = parts.rows.iter().map(|part| {
        let mut row = vec![];
        if named {
            row.push(code(&part.name));
        }
        if written {
            row.push(code(&part.text));
        }
        if explained {
            row.push(part.doc.replace('\n', " "));
        }
        row
    });
    table(&head, rows)
}

/// A table after an empty line.
fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut out = format!(
        "\n| {} |\n|{}\n",
        head.join(" | "),
        " --- |".repeat(head.len())
    );
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// `272,474`.
pub fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let letters = heading.to_lowercase();
    let kept = letters.chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        letter if letter.is_alphanumeric() => Some(letter),
        _ => None,
    });
    kept.collect()
}
