//! From a name, as a reader types it, to what is told of it.

use super::entry::{Entry, Parameter, Section};
use crate::diag::closest;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<'s> {
    /// A module of the standard library, or one kind of built-in words.
    Section(&'s Section),
    /// Everything of that name; where nothing is, the arguments, fields and choices that are.
    Entries(Vec<Entry>),
}

/// What is called `std.archs.mlp`, `archs.mlp`, `mlp`, `std.archs`, `layers`, `then`, `slope`.
///
/// # Errors
/// The closest name, where nothing is called this.
pub fn find<'s>(sections: &'s [Section], name: &str) -> Result<Found<'s>, Option<&'s str>> {
    // `scaled` finds `scaled to`.
    let is_word = |whole: &str| whole.contains(' ') && whole.split(' ').any(|word| word == name);
    let is_end = |whole: &str| {
        let before = whole.strip_suffix(name);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let entries = || sections.iter().flat_map(|section| &section.entries);
    if let Some(section) = sections.iter().find(|section| section.name == name) {
        return Ok(Found::Section(section));
    }
    let named: Vec<Entry> = entries()
        .filter(|entry| is_end(&entry.path) || is_word(&entry.name))
        .cloned()
        .collect();
    if !named.is_empty() {
        return Ok(Found::Entries(named));
    }
    if let Some(section) = sections.iter().find(|section| is_end(&section.name)) {
        return Ok(Found::Section(section));
    }
    let inside: Vec<Entry> = entries()
        .flat_map(|entry| parts_called(entry, name))
        .collect();
    if !inside.is_empty() {
        return Ok(Found::Entries(inside));
    }
    let names = entries().flat_map(|entry| [entry.path.as_str(), entry.name.as_str()]);
    Err(closest(
        name,
        names.chain(sections.iter().map(|section| section.name.as_str())),
    ))
}

/// The arguments, choices and parts of an entry that have a name, as entries of their own.
fn parts_called(entry: &Entry, name: &str) -> Vec<Entry> {
    let part = |kind: String, signature: &str, doc: &str| Entry {
        name: name.to_string(),
        path: name.to_string(),
        kind,
        signature: signature.to_string(),
        doc: doc.to_string(),
        ..Entry::default()
    };
    let of = &entry.path;
    let what = if entry.kind == "declaration" {
        "field"
    } else {
        "argument"
    };
    let parameters = entry.parameters.iter().filter_map(|parameter| {
        let Parameter { ty, doc, .. } = parameter;
        let choice = ty.split(" | ").any(|word| word == name);
        if parameter.name == name {
            let default = parameter
                .default
                .as_ref()
                .filter(|value| *value != "nothing");
            let default = default.map_or_else(String::new, |value| format!(" = {value}"));
            let signature = format!("{name}: {ty}{default}");
            Some(part(format!("{what} of `{of}`"), &signature, doc))
        } else {
            let kind = format!("choice of `{}` of `{of}`", parameter.name);
            choice.then(|| part(kind, &format!("{}: {name}", parameter.name), doc))
        }
    });
    let parts = entry.parts.iter().filter_map(|parts| {
        let kind = match parts.title.as_str() {
            "result" => "field",
            "members" => "member",
            _ => return None,
        };
        let row = parts.rows.iter().find(|row| row.name == name)?;
        Some(part(format!("{kind} of `{of}`"), &row.text, &row.doc))
    });
    parameters.chain(parts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(found: Result<Found, Option<&str>>) -> String {
        match found {
            Ok(Found::Section(section)) => format!("section {}", section.name),
            Ok(Found::Entries(entries)) => {
                let told = entries
                    .iter()
                    .map(|entry| format!("{} {}", entry.kind, entry.path));
                told.collect::<Vec<_>>().join(", ")
            }
            Err(close) => format!("nothing, but {close:?}"),
        }
    }

    #[test]
    fn every_word_and_sign_is_found() {
        let sections = super::super::standard();
        let words = "use param let fn arch dataset recipe teacher student model objective measure claim \
             experiment trial then at over until end along linear cosine stairs steps epochs step epoch \
             let require if else for in and or not true false with scaled to as where std \
             -> |> .. + - * / % == != < <= > >= = : . [ ] { } // /// //! \
             input classes z y train test validation channels size slope top1 ece kl count \
             optimizer batch length lr weight_decay augment clip precision fp32 bf16 auto seed data init freeze groups \
             lr_scale temperature view same clean by loss every probabilities logits truth space \
             int number bool text path fraction span list layers split schedule measurement";
        for word in words.split_whitespace() {
            assert!(find(&sections, word).is_ok(), "{word}");
        }
    }

    #[test]
    fn names_are_found_with_and_without_their_module() {
        let sections = super::super::standard();
        for (asked, found) in [
            ("conv", "layer conv"),
            ("std.archs.mlp", "arch std.archs.mlp"),
            ("archs.mlp", "arch std.archs.mlp"),
            ("mlp", "arch std.archs.mlp"),
            ("std.archs", "section std.archs"),
            ("archs", "section std.archs"),
            ("layers", "section layers"),
            ("deviation", "measure deviation"),
            ("mean", "function mean"),
            ("then", "word of time then"),
            ("at", "state at, word of time at"),
            ("model", "declaration model, type model"),
            ("->", "sign ->"),
            ("slope", "field of `deviation` slope"),
            ("count", "function count"),
            ("batch", "field of `recipe` batch"),
            (
                "clean",
                "choice of `view` of `distill` clean, choice of `view` of `match_logits` clean, choice of `view` of `match_features` clean",
            ),
            (
                "base_gap",
                "member of `std.experiments.distillation` base_gap",
            ),
            ("resnet_cifra", "nothing, but Some(\"resnet_cifar\")"),
            ("lp", "nothing, but Some(\"mlp\")"),
            ("zzzzzzzz", "nothing, but None"),
        ] {
            assert_eq!(name(find(&sections, asked)), found, "{asked}");
        }
    }
}
