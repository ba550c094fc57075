//! Patterns over the names of a network's tensors.

use wildmatch::WildMatch;

/// Whether a name matches a pattern, in which `*` stands for any characters and `?` for one:
/// `layer1.*`, `fc.*`.
pub fn matches(pattern: &str, name: &str) -> bool {
    WildMatch::new(pattern).matches(name)
}
