//! How a student's confidence deviates from its teacher's (Nagarajan et al. 2023).

use super::logits::{argmax, log_probabilities, log_probability, logit};
use super::{Fields, Labels, Logits, MeasureError, fit};

/// Whose class y is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The teacher's surest.
    Teacher,
    /// The label.
    Truth,
}

/// What X and Y are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// φ(p(y)), φ(u) = log(u / (1 − u)).
    Logit,
    /// p(y).
    Probability,
}

/// A deviation: its fields and the points behind them.
pub struct Deviation {
    /// The fields. One that has no value (the slope of points with one x) is not there.
    pub fields: Fields,
    /// The teacher's X of each sample.
    pub x: Vec<f64>,
    /// The student's Y of each sample.
    pub y: Vec<f64>,
}

/// Measures a student against its teacher on the same samples.
pub fn deviation(
    student: &Logits,
    teacher: &Logits,
    labels: Labels,
    class: Class,
    space: Space,
) -> Result<Deviation, MeasureError> {
    if student.classes() != teacher.classes() {
        return Err(MeasureError::Classes {
            student: student.classes(),
            teacher: teacher.classes(),
        });
    }
    let classes = student.classes();
    let outside = |label: &i64| !(0..classes as i64).contains(label);
    if let (Class::Truth, Some(sample)) = (class, labels.given.iter().position(outside)) {
        return Err(MeasureError::Label {
            label: labels.given[sample],
            sample,
            classes,
        });
    }
    let confidence = |row: &[f64], class: usize| match space {
        Space::Logit => logit(row, class),
        Space::Probability => log_probability(row, class).exp(),
    };
    let mut points = Vec::with_capacity(student.len());
    let (mut agreed, mut kl) = (0usize, 0.0);
    for ((student, teacher), label) in student.rows().zip(teacher.rows()).zip(labels.given) {
        let surest = argmax(teacher);
        let y = match class {
            Class::Teacher => surest,
            Class::Truth => *label as usize,
        };
        points.push((confidence(teacher, y), confidence(student, y)));
        agreed += usize::from(argmax(student) == surest);
        kl += divergence(teacher, student);
    }

    let count = points.len() as f64;
    let mut by_x = points.clone();
    by_x.sort_by(|a, b| a.0.total_cmp(&b.0));
    let quarter = points.len() / 4;
    let low = &by_x[..quarter];
    let high = &by_x[points.len() - quarter..];

    let mut fields = Fields::new();
    for (suffix, points) in [("", points.as_slice()), ("_low", low), ("_high", high)] {
        match fit(points) {
            Some(line) => {
                fields.insert(format!("slope{suffix}"), line.slope);
                fields.insert(format!("intercept{suffix}"), line.intercept);
            }
            None if suffix.is_empty() => return Err(MeasureError::NoLine),
            None => {}
        }
    }
    if !low.is_empty() {
        let under = low.iter().filter(|(x, y)| y < x).count();
        fields.insert("under_low".to_string(), under as f64 / low.len() as f64);
    }
    let (flipped, clean) = parted(&points, labels);
    fields.insert("flipped".to_string(), flipped.len() as f64);
    if !flipped.is_empty() {
        for (name, points) in [("slope_flipped", flipped), ("slope_clean", clean)] {
            if let Some(line) = fit(&points) {
                fields.insert(name.to_string(), line.slope);
            }
        }
    }
    fields.insert("agreement".to_string(), agreed as f64 / count);
    fields.insert("kl".to_string(), kl / count);
    fields.insert("count".to_string(), count);
    let (x, y) = points.into_iter().unzip();
    Ok(Deviation { fields, x, y })
}

type Points = Vec<(f64, f64)>;

/// The points of samples whose label was made wrong, and all others.
fn parted(points: &[(f64, f64)], labels: Labels) -> (Points, Points) {
    let pairs = points.iter().zip(labels.flipped());
    let (flipped, clean): (Vec<_>, Vec<_>) = pairs.partition(|(_, flipped)| *flipped);
    let bare =
        |pairs: Vec<(&(f64, f64), bool)>| pairs.into_iter().map(|(point, _)| *point).collect();
    (bare(flipped), bare(clean))
}

/// KL(teacher ‖ student) in nats.
fn divergence(teacher: &[f64], student: &[f64]) -> f64 {
    let pairs = log_probabilities(teacher).zip(log_probabilities(student));
    pairs
        .map(|(log_p, log_q)| log_p.exp() * (log_p - log_q))
        .sum()
}
