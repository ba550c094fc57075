//! Learning curves: training loss above, test accuracy below, over the steps of the run.

use serde::Serialize;

use super::Axis;
use super::axis::{Tick, range};
use crate::plan::Curves;
use crate::report::number;

/// Size of a drawing's plot area, in its own units.
const WIDTH: f64 = 340.0;
/// Height of each of the two panes.
const HEIGHT: f64 = 112.0;

/// A stretch of the run in which the objective changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Its first step.
    pub from: u64,
    /// Its end; the same as `from` where the change is at once.
    pub to: u64,
    /// What changes: `distill → one-hot`.
    pub label: String,
}

/// The runs of a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Run<'a> {
    /// Length in steps.
    pub steps: u64,
    /// One for each member.
    pub curves: Vec<&'a Curves>,
    /// Where the objective changes.
    pub windows: Vec<Window>,
}

/// One of the two panes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pane {
    /// Ticks of its upright axis.
    pub ticks: Vec<Tick>,
    /// Path data of each member's curve.
    pub members: Vec<String>,
    /// Path data of their mean, where there are several looked at after the same steps.
    pub mean: Option<String>,
    /// The last value of the (mean) curve.
    pub last: Option<Last>,
}

/// The end of a curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Last {
    /// Its place.
    pub x: f64,
    /// Its place.
    pub y: f64,
    /// Its value.
    pub text: String,
}

/// A window in the drawing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shade {
    /// Its start.
    pub x: f64,
    /// Its width; 0 for a change at once.
    pub width: f64,
    /// Where its label stands.
    pub label_x: f64,
    /// `start` or `end`: on which side of `label_x` the text lies.
    pub anchor: &'static str,
    /// What changes.
    pub label: String,
    /// `steps 1,000 to 2,000`.
    pub when: String,
}

/// A drawing: two panes of `width` × `height`, the loss above the accuracy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CurvePlot {
    /// Width of the plot area.
    pub width: f64,
    /// Height of a pane.
    pub height: f64,
    /// Ticks of the steps.
    pub steps: Vec<Tick>,
    /// The windows.
    pub shades: Vec<Shade>,
    /// The training loss.
    pub loss: Pane,
    /// The test accuracy.
    pub accuracy: Pane,
}

/// The range of test accuracies that every plot of a page shares, so that they can be compared.
pub fn accuracy_range<'a>(curves: impl Iterator<Item = &'a Curves>) -> (f64, f64) {
    let (low, high) =
        range(curves.flat_map(|c| c.test_accuracy.iter().copied())).unwrap_or((0.0, 1.0));
    let pad = (0.06 * (high - low)).max(0.005);
    ((low - pad).max(0.0), (high + pad).min(1.0))
}

impl CurvePlot {
    /// Draws a family's curves.
    pub fn new(run: &Run, accuracies: (f64, f64)) -> CurvePlot {
        let x = Axis::new((0.0, run.steps.max(1) as f64), (0.0, WIDTH));
        let losses = range(run.curves.iter().flat_map(|c| c.train_loss.iter().copied()));
        let most = losses.map_or(1.0, |(_, high)| 1.05 * high);
        let loss = Axis::new((0.0, most), (HEIGHT, 0.0));
        let accuracy = Axis::new(accuracies, (HEIGHT, 0.0));
        let of_loss: Vec<Series> = run
            .curves
            .iter()
            .map(|c| (&c.train_steps[..], &c.train_loss[..]))
            .collect();
        let of_accuracy: Vec<Series> = run
            .curves
            .iter()
            .map(|c| (&c.test_steps[..], &c.test_accuracy[..]))
            .collect();
        CurvePlot {
            width: WIDTH,
            height: HEIGHT,
            steps: x.ticks(5, |value, _| number::short(value)),
            shades: run.windows.iter().map(|window| shade(window, &x)).collect(),
            loss: pane(&of_loss, &x, &loss, number::number, loss.plain_ticks(3)),
            accuracy: pane(
                &of_accuracy,
                &x,
                &accuracy,
                number::percent,
                accuracy.ticks(4, |value, digits| {
                    format!(
                        "{}%",
                        number::fixed(100.0 * value, digits.saturating_sub(2))
                    )
                }),
            ),
        }
    }
}

type Series<'a> = (&'a [u64], &'a [f64]);

