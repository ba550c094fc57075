//! Numbers and texts as pickles write them.

use std::borrow::Cow;

use super::{Problem, Value};

/// `INT`: `42`, and `01` and `00` for `True` and `False`.
pub fn int(word: &str) -> Result<Value<'static>, Problem> {
    match word {
        "01" => Ok(Value::Bool(true)),
        "00" => Ok(Value::Bool(false)),
        _ => long(word),
    }
}

/// `LONG`: `42L`.
pub fn long(word: &str) -> Result<Value<'static>, Problem> {
    let digits = word.trim().trim_end_matches('L');
    let int = digits.parse();
    int.map(Value::Int)
        .map_err(|_| Problem::Number(word.chars().take(40).collect()))
}

/// `FLOAT`: `0.5`, `inf`, `nan`.
pub fn float(word: &str) -> Result<Value<'static>, Problem> {
    let float = word.trim().parse();
    float
        .map(Value::Float)
        .map_err(|_| Problem::Number(word.chars().take(40).collect()))
}

/// `LONG1`: two's complement, the smallest byte first.
pub fn binary_long(bytes: &[u8]) -> Result<Value<'static>, Problem> {
    if bytes.len() > 16 {
        return Err(Problem::Wide(bytes.len()));
    }
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut wide = [if negative { 0xff } else { 0 }; 16];
    wide[..bytes.len()].copy_from_slice(bytes);
    Ok(Value::Int(i128::from_le_bytes(wide)))
}

/// `STRING`: bytes in quotes, with Python's escapes.
pub fn string(line: &[u8]) -> Result<Value<'_>, Problem> {
    let (quote, inside) = match line.trim_ascii() {
        [first @ (b'\'' | b'"'), inside @ .., last] if first == last => (*first, inside),
        _ => return Err(Problem::Text),
    };
    if !inside.contains(&b'\\') {
        return match inside.contains(&quote) {
            true => Err(Problem::Text),
            false => Ok(Value::Bytes(Cow::Borrowed(inside))),
        };
    }
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside.iter();
    while let Some(byte) = rest.next() {
        if *byte != b'\\' {
            bytes.push(*byte);
            continue;
        }
        bytes.push(match rest.next() {
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'x') => {
                let digits: Vec<u8> = rest.by_ref().take(2).copied().collect();
                hexadecimal(&digits, 2).ok_or(Problem::Text)? as u8
            }
            Some(plain @ (b'\\' | b'\'' | b'"')) => *plain,
            _ => return Err(Problem::Text),
        });
    }
    Ok(Value::Bytes(Cow::Owned(bytes)))
}

/// `UNICODE`: Latin-1, and `\u00e9` or `\U0001f600` for what is not in it.
pub fn unicode(line: &[u8]) -> Result<Value<'_>, Problem> {
    if line.is_ascii() && !line.contains(&b'\\') {
        return Ok(Value::Text(Cow::Borrowed(super::cursor::text(line)?)));
    }
    let mut text = String::with_capacity(line.len());
    let mut at = 0;
    while let Some(byte) = line.get(at) {
        let digits = match line[at..] {
            [b'\\', b'u', ..] => 4,
            [b'\\', b'U', ..] => 8,
            _ => 0,
        };
        if digits == 0 {
            text.push(char::from(*byte));
            at += 1;
            continue;
        }
        let code = line.get(at + 2..at + 2 + digits);
        let code = code.and_then(|code| hexadecimal(code, digits));
        text.push(code.and_then(char::from_u32).ok_or(Problem::Text)?);
        at += 2 + digits;
    }
    Ok(Value::Text(Cow::Owned(text)))
}

fn hexadecimal(digits: &[u8], count: usize) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok()?;
    let plain = digits.len() == count && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    plain
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
}
