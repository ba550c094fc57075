//! Fetching data sets from a host on this machine that misbehaves in every way hosts do.

// A test whose set-up fails should fail.
#![allow(clippy::unwrap_used)]

mod command;
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kdp::fetch::{Answer, FetchError, Patience, RECORD, STAGING, Watcher, fetch};
use kdp::spec::{Archive, Checksum, Download, Remote, Unpack};

use server::{Act, Server};

/// Keeps what it is told.
#[derive(Default)]
struct Told {
    /// The byte at which each try began.
    begun: Vec<u64>,
    stumbled: Vec<String>,
}

impl Watcher for Told {
    fn begins(&mut self, _: &str, here: u64, _: Option<u64>) {
        self.begun.push(here);
    }
    fn came(&mut self, _: u64) {}
    fn working(&mut self, _: &str, _: &str) {}
    fn stumbled(&mut self, _: &str, why: &FetchError, _: Duration) {
        self.stumbled.push(why.to_string());
    }
    fn ends(&mut self, _: &str) {}
}

const PATIENCE: Patience = Patience {
    silence: Duration::from_millis(400),
    tries: 3,
    pause: Duration::from_millis(1),
};

/// Bytes that no two places of have in common.
fn content() -> Vec<u8> {
    (0..50_000u32).flat_map(u32::to_be_bytes).collect()
}

/// sha256sum of [`content`].
const SHA256: &str = "34c3d660ae500f960cb7a147647ace37e1a7f0fab250ca1a9671bcaa06f670d2";

fn remote(server: &Server) -> Remote {
    Remote {
        url: server.url("train.bin"),
        name: "train.bin".into(),
        size: 200_000,
        checksum: Checksum::Sha256(SHA256.into()),
        unpack: None,
    }
}

fn one(remote: Remote) -> Download {
    Download {
        files: vec![remote],
        terms: "none".into(),
        declare: None,
        by_hand: None,
    }
}

/// A data set's folder and the host of its file.
struct Case {
    server: Server,
    folder: tempfile::TempDir,
    told: Told,
}

