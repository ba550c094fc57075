//! Where a finding is told. What goes wrong inside of a function, an objective, an arch or an experiment
//! of another file is told at the use in the file that uses it: its text is not the user's to mend.

use crate::check::Checker;
use crate::check::modules::{DeclId, ModuleId};
use crate::diag::{Diagnostic, Label, Span};

/// A use of a declaration that is being evaluated.
pub(in crate::check) struct Use {
    /// What is used.
    pub decl: DeclId,
    /// What it is called there.
    pub name: String,
    /// Where.
    pub span: Span,
}

impl Checker<'_> {
    /// A finding with the uses that led to it. A use in another file than the finding comes first, a
    /// trial in the same file last.
    pub(in crate::check) fn led_here(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let Some(mut place) = diagnostic.labels.first().map(|label| label.span) else {
            return diagnostic;
        };
        for Use { decl, name, span } in self
            .calling
            .iter()
            .rev()
            .chain(self.arch_calls.iter().rev())
        {
            if !place.is_in(self.declaration(*decl)) {
                break;
            }
            if span.source != place.source {
                put_first(&mut diagnostic, *span, format!("in this use of `{name}`"));
            }
            place = *span;
        }
        self.trials_that_led_here(self.here, place, diagnostic)
    }

    fn trials_that_led_here(
        &self,
        mut at: ModuleId,
        mut place: Span,
        mut diagnostic: Diagnostic,
    ) -> Diagnostic {
        while let Some(instance) = &self.modules[at.0].instance
            && let Some(trial) = &instance.trial
            && place.is_in(instance.body)
        {
            let text = format!("used here, by `{}`", trial.id);
            match trial.span.source == place.source {
                true => diagnostic = diagnostic.label(trial.span, text),
                false => put_first(&mut diagnostic, trial.span, text),
            }
            (place, at) = (trial.span, trial.within);
        }
        diagnostic
    }

    /// Whether the body of a function or an objective is being evaluated.
    pub(in crate::check) fn is_calling(&self, decl: DeclId) -> bool {
        self.calling.iter().any(|call| call.decl == decl)
    }

    /// The place of a whole declaration.
    fn declaration(&self, decl: DeclId) -> Span {
        self.modules[decl.module.0].tree.items[decl.item].span
    }

    /// Tells what is wrong with a value that was given to a field, where the field stands, unless it is
    /// wrong in that file itself or in the one that runs.
    pub(in crate::check) fn report_of_field(
        &mut self,
        mut diagnostic: Diagnostic,
        field: Span,
        what: &str,
    ) {
        let root = self.modules.first().map(|root| root.source);
        let found = diagnostic.labels.first().map(|label| label.span);
        let source = found.map(|found| found.source);
        if source != root && source != Some(field.source) {
            put_first(&mut diagnostic, field, format!("in this {what}"));
        }
        self.report_found_at(found, diagnostic);
    }
}

/// Makes a place the one where a finding is told.
fn put_first(diagnostic: &mut Diagnostic, span: Span, text: String) {
    let labels = &mut diagnostic.labels;
    let known = labels.iter().position(|label| label.span == span);
    let label = known.map_or(Label { span, text }, |known| labels.remove(known));
    labels.insert(0, label);
    diagnostic
        .edits
        .retain(|edit| edit.span.source == span.source);
}
