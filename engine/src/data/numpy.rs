//! NumPy's arrays of bytes, as they lie in pickles.

use std::borrow::Cow;

use crate::pickle::{Id, Pickle, Value};

/// What a pickle of such arrays may ask for. NumPy 2 has its core under another name than NumPy 1, and
/// Python 3 writes bytes for Python 2 as a text that is to be encoded.
pub const NAMES: &[&str] = &[
    "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
    "numpy.ndarray",
    "numpy.dtype",
    "_codecs.encode",
];

/// The sizes and the bytes of an array of `uint8`, row by row; `None` for anything else.
pub fn array<'p>(pickle: &'p Pickle, id: Id) -> Option<(Vec<i64>, Cow<'p, [u8]>)> {
    let Value::Call {
        name,
        state: Some(state),
        ..
    } = pickle.value(id)
    else {
        return None;
    };
    // Version, sizes, type, whether it runs column by column, content.
    let [_, shape, dtype, by_column, content] = pickle.items(*state)? else {
        return None;
    };
    let of_bytes = name.ends_with("._reconstruct") && is_uint8(pickle, *dtype);
    let by_row = *pickle.value(*by_column) == Value::Bool(false);
    let (shape, bytes) = (pickle.ints(*shape)?, bytes(pickle, *content)?);
    let count = shape.iter().try_fold(1i64, |count, side| {
        (*side >= 0).then(|| count.checked_mul(*side)).flatten()
    })?;
    (of_bytes && by_row && count == bytes.len() as i64).then_some((shape, bytes))
}

fn is_uint8(pickle: &Pickle, dtype: Id) -> bool {
    match pickle.value(dtype) {
        Value::Call {
            name: "numpy.dtype",
            arguments,
            ..
        } => arguments.first().and_then(|code| pickle.text(*code)) == Some("u1"),
        _ => false,
    }
}

/// Bytes, or what Python 3 writes for Python 2 in their place: their Latin-1, and the word to encode it.
fn bytes<'p>(pickle: &'p Pickle, id: Id) -> Option<Cow<'p, [u8]>> {
    match pickle.value(id) {
        Value::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
        Value::Call {
            name: "_codecs.encode",
            arguments,
            ..
        } => {
            let Value::Text(text) = pickle.value(*arguments.first()?) else {
                return None;
            };
            let bytes = text.chars().map(|letter| u8::try_from(letter).ok());
            bytes.collect::<Option<Vec<u8>>>().map(Cow::Owned)
        }
        _ => None,
    }
}
