//! `kdp plan FILE`.

use clap::Args;
use serde::Serialize;

use super::Answer;
use super::console::{Console, count};
use super::front::{FileArgs, Planned, kept};
use super::settings::{Settings, StoreFlag};
use crate::plan::{Key, NodeIndex, Plan};
use crate::report::terminal;
use crate::run::{Queue, State, survey};
use crate::store::Store;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp plan cifar.kdp
  kdp plan cifar.kdp --target 'gap[seed: 0]'            # this node and what it needs
  kdp plan cifar.kdp --set tau=2 --detailed-exitcode    # exit code 2: there is work to do

Steps: `asked` counts every model of the file as if each were trained alone; `shared` is what is
trained once for several names, `stored` what the store has, `to run` the rest.")]
pub(super) struct PlanArgs {
    #[command(flatten)]
    file: FileArgs,
    #[command(flatten)]
    store: StoreFlag,
    /// Only this node (or family) and what it needs; repeatable
    #[arg(long = "target", value_name = "NODE")]
    targets: Vec<String>,
    /// Every member of every family; a plan of more than 100 nodes tells families as a line each
    #[arg(long)]
    all: bool,
    /// End with exit code 2 when there is work to do
    #[arg(long)]
    detailed_exitcode: bool,
}

/// More nodes than these are told family by family.
const MOST_LINES: usize = 100;

/// The answer of `--json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    nodes: Vec<NodeRow<'a>>,
    steps: Steps,
}

#[derive(Debug, Serialize)]
struct NodeRow<'a> {
    id: &'a str,
    kind: &'static str,
    key: Key,
    status: &'static str,
    steps: u64,
    inputs: Vec<&'a str>,
}

/// How many steps of training there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Steps {
    asked: u64,
    shared: u64,
    stored: u64,
    to_run: u64,
}

pub(super) fn plan(args: PlanArgs, console: &Console) -> Answer {
    let settings = Settings::of_file(&args.file.file)?;
    let store = settings.look_at_store(&args.store)?;
    let mut planned = Planned::load(&args.file, &store, console)?;
    let mut targets = planned.targets(&args.targets)?;
    if !args.targets.is_empty() {
        planned.plan = kept(planned.plan.part(&targets));
        targets = planned.targets(&args.targets)?;
    }
    let plan = planned.plan;
    let found = survey(plan, &store);
    let queue = Queue::new(plan, &targets, |node| found.contains_key(&node));
    warn_of_damage(&store, console);

    let steps = steps(plan, &queue);
    let pending = queue.waiting().count();
    if console.json {
        let nodes = plan.graph.node_indices();
        console.document(&Document {
            nodes: nodes.map(|node| row(plan, &queue, node)).collect(),
            steps,
        });
    } else {
        let each = args.all || plan.graph.node_count() <= MOST_LINES;
        console.result(&told(plan, &queue, each, steps, pending));
    }
    Ok(if args.detailed_exitcode && pending > 0 {
        2
    } else {
        0
    })
}

/// Says which objects of the store are damaged.
pub(super) fn warn_of_damage(store: &Store, console: &Console) {
    for warning in store.take_warnings() {
        console.warn(&warning);
    }
}

fn row<'p>(plan: &'p Plan, queue: &Queue, index: NodeIndex) -> NodeRow<'p> {
    let node = &plan.graph[index];
    NodeRow {
        id: &node.id,
        kind: node.task.kind(),
        key: node.key,
        status: terminal::status(queue.state(index)),
        steps: node.task.steps(),
        inputs: terminal::needs(plan, index),
    }
}

fn steps(plan: &Plan, queue: &Queue) -> Steps {
    let steps = |node: NodeIndex| plan.graph[node].task.steps();
    let asked: u64 = plan.models.values().map(|node| steps(*node)).sum();
    let mut once: Vec<NodeIndex> = plan.models.values().copied().collect();
    once.sort();
    once.dedup();
    let of = |wanted: fn(State) -> bool| -> u64 {
        let nodes = once.iter().filter(|node| wanted(queue.state(**node)));
        nodes.map(|node| steps(*node)).sum()
    };
    Steps {
        asked,
        shared: asked - of(|_| true),
        stored: of(|state| state == State::Stored),
        to_run: of(|state| state == State::Waiting),
    }
}

fn told(plan: &Plan, queue: &Queue, each: bool, steps: Steps, pending: usize) -> String {
    let state = |node| queue.state(node);
    let table = match each {
        true => terminal::nodes(plan, state),
        false => terminal::families(plan, state),
    };
    let work = match pending {
        0 => "Everything is in the store: a run would compute nothing.".to_string(),
        n => format!("{} to run.", count(n, "node")),
    };
    let more = match each {
        true => "",
        false => " `--all` tells every member.",
    };
    let Steps {
        asked,
        shared,
        stored,
        to_run,
    } = steps;
    format!(
        "{table}\n\n{work}{more}\nSteps of training: {asked} asked, {shared} shared, {stored} stored, {to_run} to run."
    )
}
