//! The command `kdp`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A sweep is a hundred thousand nodes of small parts. The engine keeps the system's allocator, as
/// libtorch has it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    kdp::cli::main()
}
