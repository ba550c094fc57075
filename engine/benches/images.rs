//! Processor time to make a sample of a photograph, on one thread: `cargo bench -p kdp-engine --bench images -- FOLDER`,
//! with the JPEG files of a folder. `make bench-images` does it in turns with torchvision.

use std::fs;
use std::hint::black_box;

use kdp_engine::data::{Augmentation, Epoch, Flaws, Frame, Pixels};
use kdp_engine::machine;

/// Passes over the photographs; the middle one of them counts.
const PASSES: u64 = 7;

/// Processor time of this process, in milliseconds: what other processes do does not count.
fn processor() -> f64 {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `now` is ours.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut now) };
    now.tv_sec as f64 * 1e3 + now.tv_nsec as f64 / 1e6
}

/// Prints the time of a photograph, in the middle pass.
fn time(what: &str, photos: &[Vec<u8>], mut make: impl FnMut(u64, usize, &[u8])) {
    let mut passes: Vec<f64> = (0..PASSES)
        .map(|pass| {
            let begin = processor();
            for (row, photo) in photos.iter().enumerate() {
                make(pass, row, photo);
            }
            (processor() - begin) / photos.len() as f64
        })
        .collect();
    passes.sort_by(f64::total_cmp);
    println!("{what} {:.3}", passes[passes.len() / 2]);
}

/// `random_resized_crop()`.
const CROP: Augmentation = Augmentation::RandomResizedCrop {
    scale: [0.08, 1.0],
    ratio: [3.0 / 4.0, 4.0 / 3.0],
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Cargo puts a flag of its own behind ours.
    let folder = std::env::args()
        .skip(1)
        .find(|word| !word.starts_with("--"));
    let Some(folder) = folder else {
        println!("images: no folder of JPEG files was given");
        return Ok(());
    };
    machine::prepare();
    let mut paths: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    paths.sort_by_key(fs::DirEntry::path);
    let photos = paths.iter().map(|path| fs::read(path.path()));
    let photos: Vec<Vec<u8>> = photos.collect::<Result<_, _>>()?;
    let frame = Frame {
        size: [3, 224, 224],
        resize: Some(256),
    };
    time("decode", &photos, |_, _, photo| {
        black_box(Pixels::decode(photo, 3, Flaws::Refused).expect("a sound photograph"));
    });
    time("evaluate", &photos, |_, _, photo| {
        black_box(
            frame
                .planes(photo, None, Flaws::Refused)
                .expect("a sound photograph"),
        );
    });
    time("train", &photos, |pass, row, photo| {
        let view = Epoch::new(&[CROP], 7, pass).view(row, frame.sides());
        let part = view.part.expect("a part is drawn");
        let cut = |height, width| part.part(height, width);
        black_box(
            frame
                .planes(photo, Some(&cut), Flaws::Kept)
                .expect("a sound photograph"),
        );
    });
    Ok(())
}
