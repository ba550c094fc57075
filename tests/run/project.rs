//! A project that the command is called in, and its answers.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use super::fake::Bench;

/// Teachers, students, how they differ, and two claims of it.
pub const FILE: &str = r#"
use std.datasets.digits
use std.archs.mlp
use std.recipes.quick

param seeds: list[int] = [0, 1]
param tau: number = 4.0 where tau > 0

dataset data = digits()

teacher big[seed in seeds] = mlp([32]) { data: data.train, recipe: quick, seed: seed }

student small[seed in seeds] = mlp([8]) {
  data: data.train
  recipe: quick
  seed: seed
  objective: distill(big[seed], temperature: tau)
}

measure gap[seed in seeds] = deviation(student: small[seed], teacher: big[seed], on: data.test)

claim "steep" = mean(gap.slope) > 1.0
claim "steeper" = mean(gap.slope) > 2.0
"#;

/// A project in a bench's folder.
pub struct Project(pub Bench);

impl Project {
    pub fn new() -> Project {
        let project = Project(Bench::new());
        fs::write(project.path("a.kdp"), FILE).unwrap();
        project
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.folder.path().join(name)
    }

    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kdp"));
        command
            .args(line.split_whitespace().map(|word| word.replace('~', " ")))
            .current_dir(self.0.folder.path())
            .env("KDP_STORE", "store")
            .env("KDP_ENGINE", self.path("engine"))
            .env_remove("KDP_DEVICE")
            .env_remove("KDP_JOBS");
        command
    }

    pub fn kdp(&self, line: &str) -> Answer {
        Answer::of(self.command(line).output().unwrap())
    }
}

/// What came of a command.
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    pub fn of(output: Output) -> Answer {
        Answer {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}\n--- out\n{}\n--- err\n{}", self.out, self.err))
    }

    #[track_caller]
    pub fn ends(&self, code: i32) -> &Answer {
        assert_eq!(
            self.code, code,
            "--- out\n{}\n--- err\n{}",
            self.out, self.err
        );
        self
    }
}
