//! The command: thin, one file a verb.
//!
//! Results go to standard output, diagnostics and progress to standard error.
//! Exit codes: 0 done; 1 the file has errors; 2 wrong use (and `plan --detailed-exitcode` with
//! work pending); 3 a node failed; 4 a claim is false under `--strict`; 5 the store or the
//! machine failed; 130 interrupted.

mod console;
mod difference;
mod digests;
mod engine;
mod error;
mod front;
mod leases;
mod legible;
mod runs;
mod saving;
mod settings;
mod size;
mod standing;

mod check;
mod codes;
mod completions;
mod data;
mod doc;
mod doctor;
mod explain;
mod export;
mod fmt;
mod graph;
mod lsp;
mod new;
mod plan;
mod points;
mod report;
mod run;
mod store;

use std::process::ExitCode;

use clap::{ArgAction, Args, Parser, Subcommand};

use console::{Colour, Console, Told};
use error::CliError;

/// What a verb gives: its exit code.
type Answer = Result<u8, CliError>;

/// A small, typed pipeline language for knowledge-distillation research.
#[derive(Debug, Parser)]
#[command(
    name = "kdp",
    version,
    arg_required_else_help = true,
    after_help = "\
Examples:
  kdp new hello && kdp run hello/hello.kdp   a first experiment, from nothing to its page
  kdp check cifar.kdp                        is the file right? Nothing is run
  kdp plan cifar.kdp                         what would run, and what is in the store already
  kdp run cifar.kdp --set tau=2              run it with another temperature
  kdp explain cifar.kdp 'small[seed: 0]'     why must this node run again?

Exit codes:
  0 done    1 the file has errors    2 wrong use    3 a node failed
  4 a claim is false under --strict  5 the store or the machine failed  130 interrupted

Settings of a site stand in `kdp.toml`, nearest folder upward: store, device, jobs, threads, checkpoint,
engine, outputs.
KDP_STORE, KDP_DEVICE, KDP_JOBS, KDP_ENGINE and KDP_OUTPUTS go before them, flags before all."
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    common: Common,
}

/// What every verb takes.
#[derive(Debug, Args)]
struct Common {
    /// Answer with one JSON document on standard output
    #[arg(long, global = true)]
    json: bool,
    /// When to use colour; NO_COLOR is heeded
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Colour,
    /// How diagnostics are written; NO_GRAPHICS is heeded
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "HOW",
        env = "KDP_DIAGNOSTICS"
    )]
    diagnostics: Told,
    /// Show the workers' logs too
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Bring every node of a file into the store, then write the run's page
    Run(run::RunArgs),
    /// Say everything that is wrong with files; run nothing
    Check(check::CheckArgs),
    /// Show what would run, what is in the store, and what is shared
    Plan(plan::PlanArgs),
    /// Why a node is or is not in the store; or what a diagnostic's code means
    Explain(explain::ExplainArgs),
    /// Draw what hangs on what
    Graph(graph::GraphArgs),
    /// Show what a name of the standard library, a built-in word or a file is for
    Doc(doc::DocArgs),
    /// Lay files out in the canonical way; comments are kept
    Fmt(fmt::FmtArgs),
    /// Serve editors: diagnostics, hovers, completion and the rest of the Language Server Protocol
    Lsp(lsp::LspArgs),
    /// Show what came out of a run, and where its page is
    Report(report::ReportArgs),
    /// Look at and clean the store
    Store(store::StoreArgs),
    /// Fetch data sets from their hosts
    Data(data::DataArgs),
    /// Write a trained network, or the arrays behind a measurement, to a file
    Export(export::ExportArgs),
    /// Make a starter project
    New(new::NewArgs),
    /// Show which libtorch, devices and store this machine has
    Doctor(doctor::DoctorArgs),
    /// Print a script that completes kdp's words in a shell
    Completions(completions::CompletionsArgs),
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let console = Console::new(&cli.common);
    let answer = match cli.verb {
        Verb::Run(args) => run::run(args, &console),
        Verb::Check(args) => check::check(args, &console),
        Verb::Plan(args) => plan::plan(args, &console),
        Verb::Explain(args) => explain::explain(args, &console),
        Verb::Graph(args) => graph::graph(args, &console),
        Verb::Doc(args) => doc::doc(args, &console),
        Verb::Fmt(args) => fmt::fmt(args, &console),
        Verb::Lsp(args) => lsp::lsp(&args),
        Verb::Report(args) => report::report(args, &console),
        Verb::Store(args) => store::store(args, &console),
        Verb::Data(args) => data::data(args, &console),
        Verb::Export(args) => export::export(args, &console),
        Verb::New(args) => new::new(args, &console),
        Verb::Doctor(args) => doctor::doctor(args, &console),
        Verb::Completions(args) => completions::completions(args, &console),
    };
    ExitCode::from(answer.unwrap_or_else(|error| console.fail(&error)))
}
