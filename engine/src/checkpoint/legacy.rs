//! PyTorch's files before 1.6: five pickles one after the other (a magic number, the version of the
//! form, what the machine was like, what was saved, the keys of its storages in order), then for each
//! storage the count of its elements (i64) and their bytes, the smallest byte first whatever the machine.

use std::collections::HashMap;
use std::ops::Range;

use kdp::spec::{NoWeights, PICKLE};
use tch::Kind;

use super::state_dict::{NAMES, tensors as tensors_of, wanted};
use super::{Places, Reason};
use crate::pickle::{self, Pickle, Problem, Value};

const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;
const VERSION: i128 = 1001;

/// Its tensors.
pub fn tensors(bytes: &[u8]) -> Result<Places, Reason> {
    let magic = first(bytes)?;
    if *magic.value(magic.root) != Value::Int(MAGIC) {
        return Err(Reason::PlainPickle);
    }
    let version = read(bytes, magic.end, &[])?;
    if *version.value(version.root) != Value::Int(VERSION) {
        return Err(Reason::PlainPickle);
    }
    let machine = read(bytes, version.end, &[])?;
    let saved = read(bytes, machine.end, NAMES)?;
    let keys = read(bytes, saved.end, &[])?;
    let storages = storages(bytes, &keys, &kinds(&saved))?;
    tensors_of(&saved, |wanted| {
        let missing = || Reason::NoEntry(wanted.key.to_string());
        let range = storages.get(wanted.key).ok_or_else(missing)?;
        wanted.storage(range.clone(), false)
    })
}

/// The first pickle. What is none at all may be any file.
fn first(bytes: &[u8]) -> Result<Pickle<'_>, Reason> {
    pickle::read(bytes, 0, &[]).map_err(|error| {
        if bytes.starts_with(&[PICKLE]) || matches!(error.problem, Problem::Foreign(_)) {
            return Reason::Pickle(error);
        }
        NoWeights::unknown(bytes).into()
    })
}

fn read<'a>(
    bytes: &'a [u8],
    at: usize,
    names: &'static [&'static str],
) -> Result<Pickle<'a>, Reason> {
    pickle::read(bytes, at, names).map_err(Reason::Pickle)
}

/// The types of the storages that a pickle speaks of, by key.
fn kinds<'p>(pickle: &'p Pickle) -> HashMap<&'p str, Kind> {
    let wanted = pickle.ids().filter_map(|id| wanted(pickle, id));
    wanted.map(|wanted| (wanted.key, wanted.kind)).collect()
}

/// Where each storage lies.
fn storages<'p>(
    bytes: &[u8],
    keys: &'p Pickle,
    kinds: &HashMap<&str, Kind>,
) -> Result<HashMap<&'p str, Range<usize>>, Reason> {
    let mut storages = HashMap::new();
    let mut at = keys.end;
    for key in keys.items(keys.root).unwrap_or_default() {
        let key = keys.text(*key).ok_or(Reason::PlainPickle)?;
        let missing = || Reason::NoEntry(key.to_string());
        let kind = kinds.get(key).ok_or_else(missing)?;
        let head = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>());
        let head = head.ok_or(Reason::Truncated)?;
        let start = at + head.len();
        let length = usize::try_from(u64::from_le_bytes(*head)).ok();
        let length = length.and_then(|count| count.checked_mul(kind.elt_size_in_bytes()));
        let end = length.and_then(|length| start.checked_add(length));
        at = end
            .filter(|end| *end <= bytes.len())
            .ok_or(Reason::Truncated)?;
        storages.insert(key, start..at);
    }
    Ok(storages)
}
