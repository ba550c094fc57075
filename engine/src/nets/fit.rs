//! A file of weights held against the tensors that a network wants.

use std::collections::{BTreeMap, BTreeSet};

use kdp::spec::{Fill, TensorSpec, matches};
use tch::{Kind, Tensor};

use super::misfit::{Misfit, Named, Reshaped, layer};
use super::{NetError, Share};
use crate::checkpoint::{Checkpoint, Place};

/// What PyTorch's `DataParallel` puts before every name.
const PARALLEL: &str = "module.";

/// What files converted from TensorFlow, the first of BERT's among them, call a layer norm's tensors.
const RENAMED: [(&str, &str); 2] = [(".gamma", ".weight"), (".beta", ".bias")];

/// Buffers that files of transformers before 4.31 hold, and networks do not: they count 0, 1, 2, …, or
/// are 0 throughout.
const CONSTANTS: [&str; 2] = ["position_ids", "token_type_ids"];

/// A share whose file has what the network wants, and nothing else but what is ignored.
pub struct Fit<'a> {
    share: &'a Share,
    /// The file's tensors, as the network would call them.
    places: BTreeMap<String, &'a Place>,
}

impl<'a> Fit<'a> {
    /// Holds a share's file against a network's tensors, all of them at once.
    ///
    /// # Errors
    /// [`NetError::Misfit`] names every tensor that is missing, too many or of another shape;
    /// [`NetError::NothingIgnored`] a pattern that ignores nothing.
    pub fn of(share: &'a Share, specs: &[TensorSpec]) -> Result<Self, NetError> {
        let own: BTreeSet<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        let fit = Self {
            share,
            places: places(&share.checkpoint, &own),
        };
        fit.hold_patterns(specs, &own)?;
        fit.hold_tensors(specs, &own)?;
        Ok(fit)
    }

    /// Its factor.
    pub fn weight(&self) -> f64 {
        self.share.weight
    }

    /// The values of a tensor; `None` where they are to be drawn. A count of batches that is missing
    /// is drawn too, which makes it 0: PyTorch before 0.4.1 kept none, and later ones load such files so.
    pub fn values(&self, spec: &TensorSpec) -> Result<Option<Tensor>, NetError> {
        let checkpoint = &self.share.checkpoint;
        let place = self.places.get(&spec.name);
        let Some(place) = place.filter(|_| !self.ignores(&spec.name)) else {
            return Ok(None);
        };
        let values = checkpoint.tensor(place)?;
        if spec.fill == Fill::Count {
            return Ok(Some(values));
        }
        let values = values.f_to_kind(Kind::Float)?;
        if values.f_isfinite()?.f_all()?.f_int64_value(&[])? == 0 {
            return Err(NetError::TensorValue {
                file: checkpoint.file().to_string(),
                tensor: spec.name.clone(),
            });
        }
        Ok(Some(values))
    }

    fn ignores(&self, tensor: &str) -> bool {
        let mut patterns = self.share.ignore.iter();
        patterns.any(|pattern| matches(pattern, tensor))
    }

    /// Refuses a pattern that ignores nothing, neither of the network nor of the file, and patterns that ignore all.
    fn hold_patterns(&self, specs: &[TensorSpec], own: &BTreeSet<&str>) -> Result<(), NetError> {
        let file = || self.share.checkpoint.file().to_string();
        if !specs.is_empty() && specs.iter().all(|spec| self.ignores(&spec.name)) {
            return Err(NetError::NothingTaken(file()));
        }
        let names = || {
            own.iter()
                .copied()
                .chain(self.places.keys().map(String::as_str))
        };
        let ignores_none = |pattern: &&String| !names().any(|name| matches(pattern, name));
        match self.share.ignore.iter().find(ignores_none) {
            None => Ok(()),
            Some(pattern) => Err(NetError::NothingIgnored {
                file: file(),
                pattern: pattern.clone(),
                like: specs.last().map_or("fc.*".into(), |spec| layer(&spec.name)),
            }),
        }
    }

    fn hold_tensors(&self, specs: &[TensorSpec], own: &BTreeSet<&str>) -> Result<(), NetError> {
        let mut misfit = Misfit::new(self.share.checkpoint.file(), specs.len());
        for spec in specs.iter().filter(|spec| !self.ignores(&spec.name)) {
            let (name, wanted) = (spec.name.clone(), spec.shape.clone());
            match self.places.get(&name) {
                None if spec.fill == Fill::Count => {}
                None => misfit.missing.push(Named {
                    name,
                    shape: wanted,
                }),
                Some(place) if place.shape != wanted => misfit.reshaped.push(Reshaped {
                    name,
                    found: place.shape.clone(),
                    wanted,
                    is_of_tokens: matches!(spec.fill, Fill::Embedding { .. }),
                }),
                Some(_) => misfit.common += 1,
            }
        }
        for (name, place) in &self.places {
            let last = name.rsplit('.').next().unwrap_or(name);
            let constant = CONSTANTS.contains(&last) && place.is_whole();
            if !own.contains(name.as_str()) && !self.ignores(name) && !constant {
                misfit.surplus.push(Named {
                    name: name.clone(),
                    shape: place.shape.clone(),
                });
            }
        }
        misfit.told()
    }
}

/// A file's tensors, as the network that has these would call them: a file of what is a part of it, such as the encoder of a
/// classifier, may lack what the network puts before the part's names.
fn places<'a>(checkpoint: &'a Checkpoint, own: &BTreeSet<&str>) -> BTreeMap<String, &'a Place> {
    let mut names = checkpoint.names();
    let parallel = names.all(|name| name.starts_with(PARALLEL))
        && !own.iter().any(|name| name.starts_with(PARALLEL));
    let prefix = if parallel { PARALLEL.len() } else { 0 };
    let short: Vec<&str> = checkpoint.names().map(|name| &name[prefix..]).collect();
    let part = part(&short, own).unwrap_or_default();
    let tensors = checkpoint.places().map(|(whole, place)| {
        let name = format!("{part}{}", &whole[prefix..]);
        let renamed = RENAMED.iter().find_map(|(old, new)| {
            let of_file = format!("{}{new}", whole.strip_suffix(old)?);
            let renamed = format!("{part}{}", &of_file[prefix..]);
            let wanted = own.contains(&*renamed) && !own.contains(&*name);
            (wanted && checkpoint.place(&of_file).is_none()).then_some(renamed)
        });
        (renamed.unwrap_or(name), place)
    });
    tensors.collect()
}

/// What a network puts before the names of a part, `bert.`, of which a file has the tensors: none of its names is the network's, and
/// most are behind that. As transformers loads a `BertModel` into a `BertForSequenceClassification`.
fn part(names: &[&str], own: &BTreeSet<&str>) -> Option<String> {
    if names.iter().any(|name| own.contains(name)) {
        return None;
    }
    let before = |name: &&str| {
        let part = own.iter().find_map(|own| own.strip_suffix(*name));
        part.filter(|part| part.ends_with('.')).map(str::to_string)
    };
    let part = names.iter().find_map(before)?;
    let behind = names
        .iter()
        .filter(|name| own.contains(&*format!("{part}{name}")));
    (2 * behind.count() > names.len()).then_some(part)
}
