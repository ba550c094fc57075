//! Whether it is cheaper to keep outputs than to compute them again.

/// Bytes that are written, read back and verified in a second, on a disk that is not quick.
const THROUGHPUT: f64 = 200e6;

/// Seconds of an object of the store: some files and folders that must be on the disk.
pub const OBJECT: f64 = 0.05;

/// Seconds of a block in a file: some calls of the system, and the page cache.
pub const BLOCK: f64 = 0.000_2;

/// Whether outputs of so many bytes, which take so many seconds to compute, are worth being kept, where
/// keeping takes `upfront` seconds and what the bytes take. They must be asked for twice to gain, so they
/// must take twice as long.
pub fn is_worth(seconds: f64, bytes: usize, upfront: f64) -> bool {
    seconds > 2.0 * (upfront + bytes as f64 / THROUGHPUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_kept_and_a_linear_layer_is_not() {
        let bytes = super::super::BLOCK * 100 * 4;
        assert!(is_worth(0.3, bytes, BLOCK));
        assert!(!is_worth(0.000_1, bytes, BLOCK));
        assert!(!is_worth(0.01, 50_000 * 40, OBJECT));
    }
}
