//! A place in a file, from which bytes are taken.

use super::Problem;

/// Bytes, and how many of them are taken.
pub struct Cursor<'a> {
    bytes: &'a [u8],
    /// The next byte's place.
    pub at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// The next bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Problem> {
        let end = self.at.checked_add(count).ok_or(Problem::Truncated)?;
        let taken = self.bytes.get(self.at..end).ok_or(Problem::Truncated)?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| Problem::Truncated)
    }

    pub fn u8(&mut self) -> Result<u8, Problem> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub fn u16(&mut self) -> Result<u16, Problem> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub fn u32(&mut self) -> Result<u32, Problem> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub fn i32(&mut self) -> Result<i32, Problem> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    /// The one number that a pickle writes with its largest byte first.
    pub fn f64(&mut self) -> Result<f64, Problem> {
        Ok(f64::from_be_bytes(self.array()?))
    }

    /// As many bytes as the byte before them says.
    pub fn counted_by_1(&mut self) -> Result<&'a [u8], Problem> {
        let count = self.u8()?;
        self.take(count.into())
    }

    /// As many bytes as the four bytes before them say.
    pub fn counted_by_4(&mut self) -> Result<&'a [u8], Problem> {
        let count = self.u32()?;
        self.take(usize::try_from(count).map_err(|_| Problem::Truncated)?)
    }

    /// As many bytes as the eight bytes before them say.
    pub fn counted_by_8(&mut self) -> Result<&'a [u8], Problem> {
        let count = u64::from_le_bytes(self.array()?);
        self.take(usize::try_from(count).map_err(|_| Problem::Truncated)?)
    }

    /// The rest of the line, without its end.
    pub fn line(&mut self) -> Result<&'a [u8], Problem> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let ends = rest.iter().position(|byte| *byte == b'\n');
        let line = self.take(ends.ok_or(Problem::Truncated)?)?;
        self.at += 1;
        Ok(line)
    }

    /// The rest of the line, as text.
    pub fn word(&mut self) -> Result<&'a str, Problem> {
        text(self.line()?)
    }
}

/// Bytes as text.
pub fn text(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|_| Problem::Text)
}
