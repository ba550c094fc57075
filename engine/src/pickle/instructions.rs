//! What each instruction does to the stack.

use std::borrow::Cow;

use super::Problem;
use super::cursor::text;
use super::literals;
use super::machine::{Machine, ORDERED_DICT};
use super::opcode::*;
use super::value::{Id, Value};

impl<'a> Machine<'a> {
    /// Obeys one instruction; after the last one, what was pickled.
    pub(super) fn step(&mut self) -> Result<Option<Id>, Problem> {
        self.spend(1)?;
        let instruction = self.cursor.u8()?;
        if instruction == STOP {
            return self.pop().map(Some);
        }
        if let Some(value) = self.literal(instruction)? {
            self.push(value);
            return Ok(None);
        }
        match instruction {
            PROTO => match self.cursor.u8()? {
                ..=5 => {}
                newer => return Err(Problem::Protocol(newer)),
            },
            // How many bytes belong together says nothing to who has them all.
            FRAME => _ = self.cursor.take(8)?,
            MARK => self.mark(),
            POP => self.discard()?,
            POP_MARK => _ = self.pop_mark()?,
            DUP => {
                let top = self.top()?;
                self.push_again(top);
            }
            PUT | BINPUT | LONG_BINPUT | MEMOIZE => {
                let number = match instruction {
                    MEMOIZE => None,
                    put => Some(self.number(put)?),
                };
                self.keep(number)?;
            }
            GET | BINGET | LONG_BINGET => {
                let number = self.number(instruction)?;
                self.recall(number)?;
            }
            TUPLE | LIST | DICT | APPEND | APPENDS | SETITEM | SETITEMS | TUPLE1 | TUPLE2
            | TUPLE3 => self.gather(instruction)?,
            other => self.refer(other)?,
        }
        Ok(None)
    }

