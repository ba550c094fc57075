//! `kdp-engine worker` serves a `kdp` process over a pipe; `kdp-engine doctor --json` says what this
//! machine offers.

use std::io::{BufReader, Write, stdin, stdout};
use std::process::ExitCode;

use kdp_engine::{machine, worker};

const WORD: &str = "\
kdp-engine is the worker of kdp: `kdp run` starts it by itself.

  kdp-engine worker          takes orders on standard input, answers on standard output
  kdp-engine doctor --json   says which libtorch and which devices there are
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["worker"] => {
            machine::prepare();
            worker::serve(BufReader::new(stdin()))
        }
        ["doctor", "--json"] | ["doctor"] => {
            machine::prepare();
            serde_json::to_string(&machine::doctor())
                .map_err(std::io::Error::from)
                .and_then(|said| writeln!(stdout(), "{said}"))
        }
        [] | ["help" | "--help" | "-h"] => stdout().write_all(WORD.as_bytes()),
        _ => {
            eprint!("{WORD}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kdp-engine: {}", kdp::diag::plainly(&error));
            ExitCode::FAILURE
        }
    }
}
