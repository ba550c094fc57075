//! How many parameters an arch has: for each call of it that its own documentation shows, such as
//! `` `resnet_cifar(20)` ``, and for no arguments where it needs none.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::entry::{Entry, Size};
use crate::check::{Disk, World, look};

/// The input that sizes are told for, in words.
pub const USUAL: &str = "3×32×32 images of 10 classes";

/// How a file takes names from another.
pub enum Import<'a> {
    /// A module of the standard library: `archs`.
    Standard(&'a str),
    /// A file.
    File(&'a Path, &'a dyn World),
}

/// The sizes of an arch. A call that gives no network for the usual input has none.
pub fn sizes(arch: &Entry, import: &Import) -> Vec<Size> {
    let name = &arch.name;
    let mut calls: Vec<String> = vec![];
    if arch.parameters.iter().all(|param| param.default.is_some()) {
        calls.push(format!("{name}()"));
    }
    let shown = arch.doc.split('`').skip(1).step_by(2);
    let is_call = |code: &&str| {
        let arguments = code.strip_prefix(name.as_str());
        arguments.is_some_and(|rest| rest.starts_with('(') && rest.ends_with(')'))
    };
    calls.extend(shown.filter(is_call).map(str::to_string));
    let mut seen = BTreeSet::new();
    calls.retain(|call| seen.insert(call.clone()));
    let size = |call: String| {
        Some(Size {
            parameters: parameters(name, &call, import)?,
            call,
        })
    };
    calls.into_iter().filter_map(size).collect()
}

/// Checks a file that uses the arch, and counts.
fn parameters(name: &str, call: &str, import: &Import) -> Option<i64> {
    let (import, prefix, at, world): (_, _, PathBuf, &dyn World) = match import {
        Import::Standard(module) => (
            format!("std.{module}.{name}"),
            "",
            "sizes.kdp".into(),
            &Disk,
        ),
        Import::File(path, world) => {
            let file = path.file_name()?.to_str()?;
            let at = path.with_file_name(format!("{file}.sizes"));
            (format!("\"{file}\" as own"), "own.", at, *world)
        }
    };
    let text = format!(
        "use std.datasets.cifar10\nuse {import}\ndataset images = cifar10(\"cifar10\")\n\
         model one = {prefix}{call} {{ data: images.train, weights: \"one.safetensors\" }}\n"
    );
    let world = With {
        world,
        at: &at,
        text,
    };
    let program = look(&at, &[], &world).program?;
    let tensors = program.models.first()?.network()?.tensors().ok()?;
    let trained = tensors.iter().filter(|tensor| tensor.trained);
    Some(trained.map(|tensor| tensor.count()).sum())
}

/// A world with one more file.
struct With<'a> {
    world: &'a dyn World,
    at: &'a Path,
    text: String,
}

impl World for With<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match path == self.at {
            true => Ok(self.text.clone().into_bytes()),
            false => self.world.read(path),
        }
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        match path == self.at {
            true => Ok(path.to_owned()),
            false => self.world.canonical(path),
        }
    }
}
