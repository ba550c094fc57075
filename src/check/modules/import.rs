//! Files that other files import: found, read once, and kept within the project.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::module::ModuleId;
use crate::check::codes::*;
use crate::check::{Checker, World};
use crate::diag::{Diagnostic, Mend, Span, closest, plainly};

/// Where a file is wanted.
#[derive(Clone, Copy)]
pub(in crate::check) struct Wanted<'a> {
    /// The folder of the file that wants it.
    pub folder: &'a Path,
    /// The path as it was written there.
    pub written: &'a str,
    /// Where.
    pub span: Span,
    /// What stands before the names of its members.
    pub prefix: &'a str,
}

impl Checker<'_> {
    /// Reads the file that runs, and all that it imports.
    pub(in crate::check) fn load_root(&mut self, path: &Path) -> Option<ModuleId> {
        let found = self.world.canonical(path);
        self.project = found.ok().and_then(|file| self.world.project(&file));
        self.load_file(path, None)
    }

    /// Reads a file that is imported, and all that it imports.
    pub(in crate::check) fn load_import(&mut self, wanted: Wanted) -> Option<ModuleId> {
        self.load_file(&wanted.folder.join(wanted.written), Some(wanted))
    }

    fn load_file(&mut self, path: &Path, wanted: Option<Wanted>) -> Option<ModuleId> {
        let canonical = match self.world.canonical(path) {
            Ok(canonical) => canonical,
            Err(error) => return self.unreadable_file(path, wanted, &error),
        };
        if let Some(at) = self.loading.iter().position(|(open, _)| *open == canonical) {
            return self.import_cycle(at, wanted);
        }
        if let Some(id) = self.loaded.get(&canonical) {
            return Some(*id);
        }
        if let (Some(wanted), Some(project)) = (wanted, &self.project)
            && !canonical.starts_with(project)
        {
            let message = format!(
                "`{}` lies outside of the project, which is the folder `{}`",
                wanted.written,
                project.display()
            );
            let help = "move it into the project, or put a `kdp.toml`, which may be empty, into the folder that shall be the project";
            self.fail_with(OUTSIDE_PROJECT, message, wanted.span, help);
            return None;
        }
        let bytes = match self.world.read(path) {
            Ok(bytes) => bytes,
            Err(error) => return self.unreadable_file(path, wanted, &error),
        };
        let shown = path.display().to_string();
        let (source, tree, errors) = crate::syntax::read(&shown, bytes, &mut self.sources);
        self.findings.extend(errors);
        self.loading.push((canonical.clone(), shown));
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let prefix = wanted.map_or_else(String::new, |wanted| wanted.prefix.to_string());
        let id = self.enter(source, tree, folder, prefix, false);
        self.loading.pop();
        self.loaded.insert(canonical, id);
        Some(id)
    }

    fn unreadable_file(
        &mut self,
        path: &Path,
        wanted: Option<Wanted>,
        error: &io::Error,
    ) -> Option<ModuleId> {
        let why = plainly(error);
        let diagnostic = Diagnostic::error(
            IMPORT_UNREADABLE,
            format!("cannot read `{}`: {why}", path.display()),
        );
        self.report(match wanted {
            Some(wanted) => {
                let near = near_path(self.world, wanted.folder, wanted.written);
                let mend = near.map(|near| {
                    Mend::from(format!("did you mean `{near}`?"))
                        .edit(wanted.span, format!("\"{near}\""))
                });
                diagnostic
                    .label(wanted.span, "imported here")
                    .maybe_help(mend)
            }
            None => diagnostic,
        });
        None
    }

    /// The file being read at a place of `loading` is wanted again.
    fn import_cycle(&mut self, at: usize, wanted: Option<Wanted>) -> Option<ModuleId> {
        let open = &self.loading[at..];
        let names: Vec<&str> = open
            .iter()
            .chain(open.first())
            .map(|(_, shown)| shown.as_str())
            .collect();
        let text = match names.as_slice() {
            [itself, _] => format!("`{itself}` imports itself"),
            _ => format!("files import each other in a circle: {}", names.join(" → ")),
        };
        let help = match open.len() {
            1 => "a file sees its own names without importing itself: delete this line",
            _ => "move what they share into a file of its own",
        };
        let diagnostic = Diagnostic::error(IMPORT_CYCLE, text).help(help);
        self.report(match wanted {
            Some(wanted) => diagnostic.label(wanted.span, "this import closes the circle"),
            None => diagnostic,
        });
        None
    }
}

/// The path that was probably meant: the first part of it that is not there, and a close name.
pub fn near_path(world: &dyn World, folder: &Path, written: &str) -> Option<String> {
    let mut here = folder.to_path_buf();
    let mut parts = Path::new(written).components();
    let mut meant = PathBuf::new();
    while let Some(part) = parts.next() {
        if let Component::Normal(name) = part {
            let name = name.to_str()?;
            let names = world.names(&here);
            if !names.iter().any(|known| known == name) {
                let whole = format!("{name}.kdp");
                let near = match names.contains(&whole) {
                    true => whole.as_str(),
                    false => closest(name, names.iter().map(String::as_str))?,
                };
                let mut near = meant.join(near);
                near.extend(parts);
                return near.to_str().map(str::to_owned);
            }
        }
        here.push(part);
        meant.push(part);
    }
    None
}
