//! `kdp plan FILE`.

use clap::Args;
use serde::Serialize;

use super::Answer;
use super::console::Console;
use super::front::{FileArgs, Planned, kept};
use super::settings::{Settings, StoreFlag};
use crate::diag::count;
use crate::plan::{Key, NodeIndex, Plan, Task};
use crate::report::grouped;
use crate::report::terminal;
use crate::run::{Queue, resumes, survey};
use crate::store::Store;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp plan cifar.kdp
  kdp plan cifar.kdp --target 'gap[seed: 0]'            # this node and what it needs
  kdp plan cifar.kdp --set tau=2 --detailed-exitcode    # exit code 2: there is work to do

Steps: `asked` counts every model of the file as if each were trained alone; `shared` is what
several have in common and is trained once, `stored` what the store has, `to run` the rest. A stretch
that several models share is named after one of them: `small[tau: 4]@0..12000`.")]
pub(super) struct PlanArgs {
    #[command(flatten)]
    file: FileArgs,
    #[command(flatten)]
    store: StoreFlag,
    /// Only this node (or family) and what it needs; repeatable
    #[arg(long = "target", value_name = "NODE")]
    targets: Vec<String>,
    /// Every member of every family, and what watches trainings; else a plan of more than 100 nodes
    /// tells families as a line each
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
    /// The step at which it begins or, pending, would go on.
    from: u64,
    inputs: Vec<&'a str>,
}

/// How many steps of training there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Steps {
    asked: u64,
    shared: u64,
    stored: u64,
    to_run: u64,
    /// Of trainings that are done, made again for what is to be watched of them.
    replayed: u64,
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
    let resumes = resumes(plan, &store, &found, |node| settings.ground(plan, node));
    let queue = Queue::new(plan, &targets, |node| found.contains_key(&node), resumes);
    warn_of_damage(&store, console);

    let steps = steps(plan, &queue);
    let alone = |node: &NodeIndex| !(plan.graph[*node].only_watches() && queue.goes_along(*node));
    let pending = queue.waiting().filter(alone).count();
    if console.json {
        let shown = |node: &NodeIndex| args.all || terminal::is_shown(plan, &queue, *node);
        let nodes = terminal::ordered(plan).into_iter().filter(shown);
        console.document(&Document {
            nodes: nodes.map(|node| row(plan, &queue, node)).collect(),
            steps,
        });
    } else {
        console.result(&told(plan, &queue, args.all, steps, pending));
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
        steps: node.length(),
        from: queue.begins(index),
        inputs: terminal::needs(plan, index),
    }
}

fn steps(plan: &Plan, queue: &Queue) -> Steps {
    let asked = plan.models.values().map(|node| plan.graph[*node].length());
    let asked: u64 = asked.sum();
    let once: u64 = plan.nodes().map(|node| node.steps()).sum();
    let left = |node: NodeIndex| plan.graph[node].length() - queue.begins(node);
    let (mut to_run, mut replayed) = (0, 0);
    for node in queue.waiting() {
        match plan.graph[node].task {
            Task::Train(_) => to_run += left(node),
            Task::Observe(_) if !queue.goes_along(node) => replayed += left(node),
            _ => {}
        }
    }
    Steps {
        asked,
        shared: asked.saturating_sub(once),
        stored: once.saturating_sub(to_run),
        to_run,
        replayed,
    }
}

fn told(plan: &Plan, queue: &Queue, all: bool, steps: Steps, pending: usize) -> String {
    let each = all || plan.graph.node_count() <= MOST_LINES;
    let table = match each {
        true => terminal::nodes(plan, queue, all),
        false => terminal::families(plan, queue),
    };
    let work = match pending {
        0 => "Everything is in the store: a run would compute nothing.".to_string(),
        n => format!("{} to run.", count(n, "node")),
    };
    let more = match each {
        true => "",
        false => " `--all` tells every member.",
    };
    format!("{table}\n\n{work}{more}\n{}", steps.told())
}

impl Steps {
    fn told(self) -> String {
        let asked = count(grouped(self.asked), "step");
        let [shared, stored, to_run, replayed] =
            [self.shared, self.stored, self.to_run, self.replayed].map(grouped);
        let replayed = match self.replayed {
            0 => String::new(),
            _ => format!(", {replayed} made again to watch them"),
        };
        format!("asked {asked}, {to_run} to run ({shared} shared, {stored} stored{replayed})")
    }
}
