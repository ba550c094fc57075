//! Real files with some of their bytes changed: an error or tensors, never a panic.

use kdp_engine::random::Draws;

use super::*;

/// Values that lengths and numbers break at.
const EDGES: [u8; 6] = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

/// The bytes with a few changes: others in their place, a stretch left out, doubled or taken from elsewhere.
fn changed(bytes: &[u8], draws: &mut Draws) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=draws.below(3) {
        let length = bytes.len() as u64;
        if length < 2 {
            break;
        }
        let at = draws.below(length) as usize;
        let end = (at + 1 + draws.below(16) as usize).min(bytes.len());
        match draws.below(6) {
            0 => bytes[at] = draws.below(256) as u8,
            1 => bytes[at] = EDGES[draws.below(6) as usize],
            2 => bytes[at] ^= 1 << draws.below(8),
            3 => drop(bytes.drain(at..end)),
            4 => bytes.truncate(at),
            _ => {
                let piece = bytes[at..end].to_vec();
                let to = draws.below(length) as usize;
                bytes.splice(to..to, piece);
            }
        }
    }
    bytes
}

#[test]
fn no_change_of_a_real_file_makes_the_reader_panic() {
    let (mut read, mut refused) = (0, 0);
    for kind in ["sound", "odd", "hostile"] {
        for (nth, path) in files(kind).iter().enumerate() {
            let bytes = std::fs::read(path).expect("the file");
            let mut draws = Draws::new(nth as i64, kind, 0);
            for _ in 0..400 {
                let Ok(checkpoint) = Checkpoint::of_bytes("it", changed(&bytes, &mut draws)) else {
                    refused += 1;
                    continue;
                };
                read += 1;
                for name in checkpoint.names() {
                    let place = checkpoint.place(name).expect("there");
                    // What is larger than its storage is made only where a network asks for it.
                    let count = place
                        .shape
                        .iter()
                        .try_fold(1i64, |n, side| n.checked_mul(*side));
                    if count.is_some_and(|count| count < 1 << 20) {
                        let tensor = checkpoint.tensor(place).expect("memory");
                        assert_eq!(tensor.size(), place.shape);
                    }
                }
            }
        }
    }
    assert!(read > 300 && refused > 10_000, "{read} {refused}");
}
