//! JSON of schedules and networks, which nest as deep as the checker allows: deeper than
//! serde_json's own limit.

use serde::de::DeserializeOwned;

/// Reads one JSON document; the stack grows with its depth.
///
/// # Errors
/// The text is no JSON, goes on behind the document, or is not what was asked for.
pub fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    deserializer.disable_recursion_limit();
    let value = T::deserialize(serde_stacker::Deserializer::new(&mut deserializer))?;
    deserializer.end()?;
    Ok(value)
}
