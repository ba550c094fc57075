//! Trunks: what several trainings have in common is trained once. The trie of their trajectories.
//!
//! Trainings that begin alike run along one [`Course`] until a schedule of one of them turns in a way
//! that the others' do not. There the state becomes a node of its own, which all go on from.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;
use rustc_hash::FxHashMap;

use super::build::Builder;
use super::trajectory::bare;
use super::{Digest, Fork, Key, Node, ObserveTask, Plan, Recipe, STRETCH, Shared, Task, TrainTask};

/// A shorter stretch is not worth a node: a warm-up's first step, at a learning rate of 0, is common to
/// all rates.
const SHORTEST: u64 = 2;

/// A stretch of time in which no schedule turns.
struct Course {
    /// Trainings that come by, each of which stays on it for longer than those before, and the step at
    /// which it leaves or ends.
    passers: Vec<(NodeIndex, u64)>,
    /// Where it begins, in which other course.
    fork: Option<(usize, u64)>,
    /// What ends on it or leaves it, by step.
    cuts: BTreeMap<u64, Cut>,
}

impl Course {
    /// A training stays on it until a step.
    fn pass(&mut self, node: NodeIndex, until: u64) {
        match self.passers.last_mut() {
            Some((last, furthest)) if *last == node => *furthest = until.max(*furthest),
            Some((_, furthest)) if *furthest >= until => {}
            _ => self.passers.push((node, until)),
        }
    }

    /// The first training that is still on it at a step.
    fn passer(&self, step: u64) -> Option<NodeIndex> {
        let mut passers = self.passers.iter();
        let passer = passers.find(|(_, until)| *until >= step);
        passer.map(|(node, _)| *node)
    }
}

/// What happens at a step of a course.
#[derive(Default)]
struct Cut {
    /// The node whose training ends here.
    ends: Option<NodeIndex>,
    /// Courses that begin here.
    forks: usize,
}

/// What recipes are until a step. Many trainings have a recipe in common, and are cut at the same steps.
#[derive(Default)]
struct Recipes(FxHashMap<(Digest, u64), Shared<Recipe>>);

impl Recipes {
    /// The course that a training is on until a step.
    fn course(&mut self, task: &TrainTask, until: u64) -> Key {
        let at = (task.recipe.digest(), until);
        let recipe = self.0.entry(at);
        let recipe = recipe.or_insert_with(|| bare(&task.recipe, until)).clone();
        task.course(until, recipe)
    }
}

/// The trie.
pub(super) struct Trunks {
    /// An outer course before those that fork from it.
    courses: Vec<Course>,
}

/// A node and the step it ends at.
type Last = Option<(NodeIndex, u64)>;

impl Trunks {
    /// Of the trainings of a plan.
    pub(super) fn of(plan: &Plan) -> Trunks {
        let mut trunks = Trunks { courses: vec![] };
        let mut families: FxHashMap<Key, Vec<(NodeIndex, &TrainTask)>> = FxHashMap::default();
        let mut recipes = Recipes::default();
        let mut order = vec![];
        for node in plan.graph.node_indices() {
            if let Task::Train(task) = &plan.graph[node].task {
                let lineage = recipes.course(task, 0);
                let family = families.entry(lineage).or_insert_with(|| {
                    order.push(lineage);
                    vec![]
                });
                family.push((node, task));
            }
        }
        let mut known = FxHashMap::default();
        for family in order.iter().map(|lineage| &families[lineage]) {
            // One alone shares nothing.
            if family.len() > 1 {
                for (node, task) in family {
                    trunks.insert((*node, task), &mut known, &mut recipes);
                }
            }
        }
        trunks
    }

    /// Leads a training along its courses.
    fn insert(
        &mut self,
        (node, task): (NodeIndex, &TrainTask),
        known: &mut FxHashMap<Key, usize>,
        recipes: &mut Recipes,
    ) {
        let end = task.recipe.steps;
        let mut turns = task.turns();
        turns.push(end);
        let (mut on, mut begin) = (None, 0);
        for turn in turns {
            let key = recipes.course(task, turn);
            let course = match known.get(&key) {
                Some(course) => *course,
                None => {
                    let fork = on.map(|on: usize| (on, begin));
                    if let Some((on, begin)) = fork {
                        self.cut(on, begin).forks += 1;
                    }
                    self.courses.push(Course {
                        passers: vec![],
                        fork,
                        cuts: BTreeMap::new(),
                    });
                    known.insert(key, self.courses.len() - 1);
                    self.courses.len() - 1
                }
            };
            self.courses[course].pass(node, turn);
            (on, begin) = (Some(course), turn);
        }
        if let Some(on) = on {
            self.cut(on, end).ends = Some(node);
        }
    }

