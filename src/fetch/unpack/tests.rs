//! Archives as they come, and as somebody might send them who means harm.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

fn how(form: Archive, size: u64, root: Option<&str>) -> Unpack {
    Unpack {
        form,
        size,
        root: root.map(str::to_string),
    }
}

/// An entry whose name is written as it is, whatever it is.
fn entry(tape: &mut Builder<Vec<u8>>, name: &str, kind: EntryType, content: &[u8]) {
    let mut header = Header::new_gnu();
    header.as_gnu_mut().expect("gnu").name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(content.len() as u64);
    header.set_entry_type(kind);
    if matches!(kind, EntryType::Symlink | EntryType::Link) {
        header.set_link_name("/etc/passwd").expect("short");
    }
    header.set_cksum();
    tape.append(&header, content).expect("written");
}

fn tape(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut tape = Builder::new(vec![]);
    for (name, kind, content) in entries {
        entry(&mut tape, name, *kind, content);
    }
    tape.into_inner().expect("written")
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(vec![], Compression::fast());
    gzip.write_all(bytes).expect("written");
    gzip.finish().expect("written")
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(io::Cursor::new(vec![]));
    for (name, content) in entries {
        let options = SimpleFileOptions::default();
        archive.start_file(*name, options).expect("begun");
        archive.write_all(content).expect("written");
    }
    archive.finish().expect("written").into_inner()
}

/// Unpacks into the folder `inner` of a folder; what came, and whether nothing stands beside it.
fn unpacked(name: &str, bytes: &[u8], how: &Unpack) -> Result<Vec<(PathBuf, u64)>, FetchError> {
    let folder = tempfile::tempdir().expect("a folder");
    let (archive, inner) = (folder.path().join("archive"), folder.path().join("inner"));
    std::fs::write(&archive, bytes).expect("written");
    std::fs::create_dir(&inner).expect("made");
    let made = unpack(name, &archive, how, &inner);
    let beside = std::fs::read_dir(folder.path()).expect("read").count();
    assert_eq!(beside, 2, "something was written beside the folder");
    for (path, bytes) in made.iter().flatten() {
        let found = std::fs::metadata(inner.join(path)).expect("there");
        assert_eq!(found.len(), *bytes);
    }
    made
}

const FILE: EntryType = EntryType::Regular;

#[test]
fn what_is_in_an_archive_is_unpacked_from_its_root_on() {
    let bytes = tape(&[
        ("set/", EntryType::Directory, b""),
        ("set/train/0.bin", FILE, b"abc"),
        ("./set/test.bin", FILE, b"de"),
        ("readme", FILE, b"not asked for"),
    ]);
    let wanted = vec![
        (PathBuf::from("test.bin"), 2),
        (PathBuf::from("train/0.bin"), 3),
    ];
    let of_set = how(Archive::Tar, 5000, Some("set"));
    assert_eq!(unpacked("a.tar", &bytes, &of_set).expect("sound"), wanted);
    let of_set = how(Archive::TarGz, 5000, Some("set"));
    let made = unpacked("a.tar.gz", &gzipped(&bytes), &of_set);
    assert_eq!(made.expect("sound"), wanted);
    let zip = zipped(&[
        ("set/train/0.bin", b"abc"),
        ("set/test.bin", b"de"),
        ("__MACOSX/x", b"no"),
    ]);
    let of_set = how(Archive::Zip, 5000, Some("set"));
    assert_eq!(unpacked("a.zip", &zip, &of_set).expect("sound"), wanted);
    let made = unpacked("a.csv.gz", &gzipped(b"abcd"), &how(Archive::Gz, 4000, None));
    assert_eq!(made.expect("sound"), [(PathBuf::from("a.csv"), 4)]);
    let all = unpacked("a.tar", &bytes, &how(Archive::Tar, 5000, None));
    assert_eq!(all.expect("sound").len(), 3);
    let none = unpacked("a.tar", &bytes, &how(Archive::Tar, 5000, Some("other")));
    assert!(matches!(none, Err(FetchError::NoRoot { .. })), "{none:?}");
}