fn pane(
    series: &[Series],
    x: &Axis,
    y: &Axis,
    write: impl Fn(f64) -> String,
    ticks: Vec<Tick>,
) -> Pane {
    let mean = mean(series);
    let (steps, values) = match (&mean, series) {
        (Some((steps, values)), _) => (*steps, &values[..]),
        (None, [only]) => *only,
        (None, _) => (&[][..], &[][..]),
    };
    Pane {
        ticks,
        members: series
            .iter()
            .map(|(steps, values)| path(steps, values, x, y))
            .collect(),
        mean: mean
            .as_ref()
            .map(|(steps, values)| path(steps, values, x, y)),
        last: steps.last().zip(values.last()).map(|(step, value)| Last {
            x: x.place(*step as f64),
            y: y.place(*value),
            text: write(*value),
        }),
    }
}

/// The mean of several curves over the same steps.
fn mean<'a>(series: &[Series<'a>]) -> Option<(&'a [u64], Vec<f64>)> {
    let (first, others) = series.split_first()?;
    if others.is_empty() || others.iter().any(|other| other.0 != first.0) {
        return None;
    }
    let values = (0..first.0.len())
        .map(|i| {
            let at_step = series.iter().filter_map(|(_, values)| values.get(i));
            at_step.sum::<f64>() / series.len() as f64
        })
        .collect();
    Some((first.0, values))
}

fn path(steps: &[u64], values: &[f64], x: &Axis, y: &Axis) -> String {
    let mut path = String::new();
    let mut pen_down = false;
    for (step, value) in std::iter::zip(steps, values) {
        if value.is_finite() {
            let letter = if pen_down { 'L' } else { 'M' };
            path += &format!("{letter}{} {}", x.place(*step as f64), y.place(*value));
        }
        pen_down = value.is_finite();
    }
    path
}

fn shade(window: &Window, x: &Axis) -> Shade {
    // A run can be shorter than the window it was written for.
    let (from, to) = (
        x.place(window.from as f64),
        x.place(window.to as f64).min(WIDTH),
    );
    let late = from + to > WIDTH;
    let grouped = number::grouped;
    Shade {
        x: from,
        width: super::axis::tenth(to - from),
        label_x: if late { from - 5.0 } else { to + 5.0 },
        anchor: if late { "end" } else { "start" },
        label: window.label.clone(),
        when: match window.from == window.to {
            true => format!("at step {}", grouped(window.from)),
            false => format!("steps {} to {}", grouped(window.from), grouped(window.to)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curves(loss: [f64; 3]) -> Curves {
        Curves {
            train_steps: vec![10, 20, 30],
            train_loss: loss.to_vec(),
            train_accuracy: vec![0.1, 0.2, 0.3],
            test_steps: vec![30],
            test_accuracy: vec![0.5],
            ..Curves::default()
        }
    }

    #[test]
    fn the_mean_is_of_the_members_and_a_gap_stays_a_gap() {
        let (a, b) = (curves([3.0, f64::NAN, 1.0]), curves([1.0, 1.0, 1.0]));
        let window = Window {
            from: 10,
            to: 20,
            label: "a → b".into(),
        };
        let run = Run {
            steps: 40,
            curves: vec![&a, &b],
            windows: vec![window],
        };
        let plot = CurvePlot::new(&run, (0.0, 1.0));
        assert_eq!(plot.loss.members[0].matches('M').count(), 2);
        assert_eq!(
            plot.loss.last.as_ref().map(|last| last.text.as_str()),
            Some("1")
        );
        assert_eq!((plot.shades[0].x, plot.shades[0].width), (85.0, 85.0));
        let accuracy = plot.accuracy.last.expect("was looked at");
        assert_eq!(
            (accuracy.x, accuracy.y, accuracy.text.as_str()),
            (255.0, 56.0, "50.0%")
        );
    }

    #[test]
    fn curves_over_other_steps_have_no_mean() {
        let (a, mut b) = (curves([3.0, 2.0, 1.0]), curves([1.0, 1.0, 1.0]));
        b.train_steps[0] = 5;
        let run = Run {
            steps: 30,
            curves: vec![&a, &b],
            windows: vec![],
        };
        assert_eq!(CurvePlot::new(&run, (0.0, 1.0)).loss.mean, None);
    }
}
