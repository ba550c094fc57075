//! How near a training comes to what the machine can do: the operations a second of the convolutions of a
//! network alone, each as often as it is computed, beside those of whole training steps.
//!
//! `cargo bench -p kdp-engine --bench limit -- [threads]`

use std::time::{Duration, Instant};

use kdp_engine::machine;
use tch::{Device, Kind, Tensor, no_grad_guard};

const BATCH: i64 = 128;
/// The shapes of CIFAR's ResNets: channels and side.
const SHAPES: [[i64; 2]; 3] = [[16, 32], [32, 16], [64, 8]];
const TIME: Duration = Duration::from_secs(2);

fn main() {
    let threads = std::env::args().skip(1).find_map(|word| word.parse().ok());
    machine::prepare();
    tch::set_num_threads(threads.unwrap_or(2));
    let _guard = no_grad_guard();
    println!("| convolution 3×3, batch {BATCH} | fp32 | bf16 |");
    println!("| --- | --- | --- |");
    for [channels, side] in SHAPES {
        let [exact, rounded] = [Kind::Float, Kind::BFloat16].map(|kind| best(channels, side, kind));
        println!("| {channels}×{side}×{side} | {exact:.0} GFLOP/s | {rounded:.0} GFLOP/s |");
    }
}

/// Operations a second (10⁹) of the quickest of many convolutions in channels-last memory.
fn best(channels: i64, side: i64, kind: Kind) -> f64 {
    let tensor = |sizes: [i64; 4]| {
        let [a, b, c, d] = sizes;
        let plain = Tensor::randn([a, c, d, b], (Kind::Float, Device::Cpu));
        plain.to_kind(kind).permute([0, 3, 1, 2])
    };
    let images = tensor([BATCH, channels, side, side]);
    let weight = tensor([channels, channels, 3, 3]);
    let operations = (2 * BATCH * channels * channels * 9 * side * side) as f64;
    let begin = Instant::now();
    let mut quickest = f64::INFINITY;
    while begin.elapsed() < TIME {
        let start = Instant::now();
        let _ = images.conv2d(&weight, None::<&Tensor>, 1, 1, 1, 1);
        quickest = quickest.min(start.elapsed().as_secs_f64());
    }
    operations / quickest / 1e9
}
