//! The part of an image that `random_resized_crop` cuts out.

/// How often a part is drawn before the middle is taken.
pub const TRIES: usize = 10;

/// What is drawn for one image: numbers in [0, 1) for area, aspect, top and left, of each try.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Least and largest share of the image's area.
    pub scale: [f64; 2],
    /// Least and largest ratio of width to height.
    pub ratio: [f64; 2],
    /// The tries.
    pub tries: [[f64; 4]; TRIES],
}

impl Drawn {
    /// `[top, left, height, width]` in an image of height and width, as `RandomResizedCrop.get_params` of
    /// torchvision finds it: the first try that fits (its area uniform, its ratio uniform in the logarithm), else
    /// the largest middle of an allowed ratio.
    pub fn part(&self, height: usize, width: usize) -> [usize; 4] {
        let area = (height * width) as f64;
        let logarithms = self.ratio.map(f64::ln);
        for [share, aspect, top, left] in self.tries {
            let target = area * between(self.scale, share);
            let aspect = between(logarithms, aspect).exp();
            let w = rounded((target * aspect).sqrt());
            let h = rounded((target / aspect).sqrt());
            if (1..=width).contains(&w) && (1..=height).contains(&h) {
                return [below(height - h + 1, top), below(width - w + 1, left), h, w];
            }
        }
        let ratio = width as f64 / height as f64;
        let [narrow, wide] = self.ratio;
        let (h, w) = if ratio < narrow {
            (rounded(width as f64 / narrow), width)
        } else if ratio > wide {
            (height, rounded(height as f64 * wide))
        } else {
            (height, width)
        };
        let (h, w) = (h.clamp(1, height), w.clamp(1, width));
        [(height - h) / 2, (width - w) / 2, h, w]
    }
}

fn between([low, high]: [f64; 2], unit: f64) -> f64 {
    low + (high - low) * unit
}

/// Python rounds halves to even numbers.
fn rounded(value: f64) -> usize {
    value.round_ties_even() as usize
}

fn below(bound: usize, unit: f64) -> usize {
    ((bound as f64 * unit) as usize).min(bound - 1)
}
