//! Files of weights, as far as a look at them tells: whether they are there, and what they begin with.

use std::path::Path;

use crate::check::codes::{NOT_WEIGHTS, WEIGHTS_MISSING};
use crate::check::{Checker, Found};
use crate::diag::{Diagnostic, Span, closest};
use crate::spec::{Form, NoWeights};

impl Checker<'_> {
    /// Looks at a file of weights, each once: what is there and cannot be weights is an error. What is not there may
    /// come before the run, as data may.
    pub(super) fn look_at_weights(&mut self, path: &Path, span: Span) {
        if !self.looked_at.insert(path.to_path_buf()) {
            return;
        }
        let shown = path.display();
        match self.world.look(path) {
            None => {}
            Some(Found::Nothing) => {
                let help = match self.near_weights(path) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "a run needs it; a path is relative to the folder of the `.kdp` file, one of `--set` to the current folder".into(),
                };
                self.report(
                    Diagnostic::warning(WEIGHTS_MISSING, format!("there is no file `{shown}`"))
                        .label(span, "")
                        .help(help),
                );
            }
            Some(Found::Folder) => {
                let help = match self.weights_in(path).as_slice() {
                    [] => "name the file, not its folder".into(),
                    files => format!("name the file in it: {}", files.join(", ")),
                };
                let message = format!("`{shown}` is a folder, not a file of weights");
                self.fail_with(NOT_WEIGHTS, message, span, help);
            }
            Some(Found::File(head)) => {
                if let Err(what) = Form::seen(&head, Form::called(path)) {
                    self.not_weights(path, &what, span);
                }
            }
        }
    }

    fn not_weights(&mut self, path: &Path, what: &NoWeights, span: Span) {
        let message = format!("the file `{}` {what}", path.display());
        let wrong = Diagnostic::error(NOT_WEIGHTS, message).label(span, "");
        self.report(wrong.maybe_help(what.help()));
    }

    /// The file that was probably meant: of another ending, or with a close name.
    fn near_weights(&self, path: &Path) -> Option<String> {
        let names = self.world.names(path.parent()?);
        let stem = |name: &str| Path::new(name).file_stem() == path.file_stem();
        let same = names
            .iter()
            .find(|name| stem(name) && Form::called(Path::new(name)).is_some());
        let near = match same {
            Some(same) => same,
            None => closest(
                path.file_name()?.to_str()?,
                names.iter().map(String::as_str),
            )?,
        };
        Some(path.with_file_name(near).display().to_string())
    }

    /// The first files of a folder that are called as weights are.
    fn weights_in(&self, folder: &Path) -> Vec<String> {
        const SHOWN: usize = 3;
        let mut names = self.world.names(folder);
        names.retain(|name| Form::called(Path::new(name)).is_some());
        names.sort_unstable();
        names.truncate(SHOWN);
        let paths = names.iter().map(|name| folder.join(name));
        paths.map(|path| format!("`{}`", path.display())).collect()
    }
}
