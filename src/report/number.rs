//! Numbers as a reader wants them: rounded, grouped, with a true minus sign.

/// A number of a measurement: three digits behind the point where it is small, fewer where it is
/// large; powers of ten beyond that. A dash where there is none.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        "–".to_string()
    } else if value == value.trunc() && size < 1e15 {
        signed(value, grouped(size as u64))
    } else if !(5e-4..1e6).contains(&size) {
        power_of_ten(value)
    } else {
        let digits = match size {
            100.0.. => 1,
            10.0.. => 2,
            _ => 3,
        };
        signed(value, format!("{size:.digits$}"))
    }
}

/// A number with this many digits behind the point.
pub fn fixed(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return "–".to_string();
    }
    let text = format!("{:.digits$}", value.abs());
    let zero = !text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    if zero { text } else { signed(value, text) }
}

/// A share: `83.4%`.
pub fn percent(share: f64) -> String {
    match share.is_finite() {
        true => format!("{}%", fixed(100.0 * share, 1)),
        false => "–".to_string(),
    }
}

/// A whole number with its thousands parted: `12,000`.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A whole number for an axis: `500`, `12k`, `1.5M`.
pub fn short(value: f64) -> String {
    let (scaled, unit) = match value.abs() {
        1e6.. => (value / 1e6, "M"),
        1e3.. => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let rounded = (scaled * 100.0).round() / 100.0;
    format!("{}{}{unit}", sign(rounded), rounded.abs())
}

/// A time: `0.4 s`, `42 s`, `3 min 12 s`, `2 h 05 min`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        _ if seconds < 0.05 => "0 s".to_string(),
        0..10 => format!("{seconds:.1} s"),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

/// Mean and deviation of some numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The standard deviation, n − 1 below; `None` for fewer than two numbers.
    pub std: Option<f64>,
}

impl Spread {
    /// Of these numbers; `None` of none.
    pub fn of(values: &[f64]) -> Option<Spread> {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        match values.len() {
            0 => None,
            1 => Some(Spread { mean, std: None }),
            _ => Some(Spread {
                mean,
                std: Some((squares / (n - 1.0)).sqrt()),
            }),
        }
    }

    /// `1.213 ± 0.020`, each number written by `write`; the mean alone of one number.
    pub fn show(&self, write: impl Fn(f64) -> String) -> String {
        match self.std {
            Some(std) => {
                // Equal numbers differ from their mean by rounding alone.
                let std = if self.is_even() { 0.0 } else { std };
                format!("{}\u{a0}±\u{a0}{}", write(self.mean), write(std))
            }
            None => write(self.mean),
        }
    }

    /// A count: its deviation is told only where there is one.
    pub fn show_count(&self) -> String {
        match self.is_even() {
            true => number(self.mean),
            false => self.show(number),
        }
    }

    /// Whether all numbers are the same.
    fn is_even(&self) -> bool {
        self.std.is_none_or(|std| std <= 1e-12 * self.mean.abs())
    }
}

/// A text in which the minus of a number is a true one; what stands in backquotes is a name and stays.
pub fn true_minus(text: &str) -> String {
    let mut name = false;
    let (mut told, mut before) = (String::new(), ' ');
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        name ^= letter == '`';
        let digit = letters.peek().is_some_and(char::is_ascii_digit);
        let minus = letter == '-' && digit && !name && !before.is_alphanumeric();
        told.push(if minus { '−' } else { letter });
        before = letter;
    }
    told
}

fn sign(value: f64) -> &'static str {
    if value < 0.0 { "−" } else { "" }
}

fn signed(value: f64, size: String) -> String {
    format!("{}{size}", sign(value))
}

fn power_of_ten(value: f64) -> String {
    let text = format!("{:.1e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: String = exponent
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            digit => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹']
                [digit.to_digit(10).unwrap_or(0) as usize],
        })
        .collect();
    signed(value, format!("{mantissa}·10{exponent}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_what_a_reader_needs() {
        let shown = [1.2345, -0.5, 12.345, 1000.0, 123456.0, 0.00001234, f64::NAN].map(number);
        assert_eq!(
            shown,
            [
                "1.234",
                "−0.500",
                "12.35",
                "1,000",
                "123,456",
                "1.2·10⁻⁵",
                "–"
            ]
        );
        assert_eq!(fixed(-0.0001, 2), "0.00");
        assert_eq!(percent(0.8349), "83.5%");
    }

    #[test]
    fn a_minus_before_a_digit_is_a_true_one() {
        assert_eq!(true_minus("-0.25 ≤ 1, 0.5 > -2"), "−0.25 ≤ 1, 0.5 > −2");
        let name = "`gap[at: -1].slope` is not measured, 2026-11-26";
        assert_eq!(true_minus(name), name);
    }

    #[test]
    fn axes_and_times_are_short() {
        assert_eq!(
            [0.0, 500.0, 1500.0, 2e6, -2.5].map(short),
            ["0", "500", "1.5k", "2M", "−2.5"]
        );
        assert_eq!(
            [0.01, 0.42, 42.0, 192.0, 7500.0].map(duration),
            ["0 s", "0.4 s", "42 s", "3 min 12 s", "2 h 05 min"]
        );
    }

    #[test]
    fn the_spread_of_a_sample_divides_by_one_less_than_its_size() {
        // statistics.stdev([2, 4, 4, 4, 5, 5, 7, 9]) of Python's standard library.
        let spread = Spread::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).expect("not empty");
        assert_eq!(spread.mean, 5.0);
        assert!((spread.std.expect("several") - 2.138_089_935_299_395).abs() < 1e-12);
        assert_eq!(Spread::of(&[]), None);
        let shown = |values: &[f64]| Spread::of(values).map(|spread| spread.show(number));
        assert_eq!(shown(&[3.0]).as_deref(), Some("3"));
        assert_eq!(shown(&[3.0, 3.0]).as_deref(), Some("3\u{a0}±\u{a0}0"));
        let count = |values: &[f64]| Spread::of(values).map(|spread| spread.show_count());
        assert_eq!(count(&[360.0, 360.0]).as_deref(), Some("360"));
        assert_eq!(count(&[3.0, 5.0]).as_deref(), Some("4\u{a0}±\u{a0}1.414"));
        assert_eq!(shown(&[3.0, 5.0]).as_deref(), Some("4\u{a0}±\u{a0}1.414"));
    }
}
