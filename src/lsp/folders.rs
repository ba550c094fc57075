//! The `.kdp` files of a folder.

use std::fs;
use std::path::{Path, PathBuf};

/// How many folders are looked into: a client may have all of a disk open.
const FOLDERS: usize = 2_000;
/// How many files are looked at.
const FILES: usize = 2_000;

/// The `.kdp` files of a folder and those in it; hidden folders and links are left out.
pub fn kdp_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = vec![];
    let mut open = vec![folder.to_path_buf()];
    let mut seen = 0;
    while let Some(folder) = open.pop() {
        seen += 1;
        if seen > FOLDERS || files.len() >= FILES {
            break;
        }
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !hidden => open.push(path),
                Ok(kind) if kind.is_file() && path.extension().is_some_and(|end| end == "kdp") => {
                    files.push(path);
                }
                _ => {}
            }
        }
    }
    files
}
