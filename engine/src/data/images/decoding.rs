//! An image's pixels out of its file's bytes, as `Image.open(file).convert("RGB")` of Pillow gives them, and so
//! torchvision's `pil_loader`: transparency is dropped, and what EXIF says of its orientation is not heeded.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader};

use super::error::Broken;
use super::jpeg::{self, Flaws};
use super::pixels::{Cut, Part, Pixels, hold_size};

impl Pixels {
    /// The pixels of a file in so many channels, 1 or 3.
    pub fn decode(bytes: &[u8], channels: usize, flaws: Flaws) -> Result<Pixels, Broken> {
        let whole = |height, width| [0, 0, height, width];
        Ok(Self::decode_lines(bytes, channels, &whole, flaws)?.0)
    }

    /// Of the pixels of a file, at least the lines in which a part lies; and where in them it lies. What comes below
    /// the part may be damaged.
    pub fn decode_lines(
        bytes: &[u8],
        channels: usize,
        part: Cut,
        flaws: Flaws,
    ) -> Result<(Pixels, Part), Broken> {
        if bytes.is_empty() {
            return Err(Broken::Empty);
        }
        // By its first bytes, not by its name: ImageNet has a PNG that is called `.JPEG`.
        let format = image::guess_format(bytes).map_err(|_| Broken::Unknown)?;
        let (pixels, part) = match format {
            ImageFormat::Jpeg => jpeg::decode(bytes, part, flaws)?,
            ImageFormat::Png | ImageFormat::Bmp | ImageFormat::Pnm | ImageFormat::WebP => {
                let pixels = other(bytes, format)?;
                let part = part(pixels.height, pixels.width);
                (pixels, part)
            }
            ImageFormat::Tiff => return Err(Broken::Unread("TIFF")),
            ImageFormat::Gif => return Err(Broken::Unread("GIF")),
            _ => return Err(Broken::Unknown),
        };
        Ok((pixels.convert(channels), part))
    }
}

fn other(bytes: &[u8], format: ImageFormat) -> Result<Pixels, Broken> {
    let said = |error: image::ImageError| match error {
        image::ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Broken::CutShort
        }
        error => Broken::Said(error.to_string()),
    };
    let reader = || ImageReader::with_format(Cursor::new(bytes), format);
    let (width, height) = reader().into_dimensions().map_err(said)?;
    hold_size(width.into(), height.into())?;
    let mut reader = reader();
    reader.no_limits();
    let (channels, bytes) = match reader.decode().map_err(said)? {
        DynamicImage::ImageLuma8(image) => (1, image.into_raw()),
        // Pillow opens 16 bits of grey as whole numbers, and cuts them off at white.
        DynamicImage::ImageLuma16(image) => {
            let shades = image
                .into_raw()
                .into_iter()
                .map(|shade| shade.min(255) as u8);
            (1, shades.collect())
        }
        DynamicImage::ImageLumaA8(image) => (1, image.pixels().map(|pixel| pixel.0[0]).collect()),
        // Of 16 bits a channel in other images it takes the upper ones.
        DynamicImage::ImageLumaA16(image) => (
            1,
            image
                .pixels()
                .map(|pixel| (pixel.0[0] >> 8) as u8)
                .collect(),
        ),
        DynamicImage::ImageRgb16(image) => {
            let channels = image.into_raw().into_iter().map(|value| (value >> 8) as u8);
            (3, channels.collect())
        }
        DynamicImage::ImageRgba16(image) => {
            let colours = image.pixels().flat_map(|pixel| {
                let [red, green, blue, _] = pixel.0.map(|value| (value >> 8) as u8);
                [red, green, blue]
            });
            (3, colours.collect())
        }
        DynamicImage::ImageRgba8(image) => {
            let colours = image.pixels().flat_map(|pixel| {
                let [red, green, blue, _] = pixel.0;
                [red, green, blue]
            });
            (3, colours.collect())
        }
        image => (3, image.into_rgb8().into_raw()),
    };
    Ok(Pixels {
        width: width as usize,
        height: height as usize,
        channels,
        bytes,
    })
}
