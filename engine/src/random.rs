//! Randomness without state: whatever is drawn is a function of a seed, a purpose, a time (an
//! epoch or a step) and an index. Nothing that was drawn before changes what is drawn next.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The domain tag of [`key`]; raise its number when anything here gives other bits.
const DOMAIN: &str = "kdp 2026 random v1";

/// Words of the stream that belong to one index: one ChaCha block.
const WORDS_PER_INDEX: u128 = 16;

fn key(seed: i64, purpose: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(DOMAIN);
    hasher.update(&seed.to_le_bytes());
    hasher.update(purpose.as_bytes());
    *hasher.finalize().as_bytes()
}

/// A stream of numbers that hangs on (seed, purpose, time) alone.
pub struct Draws(ChaCha8Rng);

impl Draws {
    /// The stream of a purpose at a time.
    pub fn new(seed: i64, purpose: &str, time: u64) -> Self {
        let mut rng = ChaCha8Rng::from_seed(key(seed, purpose));
        rng.set_stream(time);
        Self(rng)
    }

    /// Goes to the numbers of one index: at most eight of them are its own.
    pub fn seek(&mut self, index: u64) {
        self.0.set_word_pos(u128::from(index) * WORDS_PER_INDEX);
    }

    /// A whole number under `bound`, each as likely (to within `bound` / 2⁶⁴).
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// A number in [0, 1), a multiple of 2⁻²⁴.
    pub fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / (1 << 24) as f32
    }

    /// A standard normal number (Box and Muller).
    pub fn normal(&mut self) -> f32 {
        let (radius, turn) = (1.0 - f64::from(self.unit()), f64::from(self.unit()));
        ((-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * turn).cos()) as f32
    }

    /// A permutation of `0..n` (Fisher and Yates), each as likely.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for last in (1..n).rev() {
            order.swap(last, self.below(last as u64 + 1) as usize);
        }
        order
    }
}

/// The key of the hash that dropout draws with, for a purpose at a step; see [`crate::shim::dropout`].
pub fn mask_key(seed: i64, purpose: &str, step: u64) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = key(seed, purpose);
    let stem = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    scramble(stem ^ scramble(step))
}

/// The finaliser of SplitMix64 (Steele et al. 2014) behind its increment.
fn scramble(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_hangs_on_seed_purpose_time_and_index_alone() {
        let draw = |seed, purpose, time, index| {
            let mut draws = Draws::new(seed, purpose, time);
            draws.seek(index);
            draws.below(1 << 40)
        };
        let first = draw(1, "crop", 2, 3);
        assert_eq!(first, draw(1, "crop", 2, 3));
        for other in [
            draw(0, "crop", 2, 3),
            draw(1, "flip", 2, 3),
            draw(1, "crop", 3, 3),
            draw(1, "crop", 2, 4),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn a_permutation_has_every_place_once() {
        let mut order = Draws::new(7, "order", 0).permutation(100);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn normal_numbers_have_mean_0_and_variance_1() {
        let mut draws = Draws::new(7, "normal", 0);
        let drawn: Vec<f64> = (0..100_000).map(|_| f64::from(draws.normal())).collect();
        let moment = |power| drawn.iter().map(|x| x.powi(power)).sum::<f64>() / drawn.len() as f64;
        // Five standard deviations of each: √(1/n), √(2/n), √(96/n).
        for (power, wanted, off) in [(1, 0.0, 0.016), (2, 1.0, 0.023), (4, 3.0, 0.155)] {
            let found: f64 = moment(power);
            assert!((found - wanted).abs() < off, "moment {power}: {found}");
        }
    }

    #[test]
    fn the_key_of_a_mask_hangs_on_all_it_is_made_of() {
        let first = mask_key(3, "dropout", 5);
        assert_eq!(first, mask_key(3, "dropout", 5));
        for other in [
            mask_key(4, "dropout", 5),
            mask_key(3, "another", 5),
            mask_key(3, "dropout", 6),
        ] {
            assert_ne!(first, other);
        }
    }
}
