//! The logit plot: a student's confidence against its teacher's, sample by sample.

use serde::Serialize;

use super::Axis;
use super::axis::{Tick, range};
use crate::report::number;

/// Side of the square plot area, in the drawing's units.
const SIDE: f64 = 360.0;

/// A quarter's points are drawn as so many paths: paths that lie over one another darken, so that
/// crowded places show, which points of one path do not.
const PATHS: usize = 12;

/// What the axes measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// φ(p) = log(p / (1 − p)).
    Logit,
    /// p itself.
    Probability,
}

/// The points of a deviation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scatter {
    /// The teacher's confidence of each sample.
    pub x: Vec<f64>,
    /// The student's.
    pub y: Vec<f64>,
}

/// A fitted line `intercept + slope · x`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Slope.
    pub slope: f64,
    /// Intercept.
    pub intercept: f64,
}

/// The least-squares lines of a deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fits {
    /// Over all samples.
    pub all: Option<Fit>,
    /// Over the quarter where the teacher is least sure.
    pub low: Option<Fit>,
    /// Over the quarter where it is surest.
    pub high: Option<Fit>,
}

/// Points of one colour.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cloud {
    /// `low`, `middle` or `high`.
    pub class: &'static str,
    /// Path data, each path a part of the points.
    pub paths: Vec<String>,
}

/// A fitted line in the drawing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FitLine {
    /// `all`, `low` or `high`.
    pub class: &'static str,
    /// What it was fitted to.
    pub label: &'static str,
    /// Its slope.
    pub slope: String,
    /// Path data.
    pub path: String,
}

/// A drawing; all places lie in a square of side `side`, y downwards.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogitPlot {
    /// Side of the plot area.
    pub side: f64,
    /// Ticks of both axes, from the lower left.
    pub x_ticks: Vec<Tick>,
    /// As `x_ticks`, their places measured from the top.
    pub y_ticks: Vec<Tick>,
    /// Where the least-sure quarter ends.
    pub low_end: f64,
    /// Where the surest quarter begins.
    pub high_start: f64,
    /// The points.
    pub clouds: Vec<Cloud>,
    /// Path data of the lines over all samples of the family's other members.
    pub others: Vec<String>,
    /// The fitted lines.
    pub lines: Vec<FitLine>,
    /// How many points are drawn.
    pub drawn: usize,
    /// How many of the drawn points lie outside the plot area.
    pub outside: usize,
}

impl LogitPlot {
    /// The range both axes share, over every member of a family: all but the outermost one in
    /// two hundred values at each end, so that a single sample cannot flatten the rest.
    pub fn range<'a>(members: impl Iterator<Item = &'a Scatter>, space: Space) -> (f64, f64) {
        if space == Space::Probability {
            return (0.0, 1.0);
        }
        let mut ends = (f64::INFINITY, f64::NEG_INFINITY);
        for values in members.flat_map(|points| [&points.x, &points.y]) {
            let mut values = finite(values);
            let trim = values.len() / 200;
            let highest = values.len().wrapping_sub(trim + 1);
            if let (Some(low), Some(high)) = (nth(&mut values, trim), nth(&mut values, highest)) {
                ends = (ends.0.min(low), ends.1.max(high));
            }
        }
        let pad = 0.03 * (ends.1 - ends.0);
        (ends.0 - pad, ends.1 + pad)
    }

    /// Draws one member with at most so many points, its fitted lines, and the others' lines.
    pub fn new(
        points: &Scatter,
        most: usize,
        fits: &Fits,
        others: &[Fit],
        range: (f64, f64),
    ) -> LogitPlot {
        let x = Axis::new(range, (0.0, SIDE));
        let y = Axis::new(range, (SIDE, 0.0));
        let quarters = Quarters::of(&points.x);
        let shown = thinned(points, most);
        let inside =
            |&&(a, b): &&(f64, f64)| (x.low..=x.high).contains(&a) && (y.low..=y.high).contains(&b);
        let cloud = |class, from: f64, to: f64| {
            let places: Vec<_> = shown
                .iter()
                .filter(|(a, _)| (from..to).contains(a))
                .filter(inside)
                .map(|(a, b)| format!("M{} {}h0", x.place(*a), y.place(*b)))
                .collect();
            Cloud {
                class,
                paths: places
                    .chunks(places.len().div_ceil(PATHS).max(1))
                    .map(|chunk| chunk.concat())
                    .collect(),
            }
        };
        let line = |fit: &Fit, from: f64, to: f64| {
            let end = |at: f64| {
                format!(
                    "{} {}",
                    x.place(at),
                    y.place(fit.intercept + fit.slope * at)
                )
            };
            format!("M{}L{}", end(from), end(to))
        };
        let fit_line = |class, label, fit: Option<Fit>, from, to| {
            fit.map(|fit| FitLine {
                class,
                label,
                slope: number::fixed(fit.slope, 3),
                path: line(&fit, from, to),
            })
        };
        LogitPlot {
            side: SIDE,
            x_ticks: x.plain_ticks(6),
            y_ticks: y.plain_ticks(6),
            low_end: x.place(quarters.low_end.clamp(x.low, x.high)),
            high_start: x.place(quarters.high_start.clamp(x.low, x.high)),
            clouds: vec![
                cloud("middle", quarters.low_end, quarters.high_start),
                cloud("low", f64::NEG_INFINITY, quarters.low_end),
                cloud("high", quarters.high_start, f64::INFINITY),
            ],
            others: others
                .iter()
                .map(|fit| line(fit, quarters.least, quarters.most))
                .collect(),
            lines: [
                fit_line(
                    "all",
                    "all samples",
                    fits.all,
                    quarters.least,
                    quarters.most,
                ),
                fit_line(
                    "low",
                    "least sure quarter",
                    fits.low,
                    quarters.least,
                    quarters.low_end,
                ),
                fit_line(
                    "high",
                    "surest quarter",
                    fits.high,
                    quarters.high_start,
                    quarters.most,
                ),
            ]
            .into_iter()
            .flatten()
            .collect(),
            drawn: shown.len(),
            outside: shown.len() - shown.iter().filter(inside).count(),
        }
    }
}

