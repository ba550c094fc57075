//! Augmentation of training images, each a function of (seed, epoch, sample).

use kdp::plan::Call;

use super::DataError;
use super::images::{Drawn, TRIES};
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
    /// A part of the image, resampled to the size of all. It comes before the others.
    RandomResizedCrop {
        /// Least and largest share of the image's area.
        scale: [f64; 2],
        /// Least and largest ratio of width to height.
        ratio: [f64; 2],
    },
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
            "random_resized_crop" => Ok(Augmentation::RandomResizedCrop {
                scale: bounds(call, ["smallest", "largest"])?,
                ratio: bounds(call, ["narrowest", "widest"])?,
            }),
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
            Augmentation::RandomResizedCrop { .. } => "random_resized_crop",
        };
        format!("augment: {place} {word}")
    }

    /// Changes the view of a sample by what is drawn for it.
    fn change(self, draws: &mut Draws, sample: usize, view: &mut View) {
        draws.seek(sample as u64);
        let image = &mut view.placement;
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
            Augmentation::RandomResizedCrop { scale, ratio } => {
                // A try has an index of its own: an index has only eight numbers.
                let tries = std::array::from_fn(|nth| {
                    draws.seek((sample * TRIES + nth) as u64);
                    std::array::from_fn(|_| draws.unit().into())
                });
                view.part = Some(Box::new(Drawn {
                    scale,
                    ratio,
                    tries,
                }));
            }
        }
    }
}

/// A least and a largest number, in order and above 0.
fn bounds(call: &Call, [low, high]: [&str; 2]) -> Result<[f64; 2], DataError> {
    match (call.number(low), call.number(high)) {
        (Some(least), Some(most)) if 0.0 < least && least <= most => Ok([least, most]),
        _ => Err(DataError::Argument {
            word: call.name.clone(),
            argument: low.to_string(),
        }),
    }
}

/// How an image is seen in an epoch: which part of it, and where the pixels of that come from.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The part that is resampled to the size of all; where there is none, the image as it is without
    /// augmentation.
    pub part: Option<Box<Drawn>>,
    /// What is done to it then.
    pub placement: Placement,
}

impl View {
    /// An image of height × width as it is.
    pub fn plain(size: [usize; 2]) -> Self {
        Self {
            part: None,
            placement: Placement::plain(size),
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

    /// How a sample's image, of height × width, is seen.
    pub fn view(&mut self, sample: usize, size: [usize; 2]) -> View {
        let mut view = View::plain(size);
        for (augmentation, draws) in &mut self.0 {
            augmentation.change(draws, sample, &mut view);
        }
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_reaches_every_place_and_a_flip_half_of_the_images() {
        let plain = View::plain([3, 3]);
        let mut crops = std::collections::HashSet::new();
        let mut flips = 0;
        for sample in 0..1000 {
            let crop = Augmentation::PadCrop { padding: 1 };
            let cropped = Epoch::new(&[crop], 1, 0).view(sample, [3, 3]).placement;
            crops.insert([cropped.rows.source(1), cropped.columns.source(1)]);
            let flipped = Epoch::new(&[Augmentation::Flip], 1, 0).view(sample, [3, 3]);
            flips += usize::from(flipped != plain);
        }
        assert_eq!(crops.len(), 9);
        assert!((421..=579).contains(&flips), "{flips}");
    }

    #[test]
    fn an_image_hangs_on_seed_epoch_and_sample_alone() {
        let both = [
            Augmentation::RandomResizedCrop {
                scale: [0.08, 1.0],
                ratio: [0.75, 1.25],
            },
            Augmentation::PadCrop { padding: 4 },
            Augmentation::Flip,
        ];
        let draw = |seed, epoch, sample| {
            let mut augment = Epoch::new(&both, seed, epoch);
            augment.view(99, [8, 8]);
            augment.view(sample, [8, 8])
        };
        assert_eq!(draw(1, 2, 3), draw(1, 2, 3));
        assert_ne!(draw(1, 2, 3), draw(1, 3, 3));
        assert_ne!(draw(1, 2, 3), draw(2, 2, 3));
    }
}
