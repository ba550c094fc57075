//! Parameters that are stepped together.

use kdp::spec::TensorSpec;
use tch::{Device, Kind, TchError, Tensor};

/// Parameters that lie one after the other in one flat tensor, so that an optimiser's step is a
/// handful of operations however many layers there are; the layers see them through views.
pub struct Part {
    specs: Vec<TensorSpec>,
    tensors: Vec<Tensor>,
    flat: Tensor,
    /// Copies on other devices, whose gradients are added to its own.
    copies: Vec<Part>,
}

/// The dimensions of a convolution's weight in memory order, and the way back.
const TO_LAST: [i64; 4] = [0, 2, 3, 1];
const FROM_LAST: [i64; 4] = [0, 3, 1, 2];

/// A flat stretch of memory as a tensor of the spec's shape; weights of convolutions lie in
/// channels-last order.
fn view(stretch: &Tensor, spec: &TensorSpec) -> Result<Tensor, TchError> {
    match spec.shape[..] {
        [out, channels, height, width] => stretch
            .f_view([out, height, width, channels])?
            .f_permute(FROM_LAST),
        _ => stretch.f_view(spec.shape.as_slice()),
    }
}

/// A tensor of a spec's shape as a flat stretch, in memory order.
fn flatten(tensor: &Tensor) -> Result<Tensor, TchError> {
    match tensor.dim() {
        4 => tensor.f_permute(TO_LAST)?.f_reshape([-1]),
        _ => tensor.f_reshape([-1]),
    }
}

impl Part {
    /// Parameters of zeros.
    pub(super) fn zeros(specs: Vec<TensorSpec>, device: Device) -> Result<Part, TchError> {
        let count: i64 = specs.iter().map(TensorSpec::count).sum();
        let mut part = Part {
            flat: Tensor::f_zeros([count], (Kind::Float, device))?,
            tensors: vec![],
            copies: vec![],
            specs,
        };
        let views = part.cut(&part.flat)?.into_iter();
        part.tensors = views
            .map(|(_, view)| view.f_detach())
            .collect::<Result<_, _>>()?;
        Ok(part)
    }

    /// Has all of them be of another kind, for the layers that hold them too.
    pub(super) fn cast(&self, kind: Kind) -> Result<(), TchError> {
        let flat = self.flat.f_to_kind(kind)?;
        self.flat.shallow_clone().f_set_data(&flat)?;
        for (tensor, (_, values)) in self.tensors.iter().zip(self.cut(&self.flat)?) {
            tensor.shallow_clone().f_set_data(&values)?;
        }
        Ok(())
    }

    /// The same parameters once more.
    pub fn share(&self) -> Part {
        Part {
            specs: self.specs.clone(),
            tensors: self.tensors.iter().map(Tensor::shallow_clone).collect(),
            flat: self.flat.shallow_clone(),
            copies: self.copies.iter().map(Part::share).collect(),
        }
    }

    /// Takes a part as a copy of its own.
    pub(super) fn add_copy(&mut self, copy: &Part) {
        self.copies.push(copy.share());
    }

    /// Gives its values to its copies.
    pub fn renew_copies(&self) -> Result<(), TchError> {
        for copy in &self.copies {
            copy.flat.shallow_clone().f_copy_(&self.flat)?;
        }
        Ok(())
    }

    /// Itself and its copies.
    fn replicas(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(self).chain(&self.copies)
    }

    /// All of them in one flat tensor.
    pub fn flat(&self) -> &Tensor {
        &self.flat
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.specs.is_empty()
    }

    /// The parameters by name.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        let names = self.specs.iter().map(|spec| spec.name.as_str());
        names.zip(&self.tensors)
    }

    /// Makes them trainable.
    pub fn require_gradients(&self) -> Result<(), TchError> {
        for tensor in self.replicas().flat_map(|part| &part.tensors) {
            let _ = tensor.f_set_requires_grad(true)?;
        }
        Ok(())
    }

    /// A tensor like [`Part::flat`], cut into each parameter's stretch.
    pub fn cut(&self, flat: &Tensor) -> Result<Vec<(&str, Tensor)>, TchError> {
        let mut at = 0;
        let pieces = self.specs.iter().map(|spec| {
            let stretch = flat.f_narrow(0, at, spec.count())?;
            at += spec.count();
            Ok((spec.name.as_str(), view(&stretch, spec)?))
        });
        pieces.collect()
    }
}

/// The gradients of a loss by each part and its copies together, flat; 0 for a parameter that the loss does
/// not hang on. They are added in the order of the copies, so that the same ones give the same bits.
pub fn gradients(loss: &Tensor, parts: &[&Part]) -> Result<Vec<Tensor>, TchError> {
    let replicas: Vec<&Part> = parts.iter().flat_map(|part| part.replicas()).collect();
    let mut found = gradients_by_each(loss, &replicas)?.into_iter();
    parts
        .iter()
        .map(|part| sum(found.by_ref().take(1 + part.copies.len())))
        .collect()
}

/// The sum of tensors in their order, on the first one's device.
fn sum(mut tensors: impl Iterator<Item = Tensor>) -> Result<Tensor, TchError> {
    let mut sum = tensors.next().unwrap_or_default();
    for tensor in tensors {
        sum = sum.f_add_(&tensor.f_to_device(sum.device())?)?;
    }
    Ok(sum)
}

fn gradients_by_each(loss: &Tensor, parts: &[&Part]) -> Result<Vec<Tensor>, TchError> {
    let parameters: Vec<&Tensor> = parts.iter().flat_map(|part| &part.tensors).collect();
    let found = if loss.requires_grad() {
        Tensor::f_run_backward(&[loss], &parameters, false, false)?
    } else {
        vec![]
    };
    let mut found = found.into_iter();
    let flat = |parameter: &Tensor| match found.next() {
        Some(gradient) if gradient.defined() => flatten(&gradient),
        _ => parameter.f_zeros_like()?.f_reshape([-1]),
    };
    let mut flat = parameters.into_iter().map(flat);
    parts
        .iter()
        .map(|part| {
            let own = flat.by_ref().take(part.specs.len());
            Tensor::f_cat(&own.collect::<Result<Vec<_>, _>>()?, 0)
        })
        .collect()
}
