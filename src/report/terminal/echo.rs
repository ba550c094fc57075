//! The `^C` that a terminal shows when the key is pressed.

use std::io::stderr;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// While it lives, the terminal shows no `^C`: the sign would push the bars a line down, and one
/// of them could not be cleared.
pub(super) struct NoEcho {
    before: Option<Termios>,
}

impl NoEcho {
    pub fn new() -> NoEcho {
        let before = tcgetattr(stderr()).ok();
        if let Some(before) = &before {
            let mut quiet = before.clone();
            quiet.local_modes.remove(LocalModes::ECHOCTL);
            // At worst the sign is shown.
            let _ = tcsetattr(stderr(), OptionalActions::Now, &quiet);
        }
        NoEcho { before }
    }
}

impl Drop for NoEcho {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            let _ = tcsetattr(stderr(), OptionalActions::Now, before);
        }
    }
}
