//! The tensors of a state dict that `torch.save` pickled.

use std::ops::Range;

use tch::Kind;

use super::place::{Place, Storage};
use super::{Places, Reason};
use crate::pickle::{Id, Pickle, Value};

const TENSOR: &str = "torch._utils._rebuild_tensor_v2";
const OLD_TENSOR: &str = "torch._utils._rebuild_tensor";
const PARAMETER: &str = "torch._utils._rebuild_parameter";

/// What a pickle of tensors may ask for.
pub const NAMES: &[&str] = &[
    TENSOR,
    OLD_TENSOR,
    PARAMETER,
    "torch.FloatStorage",
    "torch.DoubleStorage",
    "torch.HalfStorage",
    "torch.BFloat16Storage",
    "torch.LongStorage",
    "torch.IntStorage",
    "torch.ShortStorage",
    "torch.CharStorage",
    "torch.ByteStorage",
    "torch.BoolStorage",
];

fn kind(storage: &str) -> Option<Kind> {
    Some(match storage {
        "torch.FloatStorage" => Kind::Float,
        "torch.DoubleStorage" => Kind::Double,
        "torch.HalfStorage" => Kind::Half,
        "torch.BFloat16Storage" => Kind::BFloat16,
        "torch.LongStorage" => Kind::Int64,
        "torch.IntStorage" => Kind::Int,
        "torch.ShortStorage" => Kind::Int16,
        "torch.CharStorage" => Kind::Int8,
        "torch.ByteStorage" => Kind::Uint8,
        "torch.BoolStorage" => Kind::Bool,
        _ => return None,
    })
}

/// A storage as the pickle speaks of it.
pub struct Wanted<'p> {
    /// Its key.
    pub key: &'p str,
    /// The type of its elements.
    pub kind: Kind,
    /// How many there are.
    pub count: i64,
}

impl Wanted<'_> {
    /// The storage, which lies there in the file.
    pub fn storage(&self, bytes: Range<usize>, swapped: bool) -> Result<Storage, Reason> {
        let promised = i128::from(self.count) * self.kind.elt_size_in_bytes() as i128;
        match bytes.len() as i128 == promised {
            true => Ok(Storage {
                kind: self.kind,
                bytes,
                swapped,
            }),
            false => Err(Reason::Length {
                storage: self.key.to_string(),
                found: bytes.len(),
                promised,
            }),
        }
    }
}

/// The storage that a persistent id means: `("storage", type, key, device, count)`, and in the older
/// form what it is a view of, which has been `None` since PyTorch 0.4.
pub fn wanted<'p>(pickle: &'p Pickle, id: Id) -> Option<Wanted<'p>> {
    let Value::Outside(id) = pickle.value(id) else {
        return None;
    };
    let [word, class, key, _, count, view @ ..] = pickle.items(*id)? else {
        return None;
    };
    let whole = view.iter().all(|view| *pickle.value(*view) == Value::None);
    let Value::Name(class) = pickle.value(*class) else {
        return None;
    };
    (pickle.text(*word) == Some("storage") && whole).then_some(Wanted {
        key: pickle.text(*key)?,
        kind: kind(class)?,
        count: pickle.int(*count)?,
    })
}

/// The tensors of the state dict in a pickle: what was pickled, or the one entry of it that is a dict
/// of nothing but tensors. `locate` says where a storage lies.
pub fn tensors(
    pickle: &Pickle,
    mut locate: impl FnMut(&Wanted) -> Result<Storage, Reason>,
) -> Result<Places, Reason> {
    let dict = state_dict(pickle)?;
    let mut places = Places::new();
    for (key, value) in pickle.entries(dict).unwrap_or_default() {
        let name = name(pickle, *key);
        let place = place(pickle, *value, &mut locate)?;
        places.insert(name.clone(), place.ok_or(Reason::View(name))?);
    }
    Ok(places)
}

/// What a tensor is called; a key that is no text is shown as what it is.
fn name(pickle: &Pickle, key: Id) -> String {
    let text = pickle.text(key).map(str::to_string);
    text.unwrap_or_else(|| pickle.value(key).kind().to_string())
}

fn state_dict(pickle: &Pickle) -> Result<Id, Reason> {
    let root = pickle.root;
    let Some(entries) = pickle.entries(root) else {
        return Err(Reason::NoDict(match tensor(pickle, root) {
            Some(_) => "a tensor",
            None => pickle.value(root).kind(),
        }));
    };
    let odd = entries
        .iter()
        .find(|(_, value)| tensor(pickle, *value).is_none());
    let Some((odd, value)) = odd else {
        return match entries {
            [] => Err(Reason::NoTensors),
            _ => Ok(root),
        };
    };
    let dicts: Vec<&(Id, Id)> = entries
        .iter()
        .filter(|(_, value)| holds_tensors(pickle, *value))
        .collect();
    match dicts[..] {
        [(_, dict)] => Ok(*dict),
        [] if entries
            .iter()
            .any(|(_, value)| tensor(pickle, *value).is_some()) =>
        {
            Err(Reason::NoTensor {
                name: name(pickle, *odd),
                kind: pickle.value(*value).kind(),
            })
        }
        [] => Err(Reason::NoTensors),
        _ => {
            let names = dicts
                .iter()
                .map(|(key, _)| format!("`{}`", name(pickle, *key)));
            Err(Reason::Several(names.collect::<Vec<_>>().join(", ")))
        }
    }
}

/// Whether a value is a dict of nothing but tensors.
fn holds_tensors(pickle: &Pickle, dict: Id) -> bool {
    let entries = pickle.entries(dict).unwrap_or_default();
    let mut values = entries.iter().map(|(_, value)| tensor(pickle, *value));
    !entries.is_empty() && values.all(|tensor| tensor.is_some())
}

/// The arguments a tensor was pickled with; those of a parameter's tensor.
fn tensor<'p>(pickle: &'p Pickle, id: Id) -> Option<&'p [Id]> {
    let call = |id: Id| match pickle.value(id) {
        Value::Call {
            name, arguments, ..
        } => Some((*name, arguments.as_slice())),
        _ => None,
    };
    let (name, arguments) = match call(id)? {
        (PARAMETER, [tensor, ..]) => call(*tensor)?,
        other => other,
    };
    matches!(name, TENSOR | OLD_TENSOR).then_some(arguments)
}

/// Where a tensor lies; `None` where it is described as no tensor is.
fn place(
    pickle: &Pickle,
    id: Id,
    locate: &mut impl FnMut(&Wanted) -> Result<Storage, Reason>,
) -> Result<Option<Place>, Reason> {
    let Some([storage, offset, shape, strides, ..]) = tensor(pickle, id) else {
        return Ok(None);
    };
    let numbers = || {
        let wanted = wanted(pickle, *storage)?;
        let view = (
            pickle.int(*offset)?,
            pickle.ints(*shape)?,
            pickle.ints(*strides)?,
        );
        Some((wanted, view))
    };
    let Some((wanted, (offset, shape, strides))) = numbers() else {
        return Ok(None);
    };
    Ok(Place::new(&locate(&wanted)?, offset, shape, strides))
}
