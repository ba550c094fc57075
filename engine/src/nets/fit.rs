//! A file of weights held against the tensors that a network wants.

use std::collections::BTreeSet;

use kdp::spec::{Fill, TensorSpec, matches};
use tch::{Kind, Tensor};

use super::misfit::{Misfit, Named, Reshaped};
use super::{NetError, Share};

/// What PyTorch's `DataParallel` puts before every name.
const PARALLEL: &str = "module.";

/// Buffers that files of transformers before 4.31 hold, and networks do not: they count 0, 1, 2, …, or
/// are 0 throughout.
const CONSTANTS: [&str; 2] = ["position_ids", "token_type_ids"];

/// A share whose file has what the network wants, and nothing else but what is ignored.
pub struct Fit<'a> {
    share: &'a Share,
    /// What the file puts before every name.
    prefix: &'static str,
}

impl<'a> Fit<'a> {
    /// Holds a share's file against a network's tensors, all of them at once.
    ///
    /// # Errors
    /// [`NetError::Misfit`] names every tensor that is missing, too many or of another shape;
    /// [`NetError::NothingIgnored`] a pattern that ignores nothing.
    pub fn of(share: &'a Share, specs: &[TensorSpec]) -> Result<Self, NetError> {
        let own = |spec: &TensorSpec| spec.name.starts_with(PARALLEL);
        let mut names = share.checkpoint.names();
        let parallel = names.all(|name| name.starts_with(PARALLEL)) && !specs.iter().any(own);
        let fit = Self {
            share,
            prefix: if parallel { PARALLEL } else { "" },
        };
        fit.hold_patterns(specs)?;
        fit.hold_tensors(specs)?;
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
        let found = self.place(&spec.name).filter(|_| !self.ignores(&spec.name));
        let Some(place) = found else {
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

    fn place(&self, name: &str) -> Option<&crate::checkpoint::Place> {
        let whole = format!("{}{name}", self.prefix);
        self.share.checkpoint.place(&whole)
    }

    /// The file's names, as the network would call them.
    fn names(&self) -> impl Iterator<Item = &'a str> {
        let prefix = self.prefix.len();
        self.share
            .checkpoint
            .names()
            .map(move |name| &name[prefix..])
    }

    fn ignores(&self, tensor: &str) -> bool {
        let mut patterns = self.share.ignore.iter();
        patterns.any(|pattern| matches(pattern, tensor))
    }

    /// Refuses a pattern that ignores nothing, neither of the network nor of the file.
    fn hold_patterns(&self, specs: &[TensorSpec]) -> Result<(), NetError> {
        let of_net = specs.iter().map(|spec| spec.name.as_str());
        let names: Vec<&str> = of_net.chain(self.names()).collect();
        let ignores_none = |pattern: &&String| !names.iter().any(|name| matches(pattern, name));
        match self.share.ignore.iter().find(ignores_none) {
            None => Ok(()),
            Some(pattern) => Err(NetError::NothingIgnored {
                file: self.share.checkpoint.file().to_string(),
                pattern: pattern.clone(),
            }),
        }
    }

    fn hold_tensors(&self, specs: &[TensorSpec]) -> Result<(), NetError> {
        let mut misfit = Misfit::new(self.share.checkpoint.file(), specs.len());
        for spec in specs.iter().filter(|spec| !self.ignores(&spec.name)) {
            let (name, wanted) = (spec.name.clone(), spec.shape.clone());
            match self.place(&name) {
                None if spec.fill == Fill::Count => {}
                None => misfit.missing.push(Named {
                    name,
                    shape: wanted,
                }),
                Some(place) if place.shape != wanted => misfit.reshaped.push(Reshaped {
                    name,
                    found: place.shape.clone(),
                    wanted,
                }),
                Some(_) => {}
            }
        }
        let own: BTreeSet<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        for name in self.names() {
            let Some(place) = self.place(name) else {
                continue;
            };
            let last = name.rsplit('.').next().unwrap_or(name);
            let constant = CONSTANTS.contains(&last) && place.is_whole();
            if !own.contains(name) && !self.ignores(name) && !constant {
                misfit.surplus.push(Named {
                    name: name.to_string(),
                    shape: place.shape.clone(),
                });
            }
        }
        misfit.told()
    }
}
