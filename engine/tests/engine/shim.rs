//! The shim's functions against libtorch's own, which do the same in several passes.

use kdp_engine::shim::{self, Draws, Normalised, Rectifier, Steps};
use tch::{Device, Kind, Tensor};

/// Normal numbers of a shape, in channels-last memory where it is an image's, by a seed.
fn normal(shape: &[i64], seed: i64) -> Tensor {
    // No other test draws from libtorch's generator, but others may run beside.
    let count: i64 = shape.iter().product();
    let numbers = (0..count).map(|index| {
        let turn = ((index + 1) * (seed * 7919 + 104_729)) % 1_000_003;
        (turn as f64 / 1_000_003.0 - 0.5) * 4.0
    });
    let flat = Tensor::from_slice(&numbers.collect::<Vec<f64>>()).to_kind(Kind::Float);
    match *shape {
        [n, c, h, w] => flat.view([n, h, w, c]).permute([0, 3, 1, 2]),
        _ => flat.view(shape),
    }
}

/// A trainable copy in another kind.
fn leaf(tensor: &Tensor, kind: Kind) -> Tensor {
    tensor.detach().to_kind(kind).set_requires_grad(true)
}

/// Largest distance, as a share of the largest number.
fn off(found: &Tensor, wanted: &Tensor) -> f64 {
    assert_eq!(found.size(), wanted.size());
    let [found, wanted] = [found, wanted].map(|t| t.detach().to_kind(Kind::Double));
    let largest = wanted.abs().max().double_value(&[]).max(1e-12);
    (found - wanted).abs().max().double_value(&[]) / largest
}

/// The gradients of Σ out · weights by the leaves.
fn gradients(out: &Tensor, leaves: &[&Tensor]) -> Vec<Tensor> {
    let weights = normal(&out.size(), 9).to_kind(out.kind());
    let loss = (out * weights).sum(Kind::Float);
    Tensor::run_backward(&[loss], leaves, false, false)
}

#[test]
fn a_linear_layer_and_its_gradients_are_libtorchs() {
    for shape in [&[5, 37][..], &[3, 4, 37], &[1, 37]] {
        for biased in [true, false] {
            let x = leaf(&normal(shape, 1), Kind::Float);
            let weight = leaf(&normal(&[11, 37], 2), Kind::Float);
            let bias = biased.then(|| leaf(&normal(&[11], 3), Kind::Float));
            let before = bias.as_ref().map(|bias| bias.detach().copy());
            let found = shim::linear(&x, &weight, bias.as_ref()).expect("it runs");
            assert!(bias.as_ref().map(Tensor::detach) == before);
            let wanted = x.linear(&weight, bias.as_ref());
            assert!(off(&found, &wanted) < 1e-5);
            let leaves: Vec<&Tensor> = [&x, &weight].into_iter().chain(&bias).collect();
            let pairs = gradients(&found, &leaves)
                .into_iter()
                .zip(gradients(&wanted, &leaves));
            for (found, wanted) in pairs {
                assert!(off(&found, &wanted) < 1e-5);
            }
        }
    }
}

/// One row of many columns: libtorch's own binding of oneDNN writes past its memory there, and the process dies of it.
#[test]
fn a_linear_layer_takes_a_single_wide_row() {
    for width in [1280, 4096] {
        let (x, weight) = (normal(&[1, width], 1), normal(&[1000, width], 2) / 100.0);
        let bias = normal(&[1000], 3);
        for _ in 0..20 {
            let found = shim::linear(&x, &weight, Some(&bias)).expect("it runs");
            assert!(off(&found, &x.linear(&weight, Some(&bias))) < 1e-5);
        }
    }
}

/// What may follow an operation in its own pass: whether there is a sum, and which rectifier.
fn followed() -> impl Iterator<Item = (bool, Option<Rectifier>)> {
    let rectifiers = [None, Some(Rectifier::Relu), Some(Rectifier::Relu6)];
    rectifiers
        .into_iter()
        .flat_map(|rectifier| [(false, rectifier), (true, rectifier)])
}

/// What libtorch's own layers make of it.
fn rectified(x: Tensor, rectifier: Option<Rectifier>) -> Tensor {
    match rectifier {
        None => x,
        Some(Rectifier::Relu) => x.relu(),
        Some(Rectifier::Relu6) => x.relu6(),
    }
}

