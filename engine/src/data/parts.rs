//! Parts of rows, as they are written down: where each row begins and the last one ends, in eight bytes each, lowest first;
//! then the rows.

use std::io::{self, Write};

use kdp::store::Mapped;

use super::Rows;

/// Bytes of a part, about: it is in memory as a whole while it is made.
const BYTES: usize = 64 << 20;

/// How many rows of so many bytes a part has: at least and at most so many, since some seconds of work are lost where it is
/// not finished.
pub fn size(width: usize, [least, most]: [usize; 2]) -> usize {
    (BYTES / width.max(1)).clamp(least, most)
}

/// Writes a part.
pub fn write(rows: &[Vec<u8>], out: &mut dyn Write) -> io::Result<()> {
    let mut end = 8 * (rows.len() + 1) as u64;
    out.write_all(&end.to_le_bytes())?;
    for row in rows {
        end += row.len() as u64;
        out.write_all(&end.to_le_bytes())?;
    }
    rows.iter().try_for_each(|row| out.write_all(row))
}

/// The rows of a part; `None` where it is not whole.
pub fn read(part: Mapped, count: usize) -> Option<Rows> {
    let (bounds, _) = part.get(..8 * (count + 1))?.as_chunks();
    let bounds: Vec<usize> = bounds
        .iter()
        .map(|&at| u64::from_le_bytes(at) as usize)
        .collect();
    (bounds.last() == Some(&part.len())).then(|| Rows::between(part, &bounds))?
}
