//! From a name, as a reader types it, to what is told of it.

use super::entry::{Entry, Section};
use crate::diag::closest;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Found<'s> {
    /// A module of the standard library, or one kind of built-in words.
    Section(&'s Section),
    /// A name.
    Entry(&'s Entry),
}

/// What is called `std.archs.mlp`, `archs.mlp`, `mlp`, `std.archs`, `layers`. Of several with one
/// name the first is found.
///
/// # Errors
/// The closest name, where nothing is called this.
pub fn find<'s>(sections: &'s [Section], name: &str) -> Result<Found<'s>, Option<&'s str>> {
    let is_end = |whole: &str| {
        let before = whole.strip_suffix(name);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let entries = || sections.iter().flat_map(|section| &section.entries);
    if let Some(section) = sections.iter().find(|section| section.name == name) {
        return Ok(Found::Section(section));
    }
    if let Some(entry) = entries().find(|entry| is_end(&entry.path)) {
        return Ok(Found::Entry(entry));
    }
    if let Some(section) = sections.iter().find(|section| is_end(&section.name)) {
        return Ok(Found::Section(section));
    }
    let names = entries().flat_map(|entry| [entry.path.as_str(), entry.name.as_str()]);
    Err(closest(
        name,
        names.chain(sections.iter().map(|section| section.name.as_str())),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(found: Result<Found, Option<&str>>) -> String {
        match found {
            Ok(Found::Section(section)) => format!("section {}", section.name),
            Ok(Found::Entry(entry)) => format!("{} {}", entry.kind, entry.path),
            Err(close) => format!("nothing, but {close:?}"),
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
            ("resnet_cifra", "nothing, but Some(\"resnet_cifar\")"),
            ("lp", "nothing, but Some(\"mlp\")"),
            ("zzzzzzzz", "nothing, but None"),
        ] {
            assert_eq!(name(find(&sections, asked)), found, "{asked}");
        }
    }
}
