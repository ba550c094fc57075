//! Sources of texts.

use std::collections::BTreeSet;

use super::{Wrong, count};
use crate::spec::{Call, Shape};
use crate::vocabulary::BYTE_TOKENS;

/// Texts and the number of their classes.
pub(super) fn promised(call: &Call) -> Result<(Shape, i64), Wrong> {
    let labels = call.texts("labels").unwrap_or_default();
    let mut seen = BTreeSet::new();
    if let Some(twice) = labels.iter().find(|label| !seen.insert(**label)) {
        let message = format!("the label \"{twice}\" stands twice in `labels`");
        return Err(Wrong::new("labels", message).help("each class has one label"));
    }
    if labels.len() < 2 {
        let message = "`labels` names at least two classes";
        return Err(Wrong::new("labels", message)
            .help("for example `labels: [\"negative\", \"positive\"]`"));
    }
    if call.text("text") == call.text("label") {
        let message = "`text` and `label` name the same column";
        return Err(Wrong::new("label", message));
    }
    let one_byte = |text: &str| matches!(text.as_bytes(), [byte] if byte.is_ascii());
    let delimiter = call.text("delimiter").unwrap_or_default();
    if !one_byte(delimiter) || matches!(delimiter, "\"" | "\n" | "\r") {
        let message = "`delimiter` is one ASCII character, neither a quote nor a line's end";
        return Err(Wrong::new("delimiter", message)
            .help("a comma `\",\"`, a tab `\"\\t\"`, or a semicolon `\";\"`"));
    }
    let sample = Shape::Tokens {
        length: count(call, "length", 1, 65_536)?,
        vocabulary: BYTE_TOKENS,
        padding: 0,
        segments: 1,
    };
    Ok((sample, labels.len() as i64))
}
