//! Members of declarations: the index sets of families, each member evaluated once.

use std::rc::Rc;

use super::family::{Axis, Family, Label, Labels, Members, indices, place, places};
use crate::check::codes::*;
use crate::check::limits::{BUDGET, BUDGET_OF_A_MEMBER, MEMBERS, TALLEST};
use crate::check::modules::{DeclId, ModuleId};
use crate::check::names::Scope;
use crate::check::values::Type;
use crate::check::values::Value;
use crate::check::{Axes, Bound, Checker, Evaluation};
use crate::diag::{Diagnostic, Span};
use crate::syntax::tree::{Expr, ExprKind, Item, Name};

/// Members of a circle that are named.
const SHOWN: usize = 10;

impl Checker<'_> {
    /// The value of a declaration: a family where it has index sets.
    pub(in crate::check) fn declared(&mut self, decl: DeclId, span: Span) -> Value {
        let tree = self.modules[decl.module.0].tree.clone();
        let item = &tree.items[decl.item];
        match self.axes_of(decl, item) {
            None => Value::Unknown,
            Some(axes) if axes.is_empty() => self.declared_member(decl, &[], span),
            Some(axes) => Value::Family(Rc::new(Family {
                axes: axes.iter().map(|(axis, _)| axis.clone()).collect(),
                members: Members::Declared(decl, vec![None; axes.len()]),
            })),
        }
    }

    /// The index sets of a declaration; `None` where they are wrong (and reported).
    pub(in crate::check) fn axes_of(&mut self, decl: DeclId, item: &Item) -> Option<Axes> {
        let indices = indices(item);
        if indices.is_empty() {
            return Some(Rc::new(vec![]));
        }
        if let Some(known) = self.axes.get(&decl) {
            return known.clone();
        }
        if self.open_axes.contains(&decl) {
            self.fail(
                CYCLE,
                "these index sets need the family that they are the index sets of",
                item.span,
            );
            return None;
        }
        self.open_axes.push(decl);
        let around = std::mem::replace(&mut self.here, decl.module);
        let mut axes: Vec<(Axis, Bound)> = vec![];
        let mut sound = true;
        for index in indices {
            let found = self.axis(&index.name, &index.set, decl);
            let mut before = indices
                .iter()
                .take_while(|other| !std::ptr::eq(*other, index));
            if let Some(first) = before.find(|other| other.name.text == index.name.text) {
                self.report(
                    Diagnostic::error(
                        DUPLICATE_NAME,
                        format!("the index `{}` stands here twice", index.name.text),
                    )
                    .label(index.name.span, "again here")
                    .label(first.name.span, "first here")
                    .help("give one of them another name"),
                );
                sound = false;
            }
            match found {
                Some(axis) => axes.push(axis),
                None => sound = false,
            }
        }
        let count = axes.iter().try_fold(1usize, |count, (axis, _)| {
            count.checked_mul(axis.labels.len())
        });
        self.families = self.families.saturating_add(count.unwrap_or(usize::MAX));
        if sound && self.families > MEMBERS {
            self.fail_with(
                TOO_LARGE,
                format!(
                    "the families of a file have {MEMBERS} members at most, and this is too much"
                ),
                item.span,
                "make index sets smaller, or cut the file into several",
            );
            // The rest is looked at for its errors, not for all of its members.
            self.budget = self.budget.map(|budget| budget.min(BUDGET / 10));
            sound = false;
        }
        self.here = around;
        self.open_axes.pop();
        let axes = sound.then(|| Rc::new(axes));
        self.axes.insert(decl, axes.clone());
        axes
    }

    fn axis(&mut self, name: &Name, set: &Expr, decl: DeclId) -> Option<(Axis, Bound)> {
        if let ExprKind::Record(fields) = &set.kind {
            let labels = fields
                .iter()
                .map(|field| Label::Word(field.name.text.clone()))
                .collect();
            let bound = Bound::Fields(fields.iter().map(|field| field.value.clone()).collect());
            return self
                .distinct(name, labels, set.span)
                .map(|axis| (axis, bound));
        }
        if let Some(bare) = self.bare_word(set, decl) {
            let (word, span) = (bare.0.to_string(), bare.1);
            self.fail_with(
                UNKNOWN_NAME,
                format!("nothing here is called `{word}`"),
                span,
                format!("labels in a list are texts: `\"{word}\"`"),
            );
            return None;
        }
        let (labels, values): (Vec<Label>, Vec<Value>) = match self
            .eval(set, &Scope::of(decl.module))
        {
            Value::Unknown => return None,
            Value::List(items) => {
                if !self.spend(2 * items.len() as u64, set.span) {
                    return None;
                }
                let mut labels = vec![];
                for item in items.iter() {
                    match Label::of(item) {
                        Some(label) => labels.push(label),
                        None if matches!(item, Value::Unknown) => return None,
                        None => {
                            let message =
                                format!("{} cannot tell one member from another", item.describe());
                            self.fail_with(WRONG_TYPE, message, set.span, "use a record, whose labels are the indices: `{ kd: distill(big), plain: one_hot }`");
                            return None;
                        }
                    }
                }
                (labels, items.to_vec())
            }
            Value::Record(fields) => fields
                .iter()
                .map(|(name, value)| (Label::Word(name.clone()), value.clone()))
                .unzip(),
            other => {
                self.fail_with(
                    WRONG_TYPE,
                    format!(
                        "an index set is a list, a range or a record, not {}",
                        other.describe()
                    ),
                    set.span,
                    format!(
                        "for example `{} in [0, 1, 2]` or `{} in 0..3`",
                        name.text, name.text
                    ),
                );
                return None;
            }
        };
        self.distinct(name, labels, set.span)
            .map(|axis| (axis, Bound::Values(values)))
    }

    /// The first name of a list that means nothing: probably a label without its quotes.
    fn bare_word<'e>(&mut self, set: &'e Expr, decl: DeclId) -> Option<(&'e str, Span)> {
        let ExprKind::List(items) = &set.kind else {
            return None;
        };
        let scope = Scope::of(decl.module);
        items.iter().find_map(|item| match &item.kind {
            ExprKind::Name(name) if self.binding(name, &scope).is_none() => {
                Some((name.as_str(), item.span))
            }
            _ => None,
        })
    }

    /// An axis, if no label of it stands there twice.
    fn distinct(&mut self, name: &Name, labels: Vec<Label>, span: Span) -> Option<Axis> {
        if labels.is_empty() {
            self.fail_with(
                NO_SUCH_MEMBER,
                "this index set is empty: the family would have no members",
                span,
                "give it at least one index",
            );
            return None;
        }
        match Labels::new(labels) {
            Ok(labels) => Some(Axis {
                name: name.text.clone(),
                labels: Rc::new(labels),
            }),
            Err(label) => {
                self.fail_with(
                    DUPLICATE_NAME,
                    format!("`{label}` stands twice in this index set"),
                    span,
                    "each index once",
                );
                None
            }
        }
    }

    /// The scope of one member: its indices bound to their values there. A record's values may hang
    /// on the indices before it.
    fn member_scope(&mut self, module: ModuleId, axes: &[(Axis, Bound)], place: &[usize]) -> Scope {
        let mut scope = Scope::of(module);
        for ((axis, bound), &at) in axes.iter().zip(place) {
            let value = match bound {
                Bound::Values(values) => values[at].clone(),
                Bound::Fields(fields) => self.eval_once(&fields[at], &Type::Any, &scope),
            };
            let label = match &axis.labels[at] {
                Label::Word(word) => Some(word.clone()),
                _ => None,
            };
            scope.env = scope.env.bind_labelled(&axis.name, value, label);
        }
        scope
    }

    /// One member of a declaration, evaluated when it is first asked for.
    pub(in crate::check) fn declared_member(
        &mut self,
        decl: DeclId,
        place: &[usize],
        span: Span,
    ) -> Value {
        let tree = self.modules[decl.module.0].tree.clone();
        let item = &tree.items[decl.item];
        let Some(axes) = self.axes_of(decl, item) else {
            return Value::Unknown;
        };
        let sizes = axes.iter().map(|(axis, _)| axis.labels.len());
        let (number, count) = sizes
            .zip(place)
            .fold((0, 1), |(number, count), (size, at)| {
                (number * size + at, count * size)
            });
        let members = self.members.entry(decl);
        let members = members.or_insert_with(|| vec![Evaluation::Unasked; count]);
        match &members[number] {
            Evaluation::Done(value, height) => {
                let (value, height) = (value.clone(), *height);
                self.lean_on(height);
                return value;
            }
            Evaluation::Open => {
                self.report_cycle((decl, number), span);
                return Value::Unknown;
            }
            Evaluation::Unasked if self.budget.is_none() => return Value::Unknown,
            Evaluation::Unasked => members[number] = Evaluation::Open,
        }
        // Trials inside trials may double again and again: their members bring nothing. Nor do those of
        // a file that is refused.
        if !self.is_nested(decl.module) && !self.findings.has_errors() {
            self.budget = self.budget.map(|budget| budget + BUDGET_OF_A_MEMBER);
        }
        self.open.push((decl, number));
        let around = std::mem::replace(&mut self.here, decl.module);
        let instance = self.modules[decl.module.0].instance.as_ref();
        self.heights
            .push(instance.map_or(0, |instance| instance.height));
        let scope = self.member_scope(decl.module, &axes, place);
        let value = self.evaluate(decl, item, place, &scope);
        let (value, height) = self.of_height(value, item.span);
        self.lean_on(height);
        self.here = around;
        self.open.pop();
        let members = self.members.get_mut(&decl);
        if let Some(member) = members.and_then(|members| members.get_mut(number)) {
            *member = Evaluation::Done(value.clone(), height);
        }
        value
    }

    /// A value that has just been evaluated, and how many declared values stand within one another in
    /// it; unknown where they are too many to be taken apart again.
    fn of_height(&mut self, value: Value, span: Span) -> (Value, usize) {
        let below = self.heights.pop().unwrap_or_default();
        let holds_others = matches!(
            value,
            Value::List(_)
                | Value::Record(_)
                | Value::Layers(_)
                | Value::Dataset(_)
                | Value::Family(_)
        );
        if !holds_others {
            return (value, 0);
        }
        if below < TALLEST {
            return (value, below + 1);
        }
        let message = format!("more than {TALLEST} values stand within one another here");
        let refused = self.fail_with(TOO_LARGE, message, span, "make it of fewer");
        (refused, 0)
    }

    /// Notes that what is being evaluated has come by a value of such a height.
    pub(in crate::check) fn lean_on(&mut self, height: usize) {
        if let Some(highest) = self.heights.last_mut() {
            *highest = (*highest).max(height);
        }
    }

    fn report_cycle(&mut self, at: (DeclId, usize), span: Span) {
        let from = self.open.iter().position(|open| *open == at).unwrap_or(0);
        let ring = &self.open[from..];
        let shown =
            |(decl, number): &(DeclId, usize)| self.shown_id(*decl, &self.place_of(*decl, *number));
        let mut names: Vec<String> = ring.iter().take(SHOWN).map(shown).collect();
        if ring.len() > SHOWN {
            names.push(format!("… {} more", ring.len() - SHOWN));
        }
        names.extend(names.first().cloned());
        self.report(
            Diagnostic::error(
                CYCLE,
                format!("`{}` needs itself: {}", names[0], names.join(" → ")),
            )
            .label(span, "needed again here")
            .help("break the circle: something here must not hang on the rest"),
        );
    }

    /// The place of a member of a declaration.
    fn place_of(&self, decl: DeclId, number: usize) -> Vec<usize> {
        let axes = self.axes.get(&decl).and_then(Option::as_ref);
        let axes = axes.iter().flat_map(|axes| axes.iter());
        let sizes: Vec<usize> = axes.map(|(axis, _)| axis.labels.len()).collect();
        place(&sizes, number)
    }

    /// The members of a family, in order.
    pub(in crate::check) fn family_members(&mut self, family: &Family, span: Span) -> Vec<Value> {
        match &family.members {
            Members::Computed(members) => members.clone(),
            Members::Declared(decl, fixed) => places(&family.axes)
                .map(|free| {
                    let mut free = free.into_iter();
                    let place: Vec<usize> = fixed
                        .iter()
                        .map(|at| at.or_else(|| free.next()).unwrap_or(0))
                        .collect();
                    let value = self.declared_member(*decl, &place, span);
                    match self.spend(1, span) {
                        true => value,
                        false => Value::Unknown,
                    }
                })
                .collect(),
        }
    }
}
