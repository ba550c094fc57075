//! Patterns over the names of a network's tensors.

use wildmatch::WildMatch;

/// Whether a name matches a pattern, in which `*` stands for any characters and `?` for one:
/// `layer1.*`, `fc.*`.
pub fn matches(pattern: &str, name: &str) -> bool {
    WildMatch::new(pattern).matches(name)
}

/// Those of the names that match a pattern.
pub fn matching(pattern: &str, names: &[String]) -> Vec<String> {
    let pattern = WildMatch::new(pattern);
    let found = names.iter().filter(|name| pattern.matches(name));
    found.cloned().collect()
}
