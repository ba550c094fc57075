//! Augmentation of training images, on bytes, each a function of (seed, epoch, sample).

use kdp::plan::Call;

use super::DataError;
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

    /// Augments one image of planes of height × width bytes, in place.
    fn apply(
        self,
        draws: &mut Draws,
        image: &mut [u8],
        scratch: &mut Vec<u8>,
        [height, width]: [usize; 2],
    ) {
        match self {
            Augmentation::PadCrop { padding } => {
                let places = 2 * padding as u64 + 1;
                let down = draws.below(places) as isize - padding as isize;
                let right = draws.below(places) as isize - padding as isize;
                scratch.clear();
                scratch.extend_from_slice(image);
                image.fill(0);
                shift(scratch, image, [height, width], down, right);
            }
            Augmentation::Flip => {
                if draws.below(2) == 1 {
                    image.chunks_exact_mut(width).for_each(<[u8]>::reverse);
                }
            }
        }
    }
}

/// `to[y][x] = from[y + down][x + right]` where that pixel exists.
fn shift(from: &[u8], to: &mut [u8], [height, width]: [usize; 2], down: isize, right: isize) {
    let columns = width.saturating_sub(right.unsigned_abs());
    let (from_x, to_x) = (right.max(0) as usize, (-right).max(0) as usize);
    if columns == 0 {
        return;
    }
    let plane = height * width;
    for (from, to) in from.chunks_exact(plane).zip(to.chunks_exact_mut(plane)) {
        for y in 0..height {
            let Some(source) = y.checked_add_signed(down).filter(|&row| row < height) else {
                continue;
            };
            let (from_at, to_at) = (source * width + from_x, y * width + to_x);
            to[to_at..to_at + columns].copy_from_slice(&from[from_at..from_at + columns]);
        }
    }
}

/// The augmentations of an epoch, in order.
pub struct Epoch {
    steps: Vec<(Augmentation, Draws)>,
    scratch: Vec<u8>,
}

impl Epoch {
    /// The augmentations with what this epoch draws for them.
    pub fn new(augmentations: &[Augmentation], seed: i64, epoch: u64) -> Self {
        let steps = augmentations
            .iter()
            .enumerate()
            .map(|(place, one)| (*one, Draws::new(seed, &one.purpose(place), epoch)))
            .collect();
        Self {
            steps,
            scratch: Vec::new(),
        }
    }

    /// Augments the image of a sample in place.
    pub fn apply(&mut self, sample: usize, image: &mut [u8], size: [usize; 2]) {
        for (augmentation, draws) in &mut self.steps {
            draws.seek(sample as u64);
            augmentation.apply(draws, image, &mut self.scratch, size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_moves_every_plane_and_leaves_zeros() {
        let from: Vec<u8> = (1..=12).collect();
        let mut to = vec![0; 12];
        shift(&from, &mut to, [2, 3], 1, -1);
        assert_eq!(to, [0, 4, 5, 0, 0, 0, 0, 10, 11, 0, 0, 0]);
        let mut far = vec![0; 12];
        shift(&from, &mut far, [2, 3], 0, 5);
        assert_eq!(far, [0; 12]);
    }

    #[test]
    fn a_crop_reaches_every_place_and_a_flip_half_of_the_images() {
        let image: Vec<u8> = (1..=9).collect();
        let mut crops = std::collections::BTreeSet::new();
        let mut flips = 0;
        for sample in 0..1000 {
            let mut cropped = image.clone();
            let crop = Augmentation::PadCrop { padding: 1 };
            Epoch::new(&[crop], 1, 0).apply(sample, &mut cropped, [3, 3]);
            crops.insert(cropped);
            let mut flipped = image.clone();
            Epoch::new(&[Augmentation::Flip], 1, 0).apply(sample, &mut flipped, [3, 3]);
            flips += usize::from(flipped != image);
        }
        assert_eq!(crops.len(), 9);
        assert!((421..=579).contains(&flips), "{flips}");
    }

    #[test]
    fn an_image_hangs_on_seed_epoch_and_sample_alone() {
        let both = [Augmentation::PadCrop { padding: 4 }, Augmentation::Flip];
        let draw = |seed, epoch, sample| {
            let mut image: Vec<u8> = (0..64).collect();
            let mut augment = Epoch::new(&both, seed, epoch);
            augment.apply(99, &mut image.clone(), [8, 8]);
            augment.apply(sample, &mut image, [8, 8]);
            image
        };
        assert_eq!(draw(1, 2, 3), draw(1, 2, 3));
        assert_ne!(draw(1, 2, 3), draw(1, 3, 3));
        assert_ne!(draw(1, 2, 3), draw(2, 2, 3));
    }
}
