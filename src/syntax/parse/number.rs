//! Numbers as they are written, to values.

use super::cursor::{Failed, Parsed, Parser};
use super::token::Token;
use crate::syntax::codes;
use crate::syntax::tree::{ExprKind, Unit};

impl Parser<'_> {
    /// `7`, `1.5k`, `1e-5`
    pub(super) fn number(&mut self, token: Token) -> Parsed<ExprKind> {
        match number_value(self.slice(token)) {
            Some(value) => Ok(value),
            None => Err(self.too_large(token)),
        }
    }

    /// `60%`
    pub(super) fn fraction(&mut self, token: Token) -> Parsed<ExprKind> {
        let written = self.slice(token).trim_end_matches('%');
        match decimal(written, -2) {
            Some(value) => Ok(ExprKind::Fraction(value)),
            None => Err(self.too_large(token)),
        }
    }

    /// `15 epochs`
    pub(super) fn time(&mut self, token: Token) -> Parsed<ExprKind> {
        let written = self.slice(token);
        let (number, unit) = written
            .split_once(|c: char| c.is_ascii_whitespace())
            .unwrap_or((written, ""));
        let amount = match number_value(number) {
            Some(ExprKind::Int(amount)) => amount as f64,
            Some(ExprKind::Number(amount)) => amount,
            _ => return Err(self.too_large(token)),
        };
        let unit = if unit.trim_start().starts_with("step") {
            Unit::Steps
        } else {
            Unit::Epochs
        };
        Ok(ExprKind::Time { amount, unit })
    }

    fn too_large(&mut self, token: Token) -> Failed {
        self.error_at(
            codes::NUMBER_TOO_LARGE,
            token,
            "this number is too large",
            format!("ints go up to {}, numbers up to about 1.8e308", i64::MAX),
        );
        Failed
    }
}

/// An int where the value is whole and written without an exponent or a needless point.
fn number_value(written: &str) -> Option<ExprKind> {
    let (digits, shift) = match written.as_bytes().last() {
        Some(b'k') => (&written[..written.len() - 1], 3),
        Some(b'M') => (&written[..written.len() - 1], 6),
        _ => (written, 0),
    };
    let (whole, broken) = digits.split_once('.').unwrap_or((digits, ""));
    let broken = if shift > 0 {
        broken.trim_end_matches(['0', '_'])
    } else {
        broken
    };
    let places = broken.bytes().filter(u8::is_ascii_digit).count();
    let whole_number =
        !digits.contains(['e', 'E']) && places <= shift && (shift > 0 || !digits.contains('.'));
    if !whole_number {
        return decimal(digits, shift as i32).map(ExprKind::Number);
    }
    let mut value = 0_i64;
    for digit in whole
        .bytes()
        .chain(broken.bytes())
        .filter(|byte| *byte != b'_')
    {
        value = value
            .checked_mul(10)?
            .checked_add(i64::from(digit.checked_sub(b'0')?))?;
    }
    let zeros = u32::try_from(shift - places).ok()?;
    value
        .checked_mul(10_i64.checked_pow(zeros)?)
        .map(ExprKind::Int)
}

/// The nearest double to what is written times ten to the `shift`.
fn decimal(written: &str, shift: i32) -> Option<f64> {
    let plain = written.replace('_', "");
    let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((&plain, "0"));
    // An exponent beyond an i32 is beyond a double too.
    let exponent = exponent.parse::<i32>().ok()?.checked_add(shift)?;
    let value: f64 = format!("{mantissa}e{exponent}").parse().ok()?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::{decimal, number_value};
    use crate::syntax::tree::ExprKind;

    #[test]
    fn suffixes_give_ints_where_the_value_is_whole() {
        let int = |written| match number_value(written) {
            Some(ExprKind::Int(value)) => Some(value),
            _ => None,
        };
        assert_eq!(int("7"), Some(7));
        assert_eq!(int("1_000"), Some(1_000));
        assert_eq!(int("25k"), Some(25_000));
        assert_eq!(int("1.5k"), Some(1_500));
        assert_eq!(int("1.50M"), Some(1_500_000));
        assert_eq!(int("9223372036854775807"), Some(i64::MAX));
        assert_eq!(int("9223372036854775808"), None);
        assert_eq!(int("9223372036854775807k"), None);
    }

    #[test]
    fn other_numbers_are_the_nearest_doubles() {
        assert_eq!(number_value("1.0"), Some(ExprKind::Number(1.0)));
        assert_eq!(number_value("1e3"), Some(ExprKind::Number(1000.0)));
        assert_eq!(number_value("0.0001k"), Some(ExprKind::Number(0.1)));
        assert_eq!(decimal("60", -2), Some(0.6));
        assert_eq!(decimal("12.5", -2), Some(0.125));
        assert_eq!(decimal("1e999", 0), None);
    }
}
