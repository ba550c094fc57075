//! `kdp completions SHELL`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Answer, Cli, console::Console};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp completions bash > ~/.local/share/bash-completion/completions/kdp
  kdp completions zsh  > ~/.zfunc/_kdp
  kdp completions fish > ~/.config/fish/completions/kdp.fish")]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(super) fn completions(args: CompletionsArgs, console: &Console) -> Answer {
    console.refuse_json("a shell's script")?;
    let mut script = vec![];
    clap_complete::generate(args.shell, &mut Cli::command(), "kdp", &mut script);
    console.result(&String::from_utf8_lossy(&script));
    Ok(0)
}
