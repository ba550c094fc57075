//! Imports on a real disk: symbolic links, devices, folders, and what a project is.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use kdp::check::{Disk, Loaded, load};
use tempfile::TempDir;

/// Files in a folder of their own.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = folder.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn check(&self, name: &str) -> Loaded {
        load(&self.path(name), &[], &Disk)
    }

    /// The codes and messages of what is found, the folder's own name left out.
    fn said(&self, name: &str) -> Vec<String> {
        let here = format!("{}/", self.0.path().canonicalize().unwrap().display());
        let found = self.check(name).diagnostics;
        let said = found
            .iter()
            .map(|found| format!("{}: {}", found.code.0, found.message));
        said.map(|said| said.replace(&here, "")).collect()
    }
}

const SHARED: &str = "let tau = 4\n";

#[test]
fn a_diamond_reads_its_tip_once() {
    let folder = Folder::new(&[
        (
            "root.kdp",
            "use \"a.kdp\" as a\nuse \"b.kdp\" as b\nclaim \"c\" = a.x + b.x > 0\n",
        ),
        ("a.kdp", "use \"shared.kdp\" as s\nlet x = s.tau\n"),
        ("b.kdp", "use \"./sub/../shared.kdp\" as s\nlet x = s.tau\n"),
        ("sub/c.kdp", ""),
        ("shared.kdp", SHARED),
    ]);
    let loaded = folder.check("root.kdp");
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    assert_eq!(loaded.sources.iter().count(), 4, "root, a, b and shared");
}

#[test]
fn a_file_behind_two_links_is_one_module() {
    let folder = Folder::new(&[
        (
            "root.kdp",
            "use \"one.kdp\" as a\nuse \"two.kdp\" as b\nclaim \"c\" = a.tau + b.tau > 0\n",
        ),
        ("shared.kdp", SHARED),
    ]);
    symlink("shared.kdp", folder.path("one.kdp")).unwrap();
    symlink("shared.kdp", folder.path("two.kdp")).unwrap();
    let loaded = folder.check("root.kdp");
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    assert_eq!(loaded.sources.iter().count(), 2, "root and shared");
}

#[test]
fn links_in_a_circle_are_told() {
    let folder = Folder::new(&[("root.kdp", "use \"loop.kdp\" as l\nlet x = l.y\n")]);
    symlink("pool.kdp", folder.path("loop.kdp")).unwrap();
    symlink("loop.kdp", folder.path("pool.kdp")).unwrap();
    let said = folder.said("root.kdp");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].ends_with("its symbolic links lead in a circle"),
        "{said:?}"
    );
}

#[test]
fn a_project_is_the_folder_of_the_nearest_kdp_toml() {
    let root = "use \"../shared.kdp\" as s\nclaim \"c\" = s.tau > 0\n";
    let folder = Folder::new(&[("one/root.kdp", root), ("shared.kdp", SHARED)]);
    let said = folder.said("one/root.kdp");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("outside-project: "), "{said:?}");
    fs::write(folder.path("kdp.toml"), "").unwrap();
    assert_eq!(folder.said("one/root.kdp"), [""; 0]);
}

#[test]
fn a_link_that_leads_out_of_the_project_is_told() {
    let folder = Folder::new(&[
        (
            "one/root.kdp",
            "use \"s.kdp\" as s\nclaim \"c\" = s.tau > 0\n",
        ),
        ("shared.kdp", SHARED),
    ]);
    symlink("../shared.kdp", folder.path("one/s.kdp")).unwrap();
    assert!(folder.said("one/root.kdp")[0].starts_with("outside-project: "));
}

#[test]
fn devices_and_folders_are_no_modules() {
    let folder = Folder::new(&[("sub/a.kdp", SHARED)]);
    for (file, why) in [("/dev/zero", "no regular file"), ("sub", "a folder")] {
        let root = format!("use \"{file}\" as f\nlet x = f.y\n");
        fs::write(folder.path("root.kdp"), root).unwrap();
        // Whichever of the two is told first, it is told at once.
        let said = folder.said("root.kdp").concat();
        assert!(
            said.contains(why) || said.contains("outside-project"),
            "{said}"
        );
    }
    let said = load(Path::new("/dev/zero"), &[], &Disk).diagnostics;
    assert!(
        said[0].message.ends_with("it is no regular file"),
        "{said:?}"
    );
}

#[test]
fn bytes_that_are_no_text_are_told_with_what_else_is_wrong() {
    let folder = Folder::new(&[]);
    fs::write(
        folder.path("a.kdp"),
        b"let a = \"caf\xe9\"\nlet b = [1 2]\n",
    )
    .unwrap();
    let loaded = folder.check("a.kdp");
    let codes: Vec<_> = loaded
        .diagnostics
        .iter()
        .map(|found| found.code.0)
        .collect();
    assert!(
        codes.contains(&"not-utf8") && codes.contains(&"unexpected-token"),
        "{codes:?}"
    );
    let bad = loaded
        .diagnostics
        .iter()
        .find(|found| found.code.0 == "not-utf8")
        .unwrap();
    assert!(
        loaded
            .sources
            .place(bad.labels[0].span)
            .ends_with("a.kdp:1:13")
    );

    fs::write(folder.path("a.kdp"), b"\xff\xfel\0e\0t\0").unwrap();
    let said = folder.check("a.kdp").diagnostics;
    assert!(
        said[0].help.as_ref().unwrap().contains("UTF-16"),
        "{said:?}"
    );
    assert_eq!(said.len(), 1);
}
