//! From plain data to the bytes that a key hashes.
//!
//! Every value stands behind its type and its length, the fields of a record in the order of their
//! names. No text format is hashed: JSON cannot tell `2⁵³` from `2⁵³ + 1`, nor hold a NaN.

use serde::de::value::Error;
use serde::ser::{self, Serialize, Serializer};

/// The types of values.
#[derive(Clone, Copy)]
enum Tag {
    None = 0,
    Bool = 1,
    Int = 2,
    Number = 3,
    Text = 4,
    List = 5,
    Record = 6,
}

/// The bytes of some plain data.
pub(super) fn encode(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut encoder = Encoder {
        bytes: Vec::with_capacity(USUAL),
    };
    value.serialize(&mut encoder)?;
    Ok(encoder.bytes)
}

/// More bytes than most tasks have.
const USUAL: usize = 4096;

struct Encoder {
    bytes: Vec<u8>,
}

/// Bytes before a value: its tag and its length.
const HEAD: usize = 9;

impl Encoder {
    fn value(&mut self, tag: Tag, bytes: &[u8]) {
        self.head(tag, bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    fn head(&mut self, tag: Tag, length: usize) {
        self.bytes.push(tag as u8);
        self.bytes.extend_from_slice(&(length as u64).to_le_bytes());
    }

    /// The record that an enum's variant with something in it is.
    fn variant(&mut self, name: &str) {
        self.head(Tag::Record, 1);
        self.value(Tag::Text, name.as_bytes());
    }

    fn open(&mut self, tag: Tag) -> Open<'_> {
        let start = self.bytes.len();
        self.head(tag, 0);
        Open {
            encoder: self,
            start,
            entries: Vec::with_capacity(16),
        }
    }
}

/// A list or a record whose end has not come.
struct Open<'a> {
    encoder: &'a mut Encoder,
    start: usize,
    /// Where each of its entries begins.
    entries: Vec<usize>,
}

impl Open<'_> {
    fn entry(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.entries.push(self.encoder.bytes.len());
        value.serialize(&mut *self.encoder)
    }

    fn field(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.entry(name)?;
        value.serialize(&mut *self.encoder)
    }

    fn close(self) {
        let length = (self.entries.len() as u64).to_le_bytes();
        self.encoder.bytes[self.start + 1..self.start + HEAD].copy_from_slice(&length);
    }

    /// Puts the fields into the order of their names.
    fn close_sorted(self) {
        let bytes = &self.encoder.bytes;
        let ends = self.entries.iter().skip(1).copied().chain([bytes.len()]);
        let mut fields: Vec<&[u8]> = self
            .entries
            .iter()
            .zip(ends)
            .map(|(start, end)| &bytes[*start..end])
            .collect();
        if !fields.is_sorted_by_key(|field| name(field)) {
            fields.sort_by_key(|field| name(field));
            let sorted = fields.concat();
            self.encoder.bytes[self.start + HEAD..].copy_from_slice(&sorted);
        }
        self.close();
    }
}

/// The name of a field.
fn name(field: &[u8]) -> &[u8] {
    let (head, rest) = field.split_at(HEAD);
    let length = head[1..]
        .iter()
        .rev()
        .fold(0, |n, byte| n << 8 | usize::from(*byte));
    &rest[..length]
}

impl<'a> Serializer for &'a mut Encoder {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Open<'a>;
    type SerializeTuple = Open<'a>;
    type SerializeTupleStruct = Open<'a>;
    type SerializeTupleVariant = Open<'a>;
    type SerializeMap = Open<'a>;
    type SerializeStruct = Open<'a>;
    type SerializeStructVariant = Open<'a>;

    /// What stands for something larger may stand for it here.
    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.value(Tag::Bool, &[u8::from(value)]);
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        self.value(Tag::Int, &value.to_le_bytes());
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        match i64::try_from(value) {
            Ok(value) => self.serialize_i64(value),
            // Told from all others by its length.
            Err(_) => {
                self.value(Tag::Int, &u128::from(value).to_le_bytes());
                Ok(())
            }
        }
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.serialize_f64(value.into())
    }

    /// There is one zero and one NaN.
    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        let value = match value.is_nan() {
            true => f64::NAN,
            false => value + 0.0,
        };
        self.value(Tag::Number, &value.to_bits().to_le_bytes());
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.value(Tag::Text, value.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.head(Tag::None, 0);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_none()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.variant(variant);
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'a>, Error> {
        Ok(self.open(Tag::List))
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'a>, Error> {
        Ok(self.open(Tag::List))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'a>, Error> {
        Ok(self.open(Tag::List))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'a>, Error> {
        self.variant(variant);
        Ok(self.open(Tag::List))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'a>, Error> {
        Ok(self.open(Tag::Record))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'a>, Error> {
        Ok(self.open(Tag::Record))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'a>, Error> {
        self.variant(variant);
        Ok(self.open(Tag::Record))
    }
}

impl ser::SerializeSeq for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.entry(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeTuple for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.entry(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeTupleStruct for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.entry(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeTupleVariant for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.entry(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.entry(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(&mut *self.encoder)
    }

    fn end(self) -> Result<(), Error> {
        self.close_sorted();
        Ok(())
    }
}

impl ser::SerializeStruct for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.field(name, value)
    }

    fn end(self) -> Result<(), Error> {
        self.close_sorted();
        Ok(())
    }
}

impl ser::SerializeStructVariant for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.field(name, value)
    }

    fn end(self) -> Result<(), Error> {
        self.close_sorted();
        Ok(())
    }
}
