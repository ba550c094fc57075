//! The command `kdp`.

use std::process::ExitCode;

fn main() -> ExitCode {
    kdp::cli::main()
}
