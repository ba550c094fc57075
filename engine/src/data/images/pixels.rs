//! An image's pixels.

use super::error::Broken;

/// A part of an image: `[top, left, height, width]`.
pub type Part = [usize; 4];

/// A part of an image that is seen, of an image of height and width.
pub type Cut<'a> = &'a dyn Fn(usize, usize) -> Part;

/// Pixels that are decoded at most: Pillow's limit against decompression bombs.
const MOST: u64 = 178_956_970;

/// Holds a declared size against what is decoded at most.
pub fn hold_size(width: u64, height: u64) -> Result<(), Broken> {
    match width.checked_mul(height) {
        Some(pixels) if pixels <= MOST => Ok(()),
        _ => Err(Broken::Bomb(height, width)),
    }
}

/// Pixels, row by row, the channels of each side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    /// Pixels of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// 1 for shades of grey, 3 for red, green and blue.
    pub channels: usize,
    /// height×width×channels
    pub bytes: Vec<u8>,
}

impl Pixels {
    /// Images whose planes lie one after the other: [C, H, W].
    pub fn of_planes(planes: &[u8], [channels, height, width]: [usize; 3]) -> Pixels {
        let area = height * width;
        let pixels = (0..area).flat_map(|at| (0..channels).map(move |c| planes[c * area + at]));
        Pixels {
            width,
            height,
            channels,
            bytes: pixels.collect(),
        }
    }

    /// The planes, one after the other: [C, H, W].
    pub fn planes(self) -> Vec<u8> {
        if self.channels == 1 {
            return self.bytes;
        }
        let (pixels, _) = self.bytes.as_chunks::<3>();
        let mut planes = vec![0; self.bytes.len()];
        for (channel, plane) in planes.chunks_exact_mut(pixels.len().max(1)).enumerate() {
            for (place, pixel) in plane.iter_mut().zip(pixels) {
                *place = pixel[channel];
            }
        }
        planes
    }

    /// In so many channels, 1 or 3.
    pub fn convert(self, channels: usize) -> Pixels {
        let bytes = match (self.channels, channels) {
            (1, 3) => self.bytes.iter().flat_map(|&grey| [grey; 3]).collect(),
            (3, 1) => self
                .bytes
                .as_chunks()
                .0
                .iter()
                .map(|rgb| luma(*rgb))
                .collect(),
            _ => return self,
        };
        Pixels {
            bytes,
            channels,
            ..self
        }
    }
}

/// The shade of a colour: ITU-R 601-2 luma as Pillow rounds it.
fn luma([red, green, blue]: [u8; 3]) -> u8 {
    let [red, green, blue] = [red, green, blue].map(u32::from);
    ((red * 19_595 + green * 38_470 + blue * 7_471 + 0x8000) >> 16) as u8
}
