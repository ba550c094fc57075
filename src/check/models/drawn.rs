//! Models that answer for others with weights that are drawn and were never trained.

use super::model::Given;
use crate::check::Checker;
use crate::check::codes::RANDOM_TEACHER;
use crate::check::program::{Share, ShareFrom};
use crate::check::values::Value;
use crate::diag::{Diagnostic, Span};

impl Checker<'_> {
    /// Warns of an objective's teachers whose answers hang on weights that nobody trained. Of a teacher whose features
    /// are matched the last layers may be anything.
    pub(in crate::check) fn warn_of_drawn_teachers(&mut self, given: &Given) {
        let Some((Value::Objective(goal), _)) = given.get("objective") else {
            return;
        };
        let matched: Vec<Span> = goal.features().iter().map(|of| of.span).collect();
        for (teacher, span) in goal.teachers() {
            if !matched.contains(&span) {
                self.warn_of_drawn(teacher, span);
            }
        }
    }

    /// Warns of a model whose answers are learnt from there, where these hang on weights that nobody trained.
    pub(in crate::check) fn warn_of_drawn(&mut self, model: usize, used: Span) {
        let model = &self.program.models[model];
        let Some(drawn) = model.drawn else {
            return;
        };
        let message = format!(
            "`{}` answers with weights that were never trained",
            model.id
        );
        self.report(
            Diagnostic::warning(RANDOM_TEACHER, message)
                .label(used, "learnt from here")
                .label(drawn, "what `ignore` matches is drawn from the seed")
                .help("train it first: `recipe: …`; or take all of the file, without `ignore`"),
        );
    }

    /// Where shares leave weights to be drawn, in a model that is not trained on.
    pub(super) fn drawn_in(&self, shares: &[Share]) -> Option<Span> {
        shares.iter().find_map(|share| match &share.from {
            ShareFrom::File { ignore, .. } => (!ignore.is_empty()).then_some(share.span),
            ShareFrom::Model(model) => self.program.models[*model].drawn,
        })
    }
}
