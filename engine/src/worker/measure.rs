//! Nodes that measure models.

use kdp::plan::{MeasureTask, fields_to_json};

use super::NodeError;
use super::answers::Teller;
use super::node::{Product, json};
use super::objects::Objects;
use crate::blob::Blob;
use crate::measure::{self, Class, Fields, Labels, Logits, MeasureError, Space};
use crate::nets::Precision;

/// Measures models on a split.
pub fn measure(
    task: &MeasureTask,
    objects: &Objects,
    teller: &mut Teller,
) -> Result<Product, NodeError> {
    let on = objects.split(&task.on)?;
    if on.samples.is_empty() {
        return Err(MeasureError::Empty.into());
    }
    let name = task.measure.name.as_str();
    let bad = |argument: &str| MeasureError::Argument {
        measure: name.to_string(),
        argument: argument.to_string(),
    };
    let (mut before, all) = (0, on.samples.len() * task.models.len());
    let mut logits = |role: &str| -> Result<Logits, NodeError> {
        let key = task.models.get(role).ok_or_else(|| bad(role))?;
        let model = objects.model(*key, Precision::Fp32)?;
        let mut told = |done| teller.count(before + done, all);
        let outputs = &objects.outputs;
        let logits = outputs.split(*key, model.as_ref(), &task.on, &on, &mut told)?;
        before += on.samples.len();
        Ok(Logits::of(role, &logits)?)
    };
    let labels = Labels {
        given: &on.samples.labels,
        truth: &on.samples.true_labels,
    };
    let labelled = || match on.samples.labelled() == on.samples.len() {
        true => Ok(labels),
        false => Err(MeasureError::Unlabelled(name.to_string())),
    };
    let mut blobs = Vec::new();
    let fields: Fields = match name {
        "accuracy" => measure::accuracy(&logits("model")?, labelled()?),
        "calibration" => measure::calibration(&logits("model")?, labelled()?.given),
        "deviation" => {
            let class = match task.measure.text("class") {
                Some("teacher") => Class::Teacher,
                Some("truth") => Class::Truth,
                _ => return Err(bad("class").into()),
            };
            let space = match task.measure.text("space") {
                Some("logit") => Space::Logit,
                Some("probability") => Space::Probability,
                _ => return Err(bad("space").into()),
            };
            let (student, teacher) = (logits("student")?, logits("teacher")?);
            let deviation = measure::deviation(&student, &teacher, labels, class, space)?;
            let mut points = Blob::default();
            points.f64("x", &deviation.x);
            points.f64("y", &deviation.y);
            points.i64("label", labels.given);
            points.i64("true_label", labels.truth);
            let flipped: Vec<u8> = labels.flipped().map(u8::from).collect();
            points.u8("flipped", &[flipped.len() as i64], &flipped);
            points.i64("index", &on.samples.index);
            let points = points.bytes()?;
            blobs.push(("points.safetensors", points));
            deviation.fields
        }
        other => return Err(MeasureError::Unknown(other.to_string()).into()),
    };
    let fields = fields_to_json(&fields);
    blobs.insert(0, ("result.json", json(&fields)?));
    Ok(Product {
        blobs,
        summary: fields,
        ..Product::default()
    })
}
