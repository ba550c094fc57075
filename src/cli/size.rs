//! Sizes as people write them: `10 GB`, `512 MiB`, `0`.

/// What follows a number, and how many bytes it stands for.
const UNITS: &[(&str, f64)] = &[
    ("", 1.0),
    ("b", 1.0),
    ("kb", 1e3),
    ("mb", 1e6),
    ("gb", 1e9),
    ("tb", 1e12),
    ("kib", 1024.0),
    ("mib", 1_048_576.0),
    ("gib", 1_073_741_824.0),
    ("tib", 1_099_511_627_776.0),
];

/// The bytes of a size; upper and lower case are the same.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim().to_ascii_lowercase();
    let unit = UNITS.iter().find(|(name, _)| *name == unit);
    match (number.parse::<f64>(), unit) {
        (Ok(number), Some((_, bytes))) => Ok((number * bytes) as u64),
        _ => Err(format!(
            "`{text}` is no size: it is written like `10 GB`, or `0`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_decimal_and_binary_units() {
        for (text, bytes) in [
            ("0", 0),
            ("10 GB", 10_000_000_000),
            ("1.5gb", 1_500_000_000),
            (" 512 MiB ", 512 << 20),
            ("7b", 7),
        ] {
            assert_eq!(size(text).unwrap(), bytes, "{text}");
        }
        for text in ["", "GB", "10 GX", "-1", "1.2.3", "ten"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
