//! JPEG, decoded by libjpeg-turbo's code as Pillow does it: the same bits.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use mozjpeg::{ColorSpace, Decompress};

use super::error::Broken;
use super::pixels::{Cut, Part, Pixels, hold_size};

mod errors;

pub use errors::Flaws;

/// The lines of a JPEG file in which a part of it lies, and where in them it lies: of one channel, three, or the three
/// that four inks become. The lines below the part are not decoded.
pub fn decode(bytes: &[u8], part: Cut, flaws: Flaws) -> Result<(Pixels, Part), Broken> {
    let beyond = Cell::new(false);
    let source = Source {
        rest: bytes,
        most: match flaws {
            Flaws::Refused => FEW,
            Flaws::Kept => usize::MAX,
        },
        beyond: &beyond,
    };
    // The library gives up by unwinding. Nothing outlives it.
    let read = catch_unwind(AssertUnwindSafe(|| read(source, part, flaws)));
    let read = read.unwrap_or_else(|broken| {
        let broken = broken.downcast_ref::<Broken>().cloned();
        Err(broken.unwrap_or_else(|| Broken::Said("it is damaged".into())))
    });
    match read {
        // What the library was short of it has made up: a grey rest of the image.
        Ok(_) | Err(Broken::Flawed(_)) if beyond.get() => Err(Broken::CutShort),
        read => read,
    }
}

fn read(source: Source, part: Cut, flaws: Flaws) -> Result<(Pixels, Part), Broken> {
    let said = |error: io::Error| Broken::Said(error.to_string());
    let file = Decompress::with_err(errors::giving_up(flaws));
    let file = file.from_reader(source).map_err(said)?;
    let (width, height) = file.size();
    hold_size(width as u64, height as u64)?;
    let (space, channels) = match file.components().len() {
        1 => (ColorSpace::JCS_GRAYSCALE, 1),
        4 => (ColorSpace::JCS_CMYK, 4),
        _ => (ColorSpace::JCS_RGB, 3),
    };
    let mut lines = file.to_colorspace(space).map_err(said)?;
    let [top, left, height, part_width] = part(height, width);
    let line = width * channels;
    let mut bytes = vec![0; line * height];
    // Lines above the part are decoded into its first one, which comes last.
    for _ in 0..top {
        lines
            .read_scanlines_into(&mut bytes[..line])
            .map_err(said)?;
    }
    lines.read_scanlines_into(&mut bytes).map_err(said)?;
    let (bytes, channels) = match channels {
        4 => (of_inks(&bytes), 3),
        channels => (bytes, channels),
    };
    let pixels = Pixels {
        width,
        height,
        channels,
        bytes,
    };
    Ok((pixels, [0, left, height, part_width]))
}

/// Red, green and blue of four inks as Pillow converts them. Files hold the inks inverted, as Adobe writes them.
fn of_inks(bytes: &[u8]) -> Vec<u8> {
    let pixels = bytes.as_chunks().0.iter();
    let colours = pixels.flat_map(|[c, m, y, k]| {
        // 255 − (255 − k) of black.
        let white = u32::from(*k);
        [c, m, y].map(|ink| {
            let product = u32::from(255 - ink) * white + 128;
            (white - ((product + (product >> 8)) >> 8)) as u8
        })
    });
    colours.collect()
}

/// Bytes at a time of which libjpeg looks at each code. Of more it decodes blocks at once, and passes over codes that there are
/// not (`decode_mcu_fast`, which wants 512 bytes a block).
const FEW: usize = 256;

/// Bytes that note when more is asked for than there is.
struct Source<'a> {
    rest: &'a [u8],
    /// How many are given at once at most.
    most: usize,
    beyond: &'a Cell<bool>,
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.rest.read(into)
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.rest.is_empty() {
            self.beyond.set(true);
        }
        Ok(&self.rest[..self.rest.len().min(self.most)])
    }

    fn consume(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes.min(self.rest.len())..];
    }
}
