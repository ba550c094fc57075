//! Trajectories: a state of a training is addressed by what led to it, and by nothing that comes after.

use super::{Group, Key, ObserveTask, Recipe, Schedule, Shared, Task, TrainTask};

impl TrainTask {
    /// The training that ends after so many of its steps: every schedule as far as it is seen until then,
    /// and no loss that has not counted yet. Two trainings of which this is the same have the same states
    /// up to there, bit by bit.
    pub fn until(&self, steps: u64) -> TrainTask {
        TrainTask {
            recipe: self.recipe.until(steps).into(),
            ..self.with_losses_until(steps)
        }
    }

    /// The same training in the form of [`TrainTask::until`] its own end, its recipe being so already.
    pub(super) fn whole(&self) -> TrainTask {
        self.with_losses_until(self.recipe.steps)
    }

    fn with_losses_until(&self, steps: u64) -> TrainTask {
        let terms = self.objective.iter();
        let groups = self.groups.iter().map(|group| Group {
            weight_decay: group.weight_decay.as_ref().map(|decay| decay.until(steps)),
            ..group.clone()
        });
        TrainTask {
            objective: terms.filter_map(|term| term.until(steps)).collect(),
            groups: groups.collect(),
            ..self.clone()
        }
    }

    /// Its key as a node.
    pub fn key(&self) -> Key {
        // As `Key::of` of the task, without a copy of it.
        #[derive(serde::Serialize)]
        #[serde(rename_all = "snake_case")]
        enum Node<'a> {
            Train(&'a TrainTask),
        }
        Key::of(&Node::Train(self))
    }

    /// What all trainings have in common that begin alike, whatever their schedules then are.
    pub fn lineage(&self) -> Key {
        self.course(0, bare(&self.recipe, 0))
    }

    /// What its schedules are until a step, whichever step that is: alike between two of its turns.
    /// `recipe` is what its recipe is until then, [`bare`]. At step 0, its lineage.
    pub(super) fn course(&self, until: u64, recipe: Shared<Recipe>) -> Key {
        TrainTask {
            recipe,
            ..self.with_losses_until(until)
        }
        .key()
    }

    /// Whether the shorter of two trainings is passed by the longer on its way.
    pub fn is_of_one_run_with(&self, other: &TrainTask) -> bool {
        let (short, long) = match self.recipe.steps <= other.recipe.steps {
            true => (self, other),
            false => (other, self),
        };
        long.until(short.recipe.steps) == *short
    }

    /// The steps, in order, at which one of its schedules may begin to change; from 1 to its length.
    pub fn turns(&self) -> Vec<u64> {
        let mut turns = vec![];
        for schedule in self.schedules() {
            schedule.turns(&mut turns);
        }
        turns.retain(|turn| (1..self.recipe.steps).contains(turn));
        turns.sort_unstable();
        turns.dedup();
        turns
    }

    fn schedules(&self) -> impl Iterator<Item = &Schedule> {
        let groups = self.groups.iter();
        let terms = self.objective.iter();
        [&self.recipe.lr, &self.recipe.weight_decay]
            .into_iter()
            .chain(groups.filter_map(|group| group.weight_decay.as_ref()))
            .chain(terms.flat_map(|term| [vec![&term.weight], term.loss.schedules()].concat()))
    }
}

/// As much of a recipe as is seen until a step, whichever step that is.
pub(super) fn bare(recipe: &Recipe, until: u64) -> Shared<Recipe> {
    let seen = recipe.until(until);
    Recipe { steps: 0, ..seen }.into()
}

impl ObserveTask {
    /// What it has seen after so many steps, the training going on.
    pub fn until(&self, steps: u64) -> ObserveTask {
        let training = self.training.until(steps);
        ObserveTask {
            trained: training.key(),
            training: Shared::from(training),
            ended: false,
            ..self.clone()
        }
    }

    /// Whether what it has seen can be gone on with where the other's is wanted. That it looked at its
    /// last step does no harm to curves, but a best state may be that one.
    pub fn continues_as(&self, wanted: &ObserveTask) -> bool {
        let ended = match self.best.is_some() {
            true => wanted.ended,
            false => self.ended,
        };
        let other = ObserveTask {
            ended,
            ..wanted.clone()
        };
        *self == other
    }

    /// Its key as a node.
    pub fn key(&self) -> Key {
        Key::of(&Task::Observe(self.clone()))
    }
}
