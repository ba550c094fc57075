//! The reference paper's pipelines, each run for a few steps on made-up data in the official layout: the very
//! files, made small by `--set`.

// A test that cannot write its files fails, and should.
#![allow(clippy::unwrap_used)]

#[path = "paper/images.rs"]
mod images;
#[path = "paper/texts.rs"]
mod texts;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A folder with made-up data.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Bench {
        Bench(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and the folders that it stands in.
    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Runs a pipeline with one seed, made small, and gives what became of it.
    fn run(&self, pipeline: &str, settings: &[&str]) -> Ran {
        let paper = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/paper");
        let mut command = Command::new(env!("CARGO_BIN_EXE_kdp"));
        command
            .arg("run")
            .arg(paper.join(pipeline))
            .args(["--json", "--set", "seeds=[0]"])
            .current_dir(self.0.path())
            .env("KDP_STORE", "store")
            .env_remove("KDP_DEVICE");
        for setting in settings {
            command.args(["--set", setting]);
        }
        let output = command.output().unwrap();
        let (out, err) = (output.stdout, output.stderr);
        let out = String::from_utf8(out).unwrap();
        assert!(
            output.status.success(),
            "{out}\n{}",
            String::from_utf8_lossy(&err)
        );
        Ran(serde_json::from_str(&out).unwrap())
    }
}

/// What became of a run.
struct Ran(Value);

impl Ran {
    /// Whether so many models were trained, stretches that they share not counted.
    #[track_caller]
    fn trains(&self, models: usize) {
        let nodes = self.0["nodes"].as_array().unwrap();
        let trained = nodes.iter().filter(|node| {
            let name = node["id"].as_str().unwrap();
            node["kind"] == "train" && !name.contains("@0..")
        });
        assert_eq!(trained.count(), models);
        assert!(
            nodes.iter().all(|node| node["status"] == "ran"),
            "{nodes:?}"
        );
    }
}