/// What batch norm, a residual sum and a rectifier come to: the gradients by the input, the parameters and the
/// other summand, the output, and the running statistics.
fn normalise(
    channels: i64,
    kind: Kind,
    fused: bool,
    sum: bool,
    rectifier: Option<Rectifier>,
) -> Vec<Tensor> {
    // More rows than one block holds, and a number that no vector divides.
    let shape = [7, channels, 19, 23];
    let x = leaf(&(normal(&shape, 1) + 3.0), kind);
    let other = leaf(&normal(&shape, 2), kind);
    // So that numbers go beyond 6.
    let weight = leaf(&(normal(&[channels], 3) * 4.0), Kind::Float);
    let bias = leaf(&normal(&[channels], 4), Kind::Float);
    let mean = normal(&[channels], 5);
    let variance = normal(&[channels], 6).square() + 0.1;
    let out = match fused {
        true => {
            let of = Normalised {
                weight: &weight,
                bias: &bias,
                mean: &mean,
                variance: &variance,
            };
            let other = sum.then_some(&other);
            shim::batch_norm(&x, other, of, 0.1, 1e-5, rectifier).expect("it runs")
        }
        false => {
            let (weight, bias, mean, variance) =
                (Some(&weight), Some(&bias), Some(&mean), Some(&variance));
            // Rounded once at the end, as the one pass rounds.
            let x = x.to_kind(Kind::Float);
            let mut out = x.batch_norm(weight, bias, mean, variance, true, 0.1, 1e-5, true);
            if sum {
                out += other.to_kind(Kind::Float);
            }
            // In bfloat16 a number just below 6 is rounded to it, and is cut as it is by a layer of its own.
            rectified(out.to_kind(kind), rectifier)
        }
    };
    let mut leaves = vec![&x, &weight, &bias];
    leaves.extend(sum.then_some(&other));
    let mut all = gradients(&out, &leaves);
    all.extend([out, mean, variance]);
    all
}

#[test]
fn batch_norm_with_its_sum_and_rectifier_is_libtorchs_in_several_passes() {
    for (kind, tolerance) in [(Kind::Float, 1e-5), (Kind::BFloat16, 1.5e-2)] {
        for (sum, rectifier) in followed() {
            // Vectors of sixteen, of four and of one.
            for channels in [1, 16, 37] {
                let found = normalise(channels, kind, true, sum, rectifier);
                let wanted = normalise(channels, kind, false, sum, rectifier);
                for (place, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
                    assert_eq!(found.kind(), wanted.kind());
                    let off = off(found, wanted);
                    let what = format!("{kind:?} {channels} {sum} {rectifier:?} [{place}]: {off}");
                    assert!(off < tolerance, "{what}");
                }
            }
        }
    }
}

#[test]
fn a_mean_far_from_zero_takes_no_digits_of_the_variance() {
    let x = normal(&[64, 4, 8, 8], 1) * 1e-2 + 100.0;
    let tensors =
        [1.0, 0.0, 0.0, 1.0].map(|value| Tensor::full([4], value, (Kind::Float, Device::Cpu)));
    let of = Normalised {
        weight: &tensors[0],
        bias: &tensors[1],
        mean: &tensors[2],
        variance: &tensors[3],
    };
    let _ = shim::batch_norm(&x, None, of, 1.0, 1e-5, None).expect("it runs");
    let wanted = x
        .to_kind(Kind::Double)
        .var_dim([0i64, 2, 3].as_slice(), true, false);
    assert!(off(&tensors[3], &wanted) < 1e-4);
}

/// Draws from place 0 on.
fn draws(key: u64, rate: f64) -> Draws {
    Draws {
        key,
        first: 0,
        rate,
    }
}

/// Attention in several passes, in float32, of n×length×3·width; each share dropped as the one pass drops it.
fn attend(x: &Tensor, tokens: &Tensor, heads: i64, draws: Draws) -> Tensor {
    let parts = x.to_kind(Kind::Float).unflatten(-1, [3, heads, -1]);
    let parts = parts.permute([2, 0, 3, 1, 4]);
    let [query, key, value] = [0, 1, 2].map(|part| parts.get(part));
    let depth = *query.size().last().expect("a size") as f64;
    let scores = query.matmul(&key.transpose(-2, -1)) / depth.sqrt();
    let hidden = tokens.logical_not().to_kind(Kind::Float) * -1e30;
    let shares = scores + hidden.unsqueeze(1).unsqueeze(1);
    let shares = shares.softmax(-1, Kind::Float);
    let left = shim::dropout(&shares, draws).expect("it runs");
    left.matmul(&value).transpose(1, 2).flatten(2, 3)
}

