//! The `^C` that a terminal shows when the key is pressed.

use std::io::stderr;
use std::sync::{Mutex, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// The terminal's modes while they are changed.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// While it lives, the terminal shows no `^C`: the sign would push the bars a line down, and one
/// of them could not be cleared.
pub(super) struct NoEcho;

impl NoEcho {
    pub fn new() -> NoEcho {
        if let Ok(before) = tcgetattr(stderr()) {
            let mut quiet = before.clone();
            quiet.local_modes.remove(LocalModes::ECHOCTL);
            // At worst the sign is shown.
            let _ = tcsetattr(stderr(), OptionalActions::Now, &quiet);
            *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
        }
        NoEcho
    }
}

impl Drop for NoEcho {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal its modes back, for an end that drops nothing.
pub fn restore() {
    if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        let _ = tcsetattr(stderr(), OptionalActions::Now, &before);
    }
}
