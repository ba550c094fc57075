//! Files of weights, whatever their form: named tensors. A file is safetensors, or what PyTorch's
//! `torch.save` writes: a zip archive, or the older form of pickles with the tensors' bytes behind.
//! Which it is tells its content. Tensors stay bytes of the file until they are asked for: in memory where the file
//! is a user's, who may write to it at any time, and mapped where it is the store's.

mod archive;
mod error;
mod legacy;
mod place;
mod safe;
mod state_dict;

use std::collections::BTreeMap;
use std::path::Path;

use kdp::spec::Form;
use tch::{TchError, Tensor};

pub use error::{CheckpointError, Reason};
pub use place::Place;

/// Tensors by name.
type Places = BTreeMap<String, Place>;

/// A file of weights.
pub struct Checkpoint {
    file: String,
    bytes: Box<dyn AsRef<[u8]>>,
    tensors: Places,
}

impl Checkpoint {
    /// A file's tensors. Its ending must not contradict its content.
    ///
    /// # Errors
    /// It is no file of weights, a damaged one, or one that is more than data.
    pub fn open(path: &Path, bytes: impl AsRef<[u8]> + 'static) -> Result<Self, CheckpointError> {
        let called = Form::called(path);
        Self::read(path.display().to_string(), bytes, called)
    }

    /// The tensors of bytes that have no path; what errors call them is given.
    ///
    /// # Errors
    /// As [`Checkpoint::open`].
    pub fn of_bytes(
        name: &str,
        bytes: impl AsRef<[u8]> + 'static,
    ) -> Result<Self, CheckpointError> {
        Self::read(name.to_string(), bytes, None)
    }

    fn read(
        file: String,
        bytes: impl AsRef<[u8]> + 'static,
        called: Option<Form>,
    ) -> Result<Self, CheckpointError> {
        match tensors(bytes.as_ref(), called) {
            Ok(tensors) => Ok(Self {
                file,
                bytes: Box::new(bytes),
                tensors,
            }),
            Err(reason) => Err(CheckpointError { file, reason }),
        }
    }

    /// What errors call the file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The names of its tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Where its tensors lie and what they are, by name, sorted.
    pub fn places(&self) -> impl Iterator<Item = (&str, &Place)> {
        let places = self.tensors.iter();
        places.map(|(name, place)| (name.as_str(), place))
    }

    /// Where a tensor lies, and what it is.
    pub fn place(&self, name: &str) -> Option<&Place> {
        self.tensors.get(name)
    }

    /// A tensor in memory of its own.
    ///
    /// # Errors
    /// libtorch has no memory for it.
    pub fn tensor(&self, place: &Place) -> Result<Tensor, TchError> {
        place.read((*self.bytes).as_ref())
    }
}

fn tensors(bytes: &[u8], called: Option<Form>) -> Result<Places, Reason> {
    match Form::of(bytes, called)? {
        Form::Safetensors => safe::tensors(bytes),
        Form::Archive => archive::tensors(bytes),
        Form::Legacy => legacy::tensors(bytes),
    }
}