    /// The value that an instruction spells out.
    fn literal(&mut self, instruction: u8) -> Result<Option<Value<'a>>, Problem> {
        let cursor = &mut self.cursor;
        let of_text = |bytes| Ok::<_, Problem>(Value::Text(Cow::Borrowed(text(bytes)?)));
        let of_bytes = |bytes| Value::Bytes(Cow::Borrowed(bytes));
        Ok(Some(match instruction {
            NONE => Value::None,
            NEWTRUE => Value::Bool(true),
            NEWFALSE => Value::Bool(false),
            INT => literals::int(cursor.word()?)?,
            BININT => Value::Int(cursor.i32()?.into()),
            BININT1 => Value::Int(cursor.u8()?.into()),
            BININT2 => Value::Int(cursor.u16()?.into()),
            LONG => literals::long(cursor.word()?)?,
            LONG1 => literals::binary_long(cursor.counted_by_1()?)?,
            LONG4 => literals::binary_long(cursor.counted_by_4()?)?,
            FLOAT => literals::float(cursor.word()?)?,
            BINFLOAT => Value::Float(cursor.f64()?),
            STRING => literals::string(cursor.line()?)?,
            UNICODE => literals::unicode(cursor.line()?)?,
            SHORT_BINUNICODE => of_text(cursor.counted_by_1()?)?,
            BINUNICODE => of_text(cursor.counted_by_4()?)?,
            BINUNICODE8 => of_text(cursor.counted_by_8()?)?,
            SHORT_BINSTRING | SHORT_BINBYTES => of_bytes(cursor.counted_by_1()?),
            BINSTRING | BINBYTES => of_bytes(cursor.counted_by_4()?),
            BINBYTES8 | BYTEARRAY8 => of_bytes(cursor.counted_by_8()?),
            EMPTY_TUPLE => Value::Tuple(vec![]),
            EMPTY_LIST => Value::List(vec![]),
            EMPTY_DICT => Value::Dict(vec![]),
            _ => return Ok(None),
        }))
    }

    /// The number of what is kept or taken out again.
    fn number(&mut self, instruction: u8) -> Result<u64, Problem> {
        Ok(match instruction {
            BINPUT | BINGET => self.cursor.u8()?.into(),
            LONG_BINPUT | LONG_BINGET => self.cursor.u32()?.into(),
            _ => {
                let word = self.cursor.word()?;
                let wrong = |_| Problem::Number(word.chars().take(40).collect());
                word.trim().parse().map_err(wrong)?
            }
        })
    }

    /// Drops the topmost value, or the mark if that is topmost.
    fn discard(&mut self) -> Result<(), Problem> {
        match self.pop() {
            Ok(_) => Ok(()),
            Err(_) => self.pop_mark().map(|_| ()),
        }
    }

    /// Puts values into containers.
    fn gather(&mut self, instruction: u8) -> Result<(), Problem> {
        let items = match instruction {
            TUPLE1 | APPEND => self.pop_many(1)?,
            TUPLE2 | SETITEM => self.pop_many(2)?,
            TUPLE3 => self.pop_many(3)?,
            _ => self.pop_mark()?,
        };
        match instruction {
            LIST => self.push(Value::List(items)),
            DICT => {
                let pairs = pairs(&items)?;
                self.push(Value::Dict(pairs));
            }
            APPEND | APPENDS => {
                let list = self.top()?;
                match self.value(list) {
                    Value::List(list) => list.extend(items),
                    other => return Err(wrong(other, "a list")),
                }
            }
            SETITEM | SETITEMS => {
                let dict = self.top()?;
                match self.value(dict) {
                    Value::Dict(dict) => dict.extend(pairs(&items)?),
                    other => return Err(wrong(other, "a dict")),
                }
            }
            _ => self.push(Value::Tuple(items)),
        }
        Ok(())
    }

    /// Speaks of the world outside: names, calls, and what would be made of classes.
    fn refer(&mut self, instruction: u8) -> Result<(), Problem> {
        match instruction {
            GLOBAL => {
                let (module, name) = (self.cursor.word()?, self.cursor.word()?);
                self.push_name(module, name)
            }
            STACK_GLOBAL => {
                let (name, module) = (self.pop()?, self.pop()?);
                match (self.value(module).clone(), self.value(name).clone()) {
                    (Value::Text(module), Value::Text(name)) => self.push_name(&module, &name),
                    (Value::Text(_), other) | (other, _) => Err(wrong(&other, "a name")),
                }
            }
            REDUCE => self.call(),
            BUILD => self.set_state(),
            PERSID => {
                let word = self.cursor.word()?;
                self.push(Value::Text(Cow::Borrowed(word)));
                self.outside()
            }
            BINPERSID => self.outside(),
            INST => {
                let (module, name) = (self.cursor.word()?, self.cursor.word()?);
                // Names that are allowed are refused here as well: nothing that is read is written so.
                Err(Problem::Foreign(super::machine::shown(&format!(
                    "{module}.{name}"
                ))))
            }
            OBJ | NEWOBJ | NEWOBJ_EX => Err(Problem::Makes("makes an object of a class")),
            EXT1 | EXT2 | EXT4 => Err(Problem::Makes("asks for an object by its number")),
            EMPTY_SET | ADDITEMS | FROZENSET => Err(Problem::Makes("holds a set")),
            NEXT_BUFFER | READONLY_BUFFER => Err(Problem::Makes("has a buffer outside of itself")),
            other => Err(Problem::Unknown(other)),
        }
    }

    /// Puts a call down. Only an `OrderedDict` is what it would give.
    fn call(&mut self) -> Result<(), Problem> {
        let (arguments, called) = (self.pop()?, self.pop()?);
        let name = match self.value(called) {
            Value::Name(name) => *name,
            other => return Err(wrong(other, "a name to call")),
        };
        let arguments = self.items(arguments, "the arguments of a call")?;
        if name != ORDERED_DICT {
            self.push(Value::Call {
                name,
                arguments,
                state: None,
            });
            return Ok(());
        }
        // Python 2 gave it all its items at once.
        let mut items = vec![];
        if let Some(given) = arguments.first() {
            for pair in self.items(*given, "the items of a dict")? {
                items.extend(self.items(pair, "an item of a dict")?);
            }
        }
        let items = pairs(&items)?;
        self.push(Value::Dict(items));
        Ok(())
    }

    /// Gives a call its state. A dict's attributes (`_metadata`) are left out.
    fn set_state(&mut self) -> Result<(), Problem> {
        let (given, of) = (self.pop()?, self.top()?);
        match self.value(of) {
            Value::Call { state, .. } => *state = Some(given),
            Value::Dict(_) => {}
            other => return Err(wrong(other, "something with a state")),
        }
        Ok(())
    }

    fn outside(&mut self) -> Result<(), Problem> {
        let id = self.pop()?;
        self.push(Value::Outside(id));
        Ok(())
    }
}

/// Keys and values of a dict, which come one after the other.
fn pairs(items: &[Id]) -> Result<Vec<(Id, Id)>, Problem> {
    match items.as_chunks::<2>() {
        (pairs, []) => Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect()),
        _ => Err(Problem::Underflow),
    }
}

fn wrong(value: &Value, wanted: &'static str) -> Problem {
    let found = value.kind();
    Problem::Kind { found, wanted }
}