    fn cut(&mut self, course: usize, step: u64) -> &mut Cut {
        self.courses[course].cuts.entry(step).or_default()
    }

    /// Puts a node where trainings part, and links each training, and what watches it, to the one before.
    pub(super) fn plant(&self, builder: &mut Builder) {
        let mut lasts: Vec<BTreeMap<u64, Last>> = Vec::with_capacity(self.courses.len());
        let mut linked = vec![];
        for course in &self.courses {
            let mut last: Last = course.fork.and_then(|(outer, step)| lasts[outer][&step]);
            let mut after = BTreeMap::new();
            let furthest = course.cuts.keys().next_back();
            for (&step, cut) in &course.cuts {
                let ways = cut.forks + usize::from(furthest > Some(&step));
                let begin = last.map_or(0, |(_, step)| step);
                let node = match cut.ends {
                    None if ways > 1 && step - begin >= SHORTEST => {
                        let passer = course.passer(step);
                        passer.and_then(|passer| trunk(builder, passer, begin, step))
                    }
                    ends => ends,
                };
                if let Some(node) = node {
                    if let Some((before, step)) = last {
                        link(builder, before, node, step);
                        linked.push((node, before));
                    }
                    last = Some((node, step));
                }
                after.insert(step, last);
            }
            lasts.push(after);
        }
        // A trunk is watched for all that come after it: the last ones tell those before.
        for (node, before) in linked.into_iter().rev() {
            watch(builder, before, node);
        }
    }
}

/// The node of a stretch that several trainings have in common, named after one of them.
fn trunk(builder: &mut Builder, of: NodeIndex, begin: u64, step: u64) -> Option<NodeIndex> {
    let of = builder.plan.graph[of].clone();
    let task = of.task.training()?.until(step);
    Some(builder.add(Node {
        id: format!("{}@{begin}..{step}", of.id),
        word: STRETCH.to_string(),
        key: task.key(),
        task: Task::Train(task),
        ..of
    }))
}

/// Lets a node go on from another one's result.
fn link(builder: &mut Builder, before: NodeIndex, node: NodeIndex, step: u64) {
    let graph = &mut builder.plan.graph;
    let key = graph[before].key;
    graph[node].from = Some(Fork { key, step });
    graph.add_edge(before, node, ());
}

/// Lets whatever watches a training go on from what has watched the one before it.
fn watch(builder: &mut Builder, before: NodeIndex, node: NodeIndex) {
    let earlier = builder.plan.graph[before].clone();
    let Some(Fork { step, .. }) = builder.plan.graph[node].from else {
        return;
    };
    for (observer, task) in observers(&builder.plan, node) {
        let mut wanted = task.until(step);
        let there = observers(&builder.plan, before);
        let there = there
            .into_iter()
            .find(|(_, task)| task.continues_as(&wanted));
        let known = match there {
            Some((known, _)) => known,
            None => {
                wanted.ended = false;
                let id = match wanted.best {
                    Some(_) => format!("{}@0..{step}", builder.plan.graph[observer].id),
                    None => format!("curves of {}", earlier.id),
                };
                let id = builder.distinct(&id, false);
                builder.add(Node {
                    id,
                    key: wanted.key(),
                    task: Task::Observe(wanted),
                    word: STRETCH.to_string(),
                    from: None,
                    ..earlier.clone()
                })
            }
        };
        link(builder, known, observer, step);
    }
}

/// What watches a training.
fn observers(plan: &Plan, node: NodeIndex) -> Vec<(NodeIndex, ObserveTask)> {
    let key = plan.graph[node].key;
    let after = plan.graph.neighbors(node);
    let mut found: Vec<_> = after
        .filter_map(|after| match &plan.graph[after].task {
            Task::Observe(task) if task.trained == key => Some((after, task.clone())),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(node, _)| *node);
    found
}