/// Where the teacher's least sure and surest quarters lie.
struct Quarters {
    least: f64,
    low_end: f64,
    high_start: f64,
    most: f64,
}

impl Quarters {
    fn of(values: &[f64]) -> Quarters {
        let (least, most) = range(values.iter().copied()).unwrap_or((0.0, 0.0));
        let mut values = finite(values);
        let quarter = values.len() / 4;
        let highest = values.len() - quarter;
        Quarters {
            least,
            low_end: nth(&mut values, quarter).unwrap_or(least),
            high_start: nth(&mut values, highest).unwrap_or(most),
            most,
        }
    }
}

fn finite(values: &[f64]) -> Vec<f64> {
    let values = values.iter().copied();
    values.filter(|value| value.is_finite()).collect()
}

/// The value that would stand at a place if they were sorted.
fn nth(values: &mut [f64], place: usize) -> Option<f64> {
    if place >= values.len() {
        return None;
    }
    Some(*values.select_nth_unstable_by(place, f64::total_cmp).1)
}

/// Every n-th finite point in the order of the data, so that the choice is the same each time and
/// hangs on nothing that is measured.
fn thinned(points: &Scatter, most: usize) -> Vec<(f64, f64)> {
    let finite: Vec<_> = std::iter::zip(&points.x, &points.y)
        .map(|(x, y)| (*x, *y))
        .filter(|(x, y)| x.is_finite() && y.is_finite())
        .collect();
    let shown = finite.len().min(most);
    (0..shown)
        .map(|i| finite[i * finite.len() / shown])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: usize) -> Scatter {
        let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
        Scatter {
            y: x.iter().map(|x| 2.0 * x).collect(),
            x,
        }
    }

    fn points(plot: &LogitPlot, class: &str) -> usize {
        let clouds = plot.clouds.iter().filter(|cloud| cloud.class == class);
        clouds
            .flat_map(|cloud| &cloud.paths)
            .map(|path| path.matches('M').count())
            .sum()
    }

    #[test]
    fn a_quarter_of_the_points_is_least_sure_and_a_quarter_surest() {
        let scatter = line(400);
        let range = (0.0, 1000.0);
        let none = Fits {
            all: None,
            low: None,
            high: None,
        };
        let plot = LogitPlot::new(&scatter, 1500, &none, &[], range);
        let counts = ["low", "middle", "high"].map(|class| points(&plot, class));
        assert_eq!(counts, [100, 200, 100]);
        assert_eq!((plot.drawn, plot.outside), (400, 0));
    }

    #[test]
    fn many_points_are_thinned_evenly_and_alike_each_time() {
        let scatter = line(10_000);
        let shown = thinned(&scatter, 1500);
        assert_eq!(shown.len(), 1500);
        assert_eq!(shown[0], (0.0, 0.0));
        assert!(
            shown
                .windows(2)
                .all(|pair| (6.0..=7.0).contains(&(pair[1].0 - pair[0].0)))
        );
        assert_eq!(shown, thinned(&scatter, 1500));
    }

    #[test]
    fn a_fitted_line_goes_through_its_own_points() {
        let fit = Fit {
            slope: 2.0,
            intercept: 1.0,
        };
        let fits = Fits {
            all: Some(fit),
            low: None,
            high: None,
        };
        let plot = LogitPlot::new(&line(5), 1500, &fits, &[], (0.0, 10.0));
        // From (0, 1) to (4, 9), 36 units each.
        assert_eq!(plot.lines[0].path, "M0 324L144 36");
    }

    #[test]
    fn one_far_sample_does_not_flatten_the_rest() {
        let mut scatter = line(1000);
        scatter.y[0] = 1e6;
        let range = LogitPlot::range([&scatter].into_iter(), Space::Logit);
        assert!(range.1 < 3000.0, "{range:?}");
    }
}