#[test]
fn attention_and_its_gradient_are_those_of_several_passes() {
    for (kind, tolerance) in [(Kind::Float, 1e-5), (Kind::BFloat16, 2e-2)] {
        // Lengths of less than a vector, of vectors, and of vectors and a rest.
        for length in [5i64, 32, 37] {
            let x = leaf(&normal(&[3, length, 24], 1), kind);
            let lengths = Tensor::from_slice(&[length, length - 3, 0]).unsqueeze(1);
            let tokens = Tensor::arange(length, (Kind::Int64, Device::Cpu)).lt_tensor(&lengths);
            for (first, rate) in [(0, 0.0), (0, 0.3), (1000, 0.3)] {
                let draws = Draws {
                    key: 5,
                    first,
                    rate,
                };
                let found = shim::attention(&x, &tokens, 2, draws).expect("it runs");
                let wanted = attend(&x, &tokens, 2, draws);
                assert_eq!(found.kind(), kind);
                let what = format!("{kind:?}, {length} tokens, {rate} from {first}");
                assert!(off(&found, &wanted) < tolerance, "{what}");
                let [found, wanted] = [&found, &wanted].map(|out| gradients(out, &[&x]).remove(0));
                assert!(off(&found, &wanted) < tolerance, "{what}, backward");
            }
        }
    }
}

#[test]
fn what_is_dropped_is_dropped_of_the_gradient_too() {
    for kind in [Kind::Float, Kind::BFloat16] {
        let ones = leaf(&Tensor::ones([1000, 101], (Kind::Float, Device::Cpu)), kind);
        let kept = shim::dropout(&ones, draws(42, 0.2)).expect("it runs");
        let gradient = Tensor::run_backward(&[kept.sum(Kind::Float)], &[&ones], false, false);
        assert!(kept == gradient[0]);
        let share = kept
            .ne(0.0)
            .to_kind(Kind::Double)
            .mean(None)
            .double_value(&[]);
        // Five standard deviations.
        assert!((share - 0.8).abs() < 0.0063, "{share}");
        let other = shim::dropout(&ones, draws(43, 0.2)).expect("it runs");
        let both = (kept.ne(0.0) * other.ne(0.0)).to_kind(Kind::Double);
        assert!((both.mean(None).double_value(&[]) - 0.64).abs() < 0.0076);
    }
}

#[test]
fn neighbours_are_dropped_without_regard_to_each_other() {
    let ones = Tensor::ones([1 << 20], (Kind::Float, Device::Cpu));
    let kept = shim::dropout(&ones, draws(7, 0.5)).expect("it runs");
    let kept = kept.ne(0.0).to_kind(Kind::Double) - 0.5;
    for apart in [1, 2, 3, 16, 64, 784, 1000, 1024] {
        let count = (1 << 20) - apart;
        let product = kept.narrow(0, 0, count) * kept.narrow(0, apart, count);
        let correlation = product.mean(None).double_value(&[]) * 4.0;
        // Five standard deviations, 1/√n.
        assert!(correlation.abs() < 5.0 / 1024.0, "{apart}: {correlation}");
    }
}

#[test]
fn a_convolution_with_what_follows_is_libtorchs_in_several_passes() {
    let x = normal(&[4, 8, 9, 9], 1);
    let weight = normal(&[6, 4, 3, 3], 2);
    let bias = normal(&[6], 3);
    let steps = Steps {
        stride: 2,
        padding: 1,
        groups: 2,
    };
    let plain = x.conv2d(&weight, Some(&bias), 2, 1, 1, 2);
    let other = normal(&plain.size(), 4);
    for (sum, rectifier) in followed() {
        let added = sum.then_some(&other);
        let found = shim::convolution(&x, added, &weight, Some(&bias), steps, rectifier);
        let mut wanted = plain.copy();
        if sum {
            wanted += &other;
        }
        let wanted = rectified(wanted, rectifier);
        assert!(
            off(&found.expect("it runs"), &wanted) < 1e-5,
            "{sum} {rectifier:?}"
        );
    }
}

#[test]
fn an_error_of_the_shim_is_told_and_not_thrown() {
    let [x, weight] = [normal(&[2, 3], 1), normal(&[4, 5], 2)];
    let error = shim::linear(&x, &weight, None).expect_err("widths differ");
    assert!(!error.to_string().is_empty());
}
