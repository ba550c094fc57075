//! Numbers that hang on a name and a place alone, as `made_up.py` in the repository's `tests/reference` makes
//! them up.

use kdp::spec::{Fill, TensorSpec};
use tch::{Kind, Tensor};

use crate::language::calls::fnv;

/// Numbers in [−1, 1), multiples of 2⁻²³: SplitMix64 of the place behind FNV-1a of the name.
pub fn units(name: &str, count: i64) -> impl Iterator<Item = f64> + use<> {
    let start = fnv(name.as_bytes());
    (1..=count as u64).map(move |place| {
        let mut z = start.wrapping_add(place.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 40) as f64 / f64::from(1 << 23) - 1.0
    })
}

/// What is told of a tensor: its norm, and its product with a made-up tensor. One that is off by a share of its norm is
/// off in these by about as much.
pub type Digest = [f64; 2];

/// How far a tensor's numbers are from those of a digest.
pub fn distance(name: &str, numbers: &[f64], wanted: &Digest) -> f64 {
    let square: f64 = numbers.iter().map(|number| number * number).sum();
    let probe = units(&format!("probe: {name}"), numbers.len() as i64);
    let product: f64 = numbers.iter().zip(probe).map(|(a, b)| a * b).sum();
    (square.sqrt() - wanted[0])
        .abs()
        .max((product - wanted[1]).abs())
}

/// What a tensor of a network begins as; `norm` is the middle of the weights of its norms.
pub fn values(spec: &TensorSpec, norm: f64) -> Tensor {
    let fan_in: i64 = spec.shape.iter().skip(1).product();
    let wide = (6.0 / fan_in as f64).sqrt();
    let value = |u: f64| match (&spec.name, spec.shape.len()) {
        (name, _) if name.ends_with("running_var") => 1.0 + 0.5 * u,
        (_, 2..) => u * wide,
        (name, _) if name.ends_with("weight") => norm + 0.25 * u,
        _ => 0.1 * u,
    };
    match spec.fill {
        Fill::Count => Tensor::zeros(spec.shape.as_slice(), (Kind::Int64, tch::Device::Cpu)),
        _ => tensor(units(&spec.name, spec.count()).map(value), &spec.shape),
    }
}

/// Images of variance 1, n×C×H×W.
pub fn images(count: i64, shape: &[i64]) -> Tensor {
    let sizes = [&[count], shape].concat();
    let numbers = units("images", sizes.iter().product()).map(|u| u * 3f64.sqrt());
    tensor(numbers, &sizes)
}

fn tensor(numbers: impl Iterator<Item = f64>, shape: &[i64]) -> Tensor {
    let numbers: Vec<f32> = numbers.map(|number| number as f32).collect();
    Tensor::from_slice(&numbers).view(shape)
}
