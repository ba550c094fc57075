//! Where the engine is.

use std::env;
use std::path::{Path, PathBuf};

use super::settings::Settings;

/// The name of the engine's executable.
const NAME: &str = "kdp-engine";

/// The engine's executable: the one the settings name, else the one beside kdp's own, else
/// whichever the PATH finds.
pub(super) fn find(settings: &Settings) -> PathBuf {
    if let Some(engine) = &settings.engine {
        return engine.clone();
    }
    env::current_exe()
        .ok()
        .as_deref()
        .and_then(Path::parent)
        .map(|folder| folder.join(NAME))
        .filter(|engine| engine.is_file())
        .unwrap_or_else(|| NAME.into())
}
