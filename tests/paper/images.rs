//! The rows on images.

use jpeg_encoder::{ColorType, Encoder};

use crate::Bench;

/// Networks small enough for a few steps on a processor.
const NETWORKS: [&str; 4] = [
    "resnet56=resnet_cifar(14)",
    "resnet20=resnet_cifar(8)",
    "recipe=paper_images with { batch: 8 } scaled to 12 steps",
    "window=1 step",
];

/// A byte of a made-up image of a class.
fn byte(class: usize, sample: usize, place: usize) -> u8 {
    ((class * 31 + sample * 57 + place * (7 + class)) % 251) as u8
}

/// Records of CIFAR's binary files: labels, and the planes of 32×32 pixels.
fn cifar(classes: usize, labels: usize, samples: usize) -> Vec<u8> {
    let record = |sample: usize| {
        let class = sample % classes;
        let pixels = (0..3 * 32 * 32).map(move |place| byte(class, sample, place));
        std::iter::repeat_n(class as u8, labels).chain(pixels)
    };
    (0..samples).flat_map(record).collect()
}

/// A photograph's file.
fn jpeg(class: usize, sample: usize, [width, height]: [u16; 2]) -> Vec<u8> {
    let cells = (0..height / 5 + 1).flat_map(|y| (0..width / 5 + 1).map(move |x| (x, y)));
    let colours: Vec<[u8; 3]> = cells
        .map(|(x, y)| {
            [0, 1, 2].map(|channel| byte(class, sample, usize::from(x + 40 * y) + channel))
        })
        .collect();
    let across = usize::from(width / 5 + 1);
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let pixels: Vec<u8> = pixels
        .flat_map(|(x, y)| colours[usize::from(x / 5) + across * usize::from(y / 5)])
        .collect();
    let mut bytes = vec![];
    let encoder = Encoder::new(&mut bytes, 95);
    encoder
        .encode(&pixels, width, height, ColorType::Rgb)
        .unwrap();
    bytes
}

fn cifar100() -> Bench {
    let bench = Bench::new();
    bench.write("cifar-100-binary/train.bin", cifar(100, 2, 200));
    bench.write("cifar-100-binary/test.bin", cifar(100, 2, 100));
    bench
}

const CIFAR100: &str = r#"cifar100("cifar-100-binary", train: 200, test: 100)"#;

#[test]
fn cifar10() {
    let bench = Bench::new();
    for batch in 1..=5 {
        let name = format!("cifar-10-batches-bin/data_batch_{batch}.bin");
        bench.write(&name, cifar(10, 1, 20));
    }
    bench.write("cifar-10-batches-bin/test_batch.bin", cifar(10, 1, 40));
    let data = r#"data=cifar10("cifar-10-batches-bin", train: 100, test: 40)"#;
    let settings = [
        &NETWORKS[..],
        &[data, "mobile=mobilenet_v2(small_images: true)"],
    ]
    .concat();
    // Teachers and students of the labels: ResNet-56, ResNet-20, MobileNet; three students of each pair.
    bench.run("cifar10.kdp", &settings).trains(3 + 3 + 4 * 3);
}

#[test]
fn cifar100_clean() {
    let data = format!("data={CIFAR100}");
    let settings = [&NETWORKS[..], &[&data, "mobile=resnet_cifar(20)"]].concat();
    let ran = cifar100().run("cifar100.kdp", &settings);
    ran.trains(3 + 3 + 5 * 3);
}

#[test]
fn cifar100_noisy() {
    let data = format!("clean={CIFAR100}");
    let settings = [&NETWORKS[..], &[&data]].concat();
    let ran = cifar100().run("cifar100_noisy.kdp", &settings);
    ran.trains(2 + 2 + 3 * 3);
}

/// Networks of two sizes in place of ResNet-50 and ResNet-18.
const SIZES: [&str; 3] = [
    "big=resnet_cifar(14)",
    "small=resnet_cifar(8)",
    "window=1 step",
];

#[test]
fn tiny_imagenet() {
    let bench = Bench::new();
    let classes: Vec<String> = (0..200)
        .map(|class| format!("n{:08}", 1_443_537 + 97 * class))
        .collect();
    bench.write("tiny-imagenet-200/wnids.txt", classes.join("\n"));
    let mut annotations = String::new();
    for (class, name) in classes.iter().enumerate() {
        let folder = format!("tiny-imagenet-200/train/{name}");
        bench.write(&format!("{folder}/{name}_boxes.txt"), "");
        bench.write(
            &format!("{folder}/images/{name}_0.JPEG"),
            jpeg(class, 0, [64, 64]),
        );
        let image = format!("val_{class}.JPEG");
        bench.write(
            &format!("tiny-imagenet-200/val/images/{image}"),
            jpeg(class, 1, [64, 64]),
        );
        annotations += &format!("{image}\t{name}\t0\t32\t44\t62\n");
    }
    bench.write("tiny-imagenet-200/val/val_annotations.txt", annotations);
    let data = r#"data=tiny_imagenet("tiny-imagenet-200", train: 200, test: 200)"#;
    let recipe = "recipe=paper_images with { batch: 8 } scaled to 12 steps";
    let settings = [&SIZES[..], &[data, recipe]].concat();
    bench
        .run("tiny_imagenet.kdp", &settings)
        .trains(2 + 2 + 3 * 3);
}

#[test]
fn imagenet() {
    let bench = Bench::new();
    for class in 0..1000 {
        let name = format!("n{:08}", 1_440_764 + 103 * class);
        bench.write(
            &format!("imagenet/train/{name}/{name}_0.JPEG"),
            jpeg(class, 0, [50, 41]),
        );
        let file = format!("imagenet/val/{name}/ILSVRC2012_val_{class:08}.JPEG");
        bench.write(&file, jpeg(class, 1, [40, 53]));
    }
    let data = r#"data=imagenet("imagenet", size: 48, resize: 56, train: 1000, test: 1000)"#;
    let recipe = "recipe=paper_imagenet with { batch: 8 } scaled to 12 steps";
    let settings = [&SIZES[..], &[data, recipe]].concat();
    bench.run("imagenet.kdp", &settings).trains(2 + 2 + 3 * 3);
}

/// An IDX file: its type (bytes), its sizes, and what is in it.
fn idx(sizes: &[u32], bytes: impl Iterator<Item = u8>) -> Vec<u8> {
    let head = [0, 0, 8, sizes.len() as u8];
    let sizes = sizes.iter().flat_map(|size| size.to_be_bytes());
    head.into_iter().chain(sizes).chain(bytes).collect()
}

#[test]
fn mnist_noisy() {
    let bench = Bench::new();
    for (split, count) in [("train", 80), ("t10k", 40)] {
        let class = |sample| sample as usize % 10;
        let pixels = (0..count).flat_map(|sample| {
            (0..28 * 28).map(move |place| byte(class(sample), sample as usize, place))
        });
        let images = idx(&[count, 28, 28], pixels);
        let labels = idx(&[count], (0..count).map(|sample| class(sample) as u8));
        bench.write(&format!("mnist/{split}-images-idx3-ubyte"), images);
        bench.write(&format!("mnist/{split}-labels-idx1-ubyte"), labels);
    }
    let settings = [
        r#"clean=mnist("mnist", train: 80, test: 40)"#,
        "net=mlp([8])",
        "recipe=plain with { batch: 16, length: 4 epochs }",
        "stops=[1 epoch, 100%]",
        "times=[25%, 100%]",
    ];
    // A teacher and an early state of it, a student of each, and an early state of either.
    bench.run("mnist_noisy.kdp", &settings).trains(6);
}
