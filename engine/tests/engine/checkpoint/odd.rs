//! Files that are no weights, not only weights, or damaged.

use super::*;

#[test]
fn what_is_no_state_dict_is_told_with_the_mend() {
    let cases: [(&str, &[&str]); 16] = [
        (
            "module.pth",
            &["`torch.nn.modules.linear.Linear`", "model.state_dict()"],
        ),
        (
            "module_zip.pth",
            &[
                "`torch.nn.modules.linear.Linear`",
                "of its entry `archive/data.pkl`",
                "model.state_dict()",
            ],
        ),
        ("script.pt", &["TorchScript", "torch.jit.load"]),
        (
            "plain.pth",
            &["is a pickle, but not what `torch.save` writes"],
        ),
        ("list.pth", &["holds a list in place of a dict of tensors"]),
        (
            "tensor.pth",
            &["holds a tensor in place of a dict of tensors"],
        ),
        ("number.pth", &["its `epoch` is a whole number"]),
        ("nothing.pth", &["holds no dict of tensors"]),
        ("several.pth", &["several dicts of tensors: `model`, `ema`"]),
        (
            "compressed.pth",
            &["entry `archive/data.pkl` is compressed"],
        ),
        ("twice.pth", &["two entries of one name"]),
        ("without_storage.pth", &["has no storage `archive/data/0`"]),
        (
            "short_storage.pth",
            &["its storage `0` has 68 bytes, its pickle says 72"],
        ),
        (
            "huge.pth",
            &["its tensor `conv1.weight`", "its storage ends"],
        ),
        ("other.zip.pth", &["has no `data.pkl`"]),
        ("set.pth", &["asks for `__builtin__.set`"]),
    ];
    assert_eq!(files("odd").len(), cases.len());
    for (file, words) in cases {
        let message = refusal(&folder().join("odd").join(file));
        for word in words.iter().chain([&file]) {
            assert!(message.contains(word), "{file}: {message}");
        }
    }
}

#[test]
fn what_is_no_file_of_weights_is_told_by_what_it_is() {
    let cases: [(&str, &[u8], &[&str]); 8] = [
        ("empty.pth", b"", &["is empty", "fetch the file again"]),
        (
            "page.pth",
            b"\n<!DOCTYPE html><html><head>",
            &["is a web page"],
        ),
        (
            "pointer.safetensors",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 44\n",
            &["a pointer of Git LFS", "git lfs pull"],
        ),
        ("packed.pth", &[0x1f, 0x8b, 8, 0], &["is gzipped", "gunzip"]),
        (
            "words.pth",
            b"Not weights at all.",
            &["neither safetensors nor", "\"Not weights at a\""],
        ),
        (
            "short.safetensors",
            b"\x40\0\0\0\0\0\0\0{\"a\":",
            &["not sound safetensors", "fetch the file again"],
        ),
        (
            "short.pth",
            b"PK\x03\x04\x14\0",
            &["not a sound zip archive"],
        ),
        (
            "protocol.pth",
            b"\x80\x09N.",
            &["of protocol 9", "at byte 0"],
        ),
    ];
    for (name, bytes, words) in cases {
        let opened = Checkpoint::open(name.as_ref(), Vec::from(bytes));
        let message = told(&opened.err().expect(name));
        for word in words.iter().chain([&name]) {
            assert!(message.contains(word), "{name}: {message}");
        }
    }
}

#[test]
fn an_ending_that_contradicts_the_content_is_told() {
    let under = |file: &str, name: &str| {
        let bytes = std::fs::read(folder().join("sound").join(file)).expect("the file");
        let opened = Checkpoint::open(name.as_ref(), bytes);
        opened.map(|_| ()).map_err(|error| told(&error))
    };
    for (file, name, holds) in [
        ("small.safetensors", "it.pth", "holds safetensors"),
        ("zip.pth", "it.safetensors", "holds a PyTorch file"),
        ("legacy.pth", "it.safetensors", "holds a PyTorch file"),
    ] {
        let message = under(file, name).expect_err(name);
        assert!(message.contains(holds), "{message}");
        assert!(message.contains("the other ending"), "{message}");
    }
    for (file, name) in [
        ("small.safetensors", "it.ckpt"),
        ("zip.pth", "it.bin"),
        ("legacy.pth", "it"),
    ] {
        assert_eq!(under(file, name), Ok(()), "{name}");
    }
}

#[test]
fn a_file_that_is_cut_short_anywhere_is_an_error() {
    for path in files("sound") {
        let bytes = std::fs::read(&path).expect("the file");
        for length in (0..bytes.len()).step_by(7) {
            let opened = Checkpoint::open(&path, Vec::from(&bytes[..length]));
            assert!(opened.is_err(), "{}: {length} bytes", path.display());
        }
    }
}

#[test]
fn a_bit_that_fell_over_in_an_archive_is_seen() {
    let path = folder().join("sound/zip.pth");
    let mut bytes = std::fs::read(&path).expect("the file");
    // In the middle of the largest tensor.
    let record = b"archive/data/5";
    let named = bytes.windows(record.len()).position(|name| name == record);
    let at = named.expect("the tensor") + 600;
    bytes[at] ^= 1;
    let opened = Checkpoint::open(&path, bytes);
    let message = told(&opened.err().expect("damaged"));
    assert!(message.contains("checksum"), "{message}");
}
