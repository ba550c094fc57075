//! The stack machine: its stack, its marks and what it keeps.

use std::collections::HashMap;

use super::cursor::Cursor;
use super::value::{Id, Pickle, Value};
use super::{PickleError, Problem};

/// Instructions that one pickle may have, and values that it may copy. Each leaves a handful of words
/// behind, so this bounds the memory too. A network of ten thousand tensors takes a tenth of it.
const LONGEST: usize = 4 << 20;

/// The plain container that Python itself writes by a call.
pub(super) const ORDERED_DICT: &str = "collections.OrderedDict";

/// Reads the pickle that begins at a byte of a file, with the names that it may use
/// (`module.name`; `collections.OrderedDict` may always be used).
///
/// # Errors
/// The pickle is damaged, uses another name, or is more than data.
pub fn read<'a>(
    bytes: &'a [u8],
    at: usize,
    names: &'static [&'static str],
) -> Result<Pickle<'a>, PickleError> {
    let mut machine = Machine {
        cursor: Cursor::new(bytes, at),
        names,
        values: vec![],
        stack: vec![],
        marks: vec![],
        memo: HashMap::new(),
        spent: 0,
    };
    loop {
        let at = machine.cursor.at;
        if let Some(root) = machine
            .step()
            .map_err(|problem| PickleError { at, problem })?
        {
            return Ok(Pickle {
                values: machine.values,
                root,
                end: machine.cursor.at,
            });
        }
    }
}

/// A machine at work.
pub(super) struct Machine<'a> {
    pub(super) cursor: Cursor<'a>,
    names: &'static [&'static str],
    pub(super) values: Vec<Value<'a>>,
    stack: Vec<Id>,
    /// How high the stack was at each mark.
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
    spent: usize,
}

impl<'a> Machine<'a> {
    /// Counts work against what one pickle may ask for.
    pub(super) fn spend(&mut self, work: usize) -> Result<(), Problem> {
        self.spent = self.spent.saturating_add(work);
        match self.spent > LONGEST {
            true => Err(Problem::Long(LONGEST)),
            false => Ok(()),
        }
    }

    pub(super) fn push(&mut self, value: Value<'a>) {
        // No more values than instructions, of which there are at most `LONGEST`.
        let id = Id(self.values.len() as u32);
        self.values.push(value);
        self.stack.push(id);
    }

    pub(super) fn push_again(&mut self, id: Id) {
        self.stack.push(id);
    }

    /// Takes the topmost value. What lies under a mark is out of reach.
    pub(super) fn pop(&mut self) -> Result<Id, Problem> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let above = self.stack.len() > floor;
        let top = if above { self.stack.pop() } else { None };
        top.ok_or(Problem::Underflow)
    }

    /// The topmost value, which stays.
    pub(super) fn top(&mut self) -> Result<Id, Problem> {
        let top = self.pop()?;
        self.stack.push(top);
        Ok(top)
    }

    /// The topmost `count` values, the lowest first.
    pub(super) fn pop_many(&mut self, count: usize) -> Result<Vec<Id>, Problem> {
        let mut many = vec![];
        for _ in 0..count {
            many.push(self.pop()?);
        }
        many.reverse();
        Ok(many)
    }

    pub(super) fn mark(&mut self) {
        self.marks.push(self.stack.len());
    }

    /// All values above the last mark, and the mark.
    pub(super) fn pop_mark(&mut self) -> Result<Vec<Id>, Problem> {
        let floor = self.marks.pop().ok_or(Problem::Underflow)?;
        Ok(self.stack.split_off(floor))
    }

    /// Keeps the topmost value under a number; under the next one where none is given.
    pub(super) fn keep(&mut self, number: Option<u64>) -> Result<(), Problem> {
        let top = self.top()?;
        let number = number.unwrap_or(self.memo.len() as u64);
        self.memo.insert(number, top);
        Ok(())
    }

    /// Pushes what was kept under a number.
    pub(super) fn recall(&mut self, number: u64) -> Result<(), Problem> {
        let kept = self.memo.get(&number).ok_or(Problem::Memo(number))?;
        self.stack.push(*kept);
        Ok(())
    }

    pub(super) fn value(&mut self, id: Id) -> &mut Value<'a> {
        &mut self.values[id.0 as usize]
    }

    /// A tuple's or a list's items.
    pub(super) fn items(&mut self, id: Id, wanted: &'static str) -> Result<Vec<Id>, Problem> {
        let items = match self.value(id) {
            Value::Tuple(items) | Value::List(items) => items.clone(),
            other => {
                let found = other.kind();
                return Err(Problem::Kind { found, wanted });
            }
        };
        self.spend(items.len())?;
        Ok(items)
    }

    /// Pushes a name, if it is one of those that are allowed.
    pub(super) fn push_name(&mut self, module: &str, name: &str) -> Result<(), Problem> {
        let whole = format!("{module}.{name}");
        let mut known = self.names.iter().copied().chain([ORDERED_DICT]);
        let known = known.find(|known| *known == whole);
        self.push(Value::Name(known.ok_or(Problem::Foreign(shown(&whole)))?));
        Ok(())
    }
}

/// A name as an error shows it, whatever stands in it.
pub(super) fn shown(name: &str) -> String {
    name.chars()
        .take(100)
        .flat_map(|letter| match letter.is_control() {
            true => letter.escape_default().collect::<Vec<_>>(),
            false => vec![letter],
        })
        .collect()
}
