//! Augmentation of training images, each a function of (seed, epoch, sample).

use kdp::plan::Call;

use super::DataError;
use super::placement::Placement;
use crate::random::Draws;

/// One augmentation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Augmentation {
    /// Zeros on every side, then a crop of the old size.
    PadCrop {
        /// Pixels added on every side.
        padding: usize,
    },
    /// Left and right exchanged, half of the time.
    Flip,
}

impl Augmentation {
    /// The augmentation of a call.
    pub fn of(call: &Call) -> Result<Self, DataError> {
        match call.name.as_str() {
            "pad_crop" => {
                let padding = call.int("padding").and_then(|n| usize::try_from(n).ok());
                let padding = padding.ok_or_else(|| DataError::Argument {
                    word: call.name.clone(),
                    argument: "padding".to_string(),
                })?;
                Ok(Augmentation::PadCrop { padding })
            }
            "flip" => Ok(Augmentation::Flip),
            other => Err(DataError::Unknown {
                what: "the augmentation",
                name: other.to_string(),
            }),
        }
    }

    /// What its draws are for; `place` tells two of a kind in one list apart.
    fn purpose(self, place: usize) -> String {
        let word = match self {
            Augmentation::PadCrop { .. } => "pad_crop",
            Augmentation::Flip => "flip",
        };
        format!("augment: {place} {word}")
    }

    /// Places an image by what is drawn for it.
    fn place(self, draws: &mut Draws, image: &mut Placement) {
        match self {
            Augmentation::PadCrop { padding } => {
                let places = 2 * padding as u64 + 1;
                let down = draws.below(places) as isize - padding as isize;
                let right = draws.below(places) as isize - padding as isize;
                image.shift(down, right);
            }
            Augmentation::Flip => {
                if draws.below(2) == 1 {
                    image.flip();
                }
            }
        }
    }
}

/// The augmentations of an epoch, in order.
pub struct Epoch(Vec<(Augmentation, Draws)>);

impl Epoch {
    /// The augmentations with what this epoch draws for them.
    pub fn new(augmentations: &[Augmentation], seed: i64, epoch: u64) -> Self {
        let steps = augmentations
            .iter()
            .enumerate()
            .map(|(place, one)| (*one, Draws::new(seed, &one.purpose(place), epoch)));
        Self(steps.collect())
    }

    /// Where the pixels of a sample's image, of height × width, come from.
    pub fn place(&mut self, sample: usize, size: [usize; 2]) -> Placement {
        let mut image = Placement::plain(size);
        for (augmentation, draws) in &mut self.0 {
            draws.seek(sample as u64);
            augmentation.place(draws, &mut image);
        }
        image
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_reaches_every_place_and_a_flip_half_of_the_images() {
        let plain = Placement::plain([3, 3]);
        let mut crops = std::collections::HashSet::new();
        let mut flips = 0;
        for sample in 0..1000 {
            let crop = Augmentation::PadCrop { padding: 1 };
            let cropped = Epoch::new(&[crop], 1, 0).place(sample, [3, 3]);
            crops.insert([cropped.rows.source(1), cropped.columns.source(1)]);
            let flipped = Epoch::new(&[Augmentation::Flip], 1, 0).place(sample, [3, 3]);
            flips += usize::from(flipped != plain);
        }
        assert_eq!(crops.len(), 9);
        assert!((421..=579).contains(&flips), "{flips}");
    }

    #[test]
    fn an_image_hangs_on_seed_epoch_and_sample_alone() {
        let both = [Augmentation::PadCrop { padding: 4 }, Augmentation::Flip];
        let draw = |seed, epoch, sample| {
            let mut augment = Epoch::new(&both, seed, epoch);
            augment.place(99, [8, 8]);
            augment.place(sample, [8, 8])
        };
        assert_eq!(draw(1, 2, 3), draw(1, 2, 3));
        assert_ne!(draw(1, 2, 3), draw(1, 3, 3));
        assert_ne!(draw(1, 2, 3), draw(2, 2, 3));
    }
}
