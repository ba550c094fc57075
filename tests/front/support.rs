//! Files in memory, for tests of the front end.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

pub use kdp::check::Memory;
use kdp::check::load;
use kdp::diag::{Rendering, render};
use kdp::plan::{Digest, Digests, Key, Plan, Wanted, plan};

/// Files whose content is their name.
pub struct Names;

impl Digests for Names {
    fn digest(&self, path: &Path, _: Option<&Wanted>) -> io::Result<Digest> {
        Ok(Key::of_bytes(path.to_string_lossy().as_bytes()))
    }
}

/// The plan of a text, with params set.
pub fn planned_with(text: &str, settings: &[(&str, &str)]) -> Plan {
    let world = Memory(BTreeMap::from([("test.kdp".into(), text.to_string())]));
    let settings: Vec<_> = settings
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    let loaded = load(Path::new("test.kdp"), &settings, &world);
    let said = render(&loaded.diagnostics, &loaded.sources, Rendering::Plain);
    let program = loaded.program.unwrap_or_else(|| panic!("{said}"));
    plan(&program, &loaded.sources, &Names)
}

/// The plan of a text.
pub fn planned(text: &str) -> Plan {
    planned_with(text, &[])
}