#[test]
fn nothing_leads_out_of_the_folder() {
    for name in ["../evil", "set/../../evil", "/tmp/evil", "set/./../../evil"] {
        let sets = [
            how(Archive::Tar, 5000, None),
            how(Archive::Tar, 5000, Some("set")),
        ];
        for how in sets {
            let made = unpacked("a.tar", &tape(&[(name, FILE, b"x")]), &how);
            assert!(
                matches!(made, Err(FetchError::Hostile { .. })),
                "{name}: {made:?}"
            );
        }
        let made = unpacked(
            "a.zip",
            &zipped(&[(name, b"x")]),
            &how(Archive::Zip, 5000, None),
        );
        assert!(
            matches!(made, Err(FetchError::Hostile { .. })),
            "{name}: {made:?}"
        );
    }
    assert!(!Path::new("/tmp/evil").exists());
    for kind in [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Fifo,
        EntryType::Block,
        EntryType::Char,
    ] {
        let made = unpacked(
            "a.tar",
            &tape(&[("x", kind, b"")]),
            &how(Archive::Tar, 5000, None),
        );
        let error = made.expect_err("no file").to_string();
        assert!(
            error.contains("neither a file nor a folder"),
            "{kind:?}: {error}"
        );
    }
    let mut archive = ZipWriter::new(io::Cursor::new(vec![]));
    let options = SimpleFileOptions::default();
    archive
        .add_symlink("x", "/etc/passwd", options)
        .expect("written");
    let bytes = archive.finish().expect("written").into_inner();
    let made = unpacked("a.zip", &bytes, &how(Archive::Zip, 5000, None));
    assert!(matches!(made, Err(FetchError::Hostile { .. })), "{made:?}");
    let twice = tape(&[("x", FILE, b"a"), ("x", FILE, b"b")]);
    let made = unpacked("a.tar", &twice, &how(Archive::Tar, 5000, None));
    assert!(made.expect_err("twice").to_string().contains("twice"));
}

#[test]
fn an_archive_that_unpacks_to_more_than_is_declared_is_refused() {
    let zeros = vec![0; 40_000];
    let is_bomb = |made: Result<_, FetchError>| {
        assert!(matches!(made, Err(FetchError::Bomb { .. })), "{made:?}");
    };
    let bytes = gzipped(&tape(&[("zeros", FILE, &zeros)]));
    assert!(bytes.len() < 1000);
    is_bomb(unpacked(
        "a.tar.gz",
        &bytes,
        &how(Archive::TarGz, 10_000, None),
    ));
    unpacked("a.tar.gz", &bytes, &how(Archive::TarGz, 30_000, None)).expect("enough room");
    // What is not taken counts too.
    let bytes = gzipped(&tape(&[
        ("other/zeros", FILE, &zeros),
        ("set/x", FILE, b"x"),
    ]));
    is_bomb(unpacked(
        "a.tar.gz",
        &bytes,
        &how(Archive::TarGz, 10_000, Some("set")),
    ));
    let bytes = zipped(&[("zeros", &zeros)]);
    is_bomb(unpacked("a.zip", &bytes, &how(Archive::Zip, 10_000, None)));
    is_bomb(unpacked(
        "a.gz",
        &gzipped(&zeros),
        &how(Archive::Gz, 10_000, None),
    ));
    // Empty files without end.
    let names: Vec<String> = (0..100).map(|i| i.to_string()).collect();
    let empty: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), FILE, &b""[..]))
        .collect();
    is_bomb(unpacked(
        "a.tar",
        &tape(&empty),
        &how(Archive::Tar, 10_000, None),
    ));
}

#[test]
fn a_header_that_lies_is_refused() {
    let mut bytes = zipped(&[("x", &[7; 3000])]);
    // The sizes before packing, in the local header and in the directory.
    let told = 3000u32.to_le_bytes();
    for at in (0..bytes.len() - 4).rev() {
        if bytes[at..at + 4] == told {
            bytes[at..at + 4].copy_from_slice(&10u32.to_le_bytes());
        }
    }
    let made = unpacked("a.zip", &bytes, &how(Archive::Zip, 5000, None));
    assert!(made.is_err(), "{made:?}");
}

#[test]
fn what_is_cut_short_or_no_archive_is_told() {
    let bytes = gzipped(&tape(&[("x", FILE, &[7; 5000])]));
    for bytes in [&bytes[..bytes.len() / 2], b"<html>not found</html>"] {
        let made = unpacked("a.tar.gz", bytes, &how(Archive::TarGz, 10_000, None));
        assert!(matches!(made, Err(FetchError::Unsound { .. })), "{made:?}");
    }
    let made = unpacked("a.zip", b"PK", &how(Archive::Zip, 10_000, None));
    assert!(matches!(made, Err(FetchError::Unsound { .. })), "{made:?}");
}
