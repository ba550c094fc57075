//! Data nodes: a source decoded, or data made of other data.

use kdp::plan::{DataFrom, DataSummary, DataTask};
use kdp::store::Slot;
use tch::TchError;

use super::NodeError;
use super::answers::Teller;
use super::node::{Product, json};
use super::objects::Objects;
use crate::data::{self, Feeder, Files, Making};
use crate::nets::{NetError, Precision};

/// Makes a data set and writes it down.
pub fn make(
    task: &DataTask,
    files: &Files,
    (objects, slot): (&Objects, &Slot),
    teller: &mut Teller,
) -> Result<Product, NodeError> {
    let tell = &mut |done, all| teller.count(done, all);
    let mut making = Making::new(objects.store, slot, tell);
    let set = match &task.from {
        DataFrom::Source { source, .. } => {
            data::decode(source, files, &task.shape.sample, &mut making)?
        }
        DataFrom::Join(first, second) => objects.set(*first)?.join(&objects.set(*second)?)?,
        DataFrom::Relabel { data, by } => {
            let set = objects.set(*data)?;
            let model = objects.model(*by, Precision::Fp32)?;
            let feeder = Feeder::new(&set.meta, objects.device());
            let labels = if set.train.is_empty() {
                vec![]
            } else {
                let all = set.train.len();
                let logits = model.logits(&set.train, &feeder, &mut |done| making.tell(done, all));
                let classes = |logits: tch::Tensor| -> Result<Vec<i64>, TchError> {
                    Vec::<i64>::try_from(logits.f_argmax(-1, false)?)
                };
                logits.and_then(classes).map_err(NetError::from)?
            };
            set.relabel(labels)?
        }
    };
    let set = set.finish(&task.transforms, &task.shape, &mut making)?;
    Ok(Product {
        blobs: vec![(data::META, json(&set.meta)?)],
        summary: serde_json::to_value(DataSummary {
            meta: set.meta.clone(),
            left_out: making.left_out(),
        })?,
        samples: data::splits(set),
        ..Product::default()
    })
}
