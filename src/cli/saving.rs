//! When trainings save their state, as people write it.

use crate::run::Saving;

/// When to save, as `60 s`, `2 min`, `100 steps` or `never`.
pub(super) fn saving(text: &str) -> Result<Saving, String> {
    let text = text.trim();
    if text == "never" {
        return Ok(Saving::Never);
    }
    let digits = text.trim_end_matches(|letter: char| letter.is_alphabetic() || letter == ' ');
    let unit = text[digits.len()..].trim();
    let seconds = |scale: f64| {
        let amount: Option<f64> = digits.parse().ok();
        let amount = amount.filter(|amount| amount.is_finite() && *amount > 0.0);
        amount.map(|amount| Saving::Seconds(amount * scale))
    };
    let when = match unit {
        "s" | "sec" | "second" | "seconds" => seconds(1.0),
        "min" | "minute" | "minutes" => seconds(60.0),
        "h" | "hour" | "hours" => seconds(3600.0),
        "step" | "steps" => digits
            .parse()
            .ok()
            .filter(|steps| *steps > 0)
            .map(Saving::Steps),
        _ => None,
    };
    when.ok_or_else(|| {
        format!("`{text}` is no time: write `60 s`, `2 min`, `100 steps` or `never`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_of_seconds_or_of_steps() {
        for (text, when) in [
            ("never", Saving::Never),
            ("60 s", Saving::Seconds(60.0)),
            (" 1.5min ", Saving::Seconds(90.0)),
            ("2 hours", Saving::Seconds(7200.0)),
            ("100 steps", Saving::Steps(100)),
            ("1 step", Saving::Steps(1)),
        ] {
            assert_eq!(saving(text), Ok(when), "{text}");
        }
        for text in [
            "",
            "60",
            "s",
            "0 s",
            "-1 s",
            "0 steps",
            "1.5 steps",
            "1 day",
        ] {
            assert!(saving(text).is_err(), "{text}");
        }
    }
}
