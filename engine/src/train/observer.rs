//! What watches a training: its test curve and its best state.

use kdp::plan::{Curves, ObserveTask};

use super::curves::{is_test_point, train_curve};
use super::look::Keeper;
use super::{Run, TrainError, accuracy};
use crate::data::Loaded;

/// What an [`ObserveTask`] has seen of a run so far.
pub struct Observer<'a> {
    task: &'a ObserveTask,
    test: &'a Loaded,
    keeper: Option<Keeper<'a>>,
    curves: Curves,
}

/// What was seen of a training.
pub struct Seen {
    /// Its curves.
    pub curves: Curves,
    /// The weights of the best state, once there is one, as a safetensors file.
    pub best: Option<Vec<u8>>,
}

impl<'a> Observer<'a> {
    /// Who has seen nothing yet, or goes on from what was seen of the same training earlier. `best` is the
    /// split that the best state is told by, where one is asked for.
    pub fn new(
        task: &'a ObserveTask,
        test: &'a Loaded,
        best: Option<&'a Loaded>,
        earlier: Option<Seen>,
    ) -> Result<Self, TrainError> {
        let per_epoch = task.training.recipe.steps_per_epoch;
        let mut curves = Curves::default();
        let mut kept = None;
        if let Some(earlier) = earlier {
            let seen = earlier.curves;
            for (&step, &accuracy) in seen.test_steps.iter().zip(&seen.test_accuracy) {
                // The last step of a shorter training is none of a longer one's points.
                if is_test_point(step, per_epoch) {
                    curves.test_steps.push(step);
                    curves.test_accuracy.push(accuracy);
                }
            }
            (curves.best_steps, curves.best_seen) = (seen.best_steps, seen.best_seen);
            kept = earlier.best;
        }
        let keeper = match (&task.best, best) {
            (Some(best), Some(on)) => Some(Keeper::new(best, on, &curves.best_seen, kept)?),
            _ => None,
        };
        Ok(Self {
            task,
            test,
            keeper,
            curves,
        })
    }

    /// What it is told to watch.
    pub fn task(&self) -> &'a ObserveTask {
        self.task
    }

    /// Looks at the network of a run where it is time to.
    pub fn look(&mut self, run: &Run) -> Result<(), TrainError> {
        let recipe = &self.task.training.recipe;
        let done = run.done();
        let last = self.task.ended && done == recipe.steps;
        let tests = last || is_test_point(done, recipe.steps_per_epoch);
        let keeper = self.keeper.as_mut();
        let keeper = keeper.filter(|keeper| last || keeper.is_due(done));
        if !tests && keeper.is_none() {
            return Ok(());
        }
        let model = run.frozen()?;
        if tests {
            let accuracy = accuracy(&model, self.test)?;
            self.curves.test_steps.push(done);
            self.curves.test_accuracy.push(accuracy.unwrap_or(0.0));
        }
        if let Some(keeper) = keeper {
            let seen = keeper.look(&model, || run.net().to_bytes())?;
            self.curves.best_steps.push(done);
            self.curves.best_seen.push(seen);
        }
        Ok(())
    }

    /// What was seen so far.
    pub fn seen(&self, run: &mut Run) -> Result<Seen, TrainError> {
        let train = train_curve(run.log()?);
        let seen = self.curves.clone();
        Ok(Seen {
            curves: Curves {
                test_steps: seen.test_steps,
                test_accuracy: seen.test_accuracy,
                best_steps: seen.best_steps,
                best_seen: seen.best_seen,
                ..train
            },
            best: self
                .keeper
                .as_ref()
                .and_then(Keeper::kept)
                .map(<[u8]>::to_vec),
        })
    }
}
