//! Axes: from values to places, and where the ticks stand.

use serde::Serialize;

use crate::report::number;

/// An axis of a plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// The value at its start.
    pub low: f64,
    /// The value at its end.
    pub high: f64,
    /// The place of its start, in the drawing's units.
    from: f64,
    /// The place of its end.
    to: f64,
}

/// A tick of an axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tick {
    /// Its place.
    pub at: f64,
    /// Its text.
    pub text: String,
}

impl Axis {
    /// An axis over the values `low..high` at the places `from..to`. An empty range is widened.
    pub fn new((low, high): (f64, f64), (from, to): (f64, f64)) -> Axis {
        let finite = low.is_finite() && high.is_finite();
        let (low, high) = if finite { (low, high) } else { (0.0, 1.0) };
        let wide = if high > low { high } else { low + 1.0 };
        Axis {
            low,
            high: wide,
            from,
            to,
        }
    }

    /// The place of a value, to a tenth of a unit.
    pub fn place(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        tenth(self.from + share * (self.to - self.from))
    }

    /// Ticks at round values, about so many.
    pub fn ticks(&self, about: usize, write: impl Fn(f64, usize) -> String) -> Vec<Tick> {
        let step = round_step((self.high - self.low) / about as f64);
        let digits = (-step.log10().floor()).max(0.0) as usize;
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last)
            .map(|i| i as f64 * step)
            .map(|value| Tick {
                at: self.place(value),
                text: write(value, digits),
            })
            .collect()
    }

    /// Ticks that are written as plain numbers.
    pub fn plain_ticks(&self, about: usize) -> Vec<Tick> {
        self.ticks(about, number::fixed)
    }
}

/// The nearest of 1, 2, 5 times a power of ten, by ratio.
fn round_step(wanted: f64) -> f64 {
    let power = 10_f64.powf(wanted.log10().floor());
    match wanted / power {
        7.07.. => 10.0 * power,
        3.16.. => 5.0 * power,
        1.41.. => 2.0 * power,
        _ => power,
    }
}

/// Rounded to a tenth: drawings need no more, and pages stay small.
pub fn tenth(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}

/// The least and the largest of the finite values.
pub fn range(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .into_iter()
        .filter(|value| value.is_finite())
        .fold(None, |range, value| match range {
            None => Some((value, value)),
            Some((low, high)) => Some((value.min(low), value.max(high))),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(low: f64, high: f64) -> Vec<String> {
        let axis = Axis::new((low, high), (0.0, 100.0));
        axis.plain_ticks(5).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn ticks_stand_at_round_values_inside_the_range() {
        assert_eq!(texts(0.0, 1.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts(-3.2, 11.0), ["−2", "0", "2", "4", "6", "8", "10"]);
        assert_eq!(
            texts(0.71, 0.84),
            ["0.72", "0.74", "0.76", "0.78", "0.80", "0.82", "0.84"]
        );
    }

    #[test]
    fn a_place_is_linear_and_an_empty_range_is_widened() {
        let axis = Axis::new((0.0, 10.0), (100.0, 0.0));
        assert_eq!([0.0, 5.0, 10.0].map(|v| axis.place(v)), [100.0, 50.0, 0.0]);
        assert!(Axis::new((3.0, 3.0), (0.0, 1.0)).place(3.0).is_finite());
        assert!(
            Axis::new((f64::NAN, 3.0), (0.0, 1.0))
                .place(3.0)
                .is_finite()
        );
    }
}
