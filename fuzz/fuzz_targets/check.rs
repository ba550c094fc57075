//! Any file that imports any other is checked, and what is wrong with it can be drawn.
#![no_main]

use std::io;
use std::path::{Path, PathBuf};

use kdp::check::{World, load};
use kdp::diag::{Rendering, render, to_json};
use libfuzzer_sys::fuzz_target;

/// The pieces of the input: `root.kdp`, `a.kdp`, `b.kdp`, parted by a byte that no text has.
struct Pieces<'a>(&'a [u8]);

const NAMES: [&str; 3] = ["root.kdp", "a.kdp", "b.kdp"];

impl World for Pieces<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let at = NAMES.iter().position(|name| path == Path::new(name));
        at.and_then(|at| self.0.split(|byte| *byte == 0xff).nth(at))
            .map(<[u8]>::to_vec)
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.read(path).map(|_| path.to_path_buf())
    }
}

fuzz_target!(|pieces: &[u8]| {
    let loaded = load(Path::new(NAMES[0]), &[], &Pieces(pieces));
    let errors = loaded.diagnostics.iter().filter(|found| found.is_error());
    assert_eq!(loaded.program.is_some(), errors.count() == 0);
    render(&loaded.diagnostics, &loaded.sources, Rendering::Plain);
    to_json(&loaded.diagnostics, &loaded.sources);
});