impl Case {
    fn new() -> Case {
        let server = Server::start();
        server.put("train.bin", &content(), "\"one\"");
        Case {
            server,
            folder: tempfile::tempdir().unwrap(),
            told: Told::default(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("set").join(name)
    }

    fn fetch(&mut self, download: &Download) -> Result<Vec<Answer>, FetchError> {
        self.fetch_into("set", download, false)
    }

    fn fetch_into(
        &mut self,
        to: &str,
        download: &Download,
        force: bool,
    ) -> Result<Vec<Answer>, FetchError> {
        self.told = Told::default();
        let folder = self.folder.path().join(to);
        fetch("mine", download, &folder, force, PATIENCE, &mut self.told)
    }

    /// Fetches the one file, which must come whole.
    fn comes(&mut self) {
        let download = one(remote(&self.server));
        let answers = self.fetch(&download).unwrap();
        assert!(!answers[0].there);
        assert_eq!(fs::read(self.path("train.bin")).unwrap(), content());
        assert!(!self.path(STAGING).exists());
    }
}

#[test]
fn a_file_comes_and_is_not_fetched_again() {
    let mut case = Case::new();
    case.comes();
    assert_eq!(case.server.requests().len(), 1);
    let download = one(remote(&case.server));
    assert!(case.fetch(&download).unwrap()[0].there);
    // Without a record its content is held against the checksum.
    fs::remove_file(case.path(RECORD)).unwrap();
    assert!(case.fetch(&download).unwrap()[0].there);
    assert_eq!(case.server.requests().len(), 0);
    // One that lacks a byte is not the file.
    fs::write(case.path("train.bin"), &content()[1..]).unwrap();
    let error = case.fetch(&download).unwrap_err();
    assert!(matches!(error, FetchError::Occupied(_)), "{error}");
    case.fetch_into("set", &download, true).unwrap();
    assert_eq!(fs::read(case.path("train.bin")).unwrap(), content());
}

#[test]
fn a_cut_connection_is_gone_on_with() {
    let mut case = Case::new();
    case.server.then(&[Act::Cut(70_000), Act::Cut(50_000)]);
    case.comes();
    assert_eq!(case.told.begun, [0, 70_000, 120_000]);
    let requests = case.server.requests();
    assert_eq!(requests[2].headers["range"], "bytes=120000-");
    assert_eq!(requests[2].headers["if-range"], "\"one\"");
    assert!(
        case.told.stumbled[0].contains("cut after 70000"),
        "{:?}",
        case.told.stumbled
    );
}

#[test]
fn the_next_fetch_goes_on_where_the_last_one_gave_up() {
    let mut case = Case::new();
    case.server.then(&[
        Act::Cut(70_000),
        Act::Say(503),
        Act::Say(503),
        Act::Say(503),
    ]);
    let download = one(remote(&case.server));
    let error = case.fetch(&download).unwrap_err();
    assert!(
        matches!(error, FetchError::Status { status: 503, .. }),
        "{error}"
    );
    assert!(kdp::fetch::keeps(&case.folder.path().join("set")));
    assert!(error.help(true).unwrap().contains("is kept"));
    assert!(!case.path("train.bin").exists());
    case.comes();
    assert_eq!(case.told.begun, [70_000]);
}

#[test]
fn a_file_that_has_changed_on_its_host_is_begun_again() {
    let mut case = Case::new();
    case.server.put("train.bin", &[7; 200_000], "\"old\"");
    case.server.then(&[
        Act::Cut(70_000),
        Act::Say(503),
        Act::Say(503),
        Act::Say(503),
    ]);
    let download = one(remote(&case.server));
    case.fetch(&download).unwrap_err();
    case.server.put("train.bin", &content(), "\"one\"");
    case.comes();
    assert_eq!(case.told.begun, [0]);
}

#[test]
fn a_host_that_cannot_begin_in_the_middle_sends_all_again() {
    let mut case = Case::new();
    case.server.then(&[Act::Cut(70_000), Act::SendWhole]);
    case.comes();
    assert_eq!(case.told.begun, [0, 0]);
}

#[test]
fn a_beginning_of_something_else_is_thrown_away() {
    let mut case = Case::new();
    for length in [1_000, 200_000, 200_001] {
        fs::create_dir_all(case.path(STAGING)).unwrap();
        fs::write(case.path(STAGING).join("train.bin.part"), vec![7; length]).unwrap();
        case.comes();
        fs::remove_dir_all(case.folder.path().join("set")).unwrap();
    }
}

#[test]
fn another_content_than_is_declared_is_refused_and_not_kept() {
    let mut case = Case::new();
    case.server.put("train.bin", &[7; 200_000], "\"other\"");
    let download = one(remote(&case.server));
    let error = case.fetch(&download).unwrap_err();
    assert!(matches!(error, FetchError::Checksum { .. }), "{error}");
    assert!(!case.path("train.bin").exists());
    assert!(!case.path(STAGING).join("train.bin.part").exists());
    assert_eq!(case.server.requests().len(), 1);
}

#[test]
fn more_than_twice_what_is_declared_is_not_waited_for() {
    let mut case = Case::new();
    let mut small = remote(&case.server);
    small.size = 99_000;
    let error = case.fetch(&one(small)).unwrap_err();
    assert!(
        matches!(error, FetchError::TooLong { most: 198_000, .. }),
        "{error}"
    );
    assert!(!case.path(STAGING).join("train.bin.part").exists());
}

#[test]
fn what_is_not_there_is_asked_for_once() {
    let mut case = Case::new();
    let mut gone = remote(&case.server);
    gone.url = case.server.url("gone.bin");
    let error = case.fetch(&one(gone)).unwrap_err();
    assert!(
        error.to_string().contains("404 (not there any more)"),
        "{error}"
    );
    assert_eq!(case.server.requests().len(), 1);
}

#[test]
fn a_fetch_that_brought_nothing_leaves_no_folder() {
    let mut case = Case::new();
    let download = one(remote(&case.server));
    case.server.then(&[Act::Say(404)]);
    case.fetch_into("new/set", &download, false).unwrap_err();
    assert!(!case.folder.path().join("new").exists());
    // The host falls silent before the first byte, three times.
    case.server
        .then(&[Act::Hush(0), Act::Hush(0), Act::Hush(0)]);
    fs::create_dir(case.folder.path().join("set")).unwrap();
    let error = case.fetch(&download).unwrap_err();
    let set = case.folder.path().join("set");
    assert_eq!(fs::read_dir(&set).unwrap().count(), 0, "{error}");
    assert!(!kdp::fetch::keeps(&set));
    assert!(
        error.help(false).unwrap().contains("nothing came"),
        "{error}"
    );
}

#[test]
fn a_file_is_no_folder_to_fetch_into() {
    let mut case = Case::new();
    fs::write(case.folder.path().join("set"), b"mine").unwrap();
    let error = case.fetch(&one(remote(&case.server))).unwrap_err();
    assert!(matches!(error, FetchError::NoFolder(_)), "{error}");
}

#[test]
fn trouble_that_passes_is_waited_out() {
    let mut case = Case::new();
    case.server.then(&[Act::Say(503), Act::Say(429)]);
    case.comes();
    assert_eq!(case.told.stumbled.len(), 2);
}

#[test]
fn a_redirect_is_followed() {
    let mut case = Case::new();
    case.server.put("there.bin", &content(), "\"one\"");
    case.server.then(&[Act::Redirect("/there.bin")]);
    case.comes();
    assert_eq!(case.server.requests()[1].path, "/there.bin");
}

#[test]
fn redirects_without_end_are_an_error() {
    let mut case = Case::new();
    case.server.then(&[Act::Redirect("/train.bin"); 100]);
    let download = one(remote(&case.server));
    let error = case.fetch(&download).unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
}

#[test]
fn a_silent_host_is_not_waited_for_for_ever() {
    let mut case = Case::new();
    case.server.then(&[Act::Hush(70_000)]);
    case.comes();
    assert_eq!(case.told.begun, [0, 70_000]);
    assert!(
        case.told.stumbled[0].contains("sent nothing"),
        "{:?}",
        case.told.stumbled
    );
}

#[test]
fn a_host_that_nobody_answers_at_is_told() {
    let mut case = Case::new();
    let download = one(remote(&case.server));
    case.server = Server::start();
    let error = case.fetch(&download).unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
    assert_eq!(case.told.stumbled.len(), 2);
}

/// An archive `set/a.bin`, `set/deep/b.bin` and `readme`.
fn archive(server: &Server) -> Remote {
    let mut tape = tar::Builder::new(vec![]);
    for (name, content) in [
        ("set/a.bin", "abc"),
        ("set/deep/b.bin", "de"),
        ("readme", "no"),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_cksum();
        tape.append_data(&mut header, name, content.as_bytes())
            .unwrap();
    }
    let bytes = tape.into_inner().unwrap();
    server.put("set.tar", &bytes, "\"tar\"");
    Remote {
        url: server.url("set.tar"),
        name: "set.tar".into(),
        size: bytes.len() as u64,
        checksum: Checksum::Md5(md5(&bytes)),
        unpack: Some(Unpack {
            form: Archive::Tar,
            size: 5_000,
            root: Some("set".into()),
        }),
    }
}

fn md5(bytes: &[u8]) -> String {
    use md5::Digest;
    let digest = md5::Md5::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn an_archive_is_unpacked_and_not_fetched_again() {
    let mut case = Case::new();
    let download = one(archive(&case.server));
    let answers = case.fetch(&download).unwrap();
    assert_eq!((answers[0].there, answers[0].bytes), (false, 5));
    let set = case.folder.path().join("set");
    assert_eq!(names(&set), [RECORD, "a.bin", "deep"]);
    assert_eq!(fs::read(set.join("deep/b.bin")).unwrap(), b"de");
    assert!(case.fetch(&download).unwrap()[0].there);
    assert_eq!(case.server.requests().len(), 1);
    // What is missing or cut is fetched again, and put back.
    fs::write(set.join("a.bin"), b"a").unwrap();
    assert!(!case.fetch(&download).unwrap()[0].there);
    assert_eq!(fs::read(set.join("a.bin")).unwrap(), b"abc");
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let mut case = Case::new();
    let download = one(archive(&case.server));
    fs::create_dir(case.folder.path().join("set")).unwrap();
    fs::write(case.path("a.bin"), b"mine").unwrap();
    let error = case.fetch(&download).unwrap_err();
    assert!(matches!(error, FetchError::Occupied(_)), "{error}");
    assert!(error.help(false).unwrap().contains("--force"));
    assert_eq!(fs::read(case.path("a.bin")).unwrap(), b"mine");
    assert_eq!(case.server.requests().len(), 0);
    case.fetch_into("set", &download, true).unwrap();
    assert_eq!(fs::read(case.path("a.bin")).unwrap(), b"abc");
}

#[test]
fn a_move_that_was_broken_off_is_gone_on_with() {
    let mut case = Case::new();
    let download = one(archive(&case.server));
    case.fetch(&download).unwrap();
    let (set, staging) = (case.folder.path().join("set"), case.path(STAGING));
    // As if kdp had been killed between the two moves, its record not written.
    fs::create_dir_all(staging.join("set.tar.unpacked")).unwrap();
    fs::rename(set.join("deep"), staging.join("set.tar.unpacked/deep")).unwrap();
    let list = r#"[["a.bin",3],["deep/b.bin",2]]"#;
    fs::write(staging.join("set.tar.list"), list).unwrap();
    fs::remove_file(set.join(RECORD)).unwrap();
    case.server.requests();
    case.fetch(&download).unwrap();
    assert_eq!(case.server.requests().len(), 0);
    assert_eq!(names(&set), [RECORD, "a.bin", "deep"]);
    assert!(case.fetch(&download).unwrap()[0].there);
}

#[test]
fn a_hostile_archive_leaves_nothing() {
    let mut case = Case::new();
    let mut hostile = archive(&case.server);
    hostile.unpack.as_mut().unwrap().size = 100;
    let error = case.fetch(&one(hostile)).unwrap_err();
    assert!(matches!(error, FetchError::Bomb { .. }), "{error}");
    assert!(!case.folder.path().join("set").exists());
}
