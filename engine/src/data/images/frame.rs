//! Images brought to one size, as torchvision does it with Pillow's images (antialiased bilinear).

use fast_image_resize::images::{CroppedImage, Image, ImageRef};
use fast_image_resize::{FilterType, IntoImageView, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::error::Broken;
use super::jpeg::Flaws;
use super::pixels::{Cut, Part, Pixels, hold_size};

/// How images of any size are brought to one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// [C, H, W]
    pub size: [i64; 3],
    /// The shorter side before the middle is cut out; where it is `None`, images have the size already.
    pub resize: Option<i64>,
}

impl Frame {
    /// As it is written down: [C, H, W] and the shorter side, 0 for none.
    pub fn to_list(self) -> Vec<i64> {
        [&self.size[..], &[self.resize.unwrap_or(0)]].concat()
    }

    /// As it was written down.
    pub fn of_list(list: &[i64]) -> Option<Self> {
        let &[c, h, w, side] = list else {
            return None;
        };
        let resize = (side > 0).then_some(side);
        let sizes = [c, h, w].iter().all(|size| (1..=4096).contains(size));
        sizes.then_some(Self {
            size: [c, h, w],
            resize,
        })
    }

    /// Height and width.
    pub fn sides(&self) -> [usize; 2] {
        [self.size[1] as usize, self.size[2] as usize]
    }

    /// The planes [C, H, W] of an image's file: its middle, or the part that `cut` says.
    pub fn planes(&self, file: &[u8], cut: Option<Cut>, flaws: Flaws) -> Result<Vec<u8>, Misfit> {
        let channels = self.size[0] as usize;
        Ok(match cut {
            Some(cut) => {
                let (pixels, part) = Pixels::decode_lines(file, channels, cut, flaws)?;
                pixels.resize_part(part, self.sides())
            }
            None => self.middle(Pixels::decode(file, channels, flaws)?)?,
        }
        .planes())
    }

    /// `Resize(resize)`, then `CenterCrop`.
    fn middle(&self, pixels: Pixels) -> Result<Pixels, Misfit> {
        let [height, width] = self.sides();
        let pixels = match self.resize {
            Some(shorter) => pixels.shorter_side(shorter as usize)?,
            None => pixels,
        };
        let found = [pixels.height, pixels.width];
        if found == [height, width] {
            return Ok(pixels);
        }
        if self.resize.is_none() || found[0] < height || found[1] < width {
            return Err(Misfit::Size(found));
        }
        // Python rounds halves to even numbers.
        let margin = |all: usize, cut: usize| ((all - cut) as f64 / 2.0).round_ties_even() as usize;
        let (top, left) = (margin(found[0], height), margin(found[1], width));
        Ok(pixels.crop([top, left, height, width]))
    }

    /// The part that `cut` says, brought to the size.
    pub fn cut(&self, pixels: &Pixels, cut: Cut) -> Pixels {
        pixels.resize_part(cut(pixels.height, pixels.width), self.sides())
    }
}

/// Why an image's file gives none of the declared size.
#[derive(Debug, PartialEq)]
pub enum Misfit {
    /// It cannot be decoded.
    Broken(Broken),
    /// It has another height and width.
    Size([usize; 2]),
}

impl From<Broken> for Misfit {
    fn from(broken: Broken) -> Self {
        Misfit::Broken(broken)
    }
}

/// Height and width where the shorter one is so long, the longer one rounded as `torchvision.transforms.Resize`
/// rounds it.
pub fn shorter_side([height, width]: [usize; 2], shorter: usize) -> [usize; 2] {
    match height <= width {
        true => [shorter, shorter * width / height.max(1)],
        false => [shorter * height / width.max(1), shorter],
    }
}

impl Pixels {
    /// The image with its shorter side so long.
    pub fn shorter_side(self, shorter: usize) -> Result<Pixels, Broken> {
        let size = shorter_side([self.height, self.width], shorter);
        // A narrow stripe becomes a huge one.
        hold_size(size[1] as u64, size[0] as u64)?;
        Ok(self.resize(size))
    }

    /// The image resampled to height and width.
    pub fn resize(self, size: [usize; 2]) -> Pixels {
        match [self.height, self.width] == size {
            true => self,
            false => self.resampled(&self.view(), size),
        }
    }

    /// A part resampled to height and width, as if there were nothing around it.
    pub fn resize_part(&self, part: Part, size: [usize; 2]) -> Pixels {
        let [top, left, height, width] = part;
        if [height, width] == size {
            return self.crop(part);
        }
        let [top, left, height, width] = [top, left, height, width].map(|side| side as u32);
        let whole = self.view();
        let view = CroppedImage::new(&whole, left, top, width, height)
            .expect("the part lies in the image");
        self.resampled(&view, size)
    }

    /// The part of `[top, left, height, width]`.
    pub fn crop(&self, [top, left, height, width]: Part) -> Pixels {
        let line = self.width * self.channels;
        let part = left * self.channels..(left + width) * self.channels;
        let lines = self.bytes.chunks_exact(line).skip(top).take(height);
        let lines: Vec<&[u8]> = lines.map(|line| &line[part.clone()]).collect();
        Pixels {
            width,
            height,
            channels: self.channels,
            bytes: lines.concat(),
        }
    }

    fn kind(&self) -> PixelType {
        match self.channels {
            1 => PixelType::U8,
            _ => PixelType::U8x3,
        }
    }

    fn view(&self) -> ImageRef<'_> {
        let (width, height) = (self.width as u32, self.height as u32);
        ImageRef::new(width, height, &self.bytes, self.kind())
            .expect("as many bytes as pixels have channels")
    }

    /// What is seen of the image, resampled to height and width.
    fn resampled(&self, view: &impl IntoImageView, [height, width]: [usize; 2]) -> Pixels {
        let mut resized = Image::new(width as u32, height as u32, self.kind());
        let bilinear = ResizeAlg::Convolution(FilterType::Bilinear);
        let options = ResizeOptions::new().resize_alg(bilinear).use_alpha(false);
        Resizer::new()
            .resize(view, &mut resized, &options)
            .expect("both are of a kind");
        Pixels {
            width,
            height,
            channels: self.channels,
            bytes: resized.into_vec(),
        }
    }
}
