//! Members: of families by their indices, of values by their names.

use std::rc::Rc;

use super::codes::*;
use super::family::{
    Axis, Family, Label, Labels, Members, difference, indices, labels_text, places, reordered,
};
use super::formula::Formula;
use super::module::{DeclId, ModuleId};
use super::scope::Scope;
use super::synonyms::meant;
use super::types::Type;
use super::value::Value;
use super::{Axes, BUDGET_OF_A_MEMBER, Bound, Checker, Evaluation};
use crate::diag::{Diagnostic, Mend, Span, closest};
use crate::spec::{Quantity, Split};
use crate::syntax::tree::{Arg, Expr, ExprKind, Item, ItemKind, Name};
use crate::vocabulary::{FIELDS, STATES, find};

/// Members that the families of one declaration may have.
const LARGEST: usize = 1_000_000;

impl Checker<'_> {
    /// The value of a declaration: a family where it has index sets.
    pub(super) fn declared(&mut self, decl: DeclId, span: Span) -> Value {
        let tree = self.modules[decl.module.0].tree.clone();
        let item = &tree.items[decl.item];
        match self.axes_of(decl, item) {
            None => Value::Unknown,
            Some(axes) if axes.is_empty() => self.declared_member(decl, vec![], span),
            Some(axes) => Value::Family(Rc::new(Family {
                axes: axes.iter().map(|(axis, _)| axis.clone()).collect(),
                members: Members::Declared(decl, vec![None; axes.len()]),
            })),
        }
    }

    /// The index sets of a declaration; `None` where they are wrong (and reported).
    pub(super) fn axes_of(&mut self, decl: DeclId, item: &Item) -> Option<Axes> {
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
            if axes.iter().any(|(axis, _)| axis.name == index.name.text) {
                self.fail(
                    DUPLICATE_NAME,
                    format!("the index `{}` stands here twice", index.name.text),
                    index.name.span,
                );
                sound = false;
            }
            let mut around = self.trial_indices(decl.module).iter();
            if around.any(|(name, _)| *name == index.name.text) {
                let message = format!("the trial has an index `{}` too", index.name.text);
                self.fail_with(
                    DUPLICATE_NAME,
                    message,
                    index.name.span,
                    "give the index of the trial another name",
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
        if count.is_none_or(|count| count > LARGEST) {
            self.fail(
                TOO_LARGE,
                format!("this family has more than {LARGEST} members"),
                item.span,
            );
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
    pub(super) fn declared_member(&mut self, decl: DeclId, place: Vec<usize>, span: Span) -> Value {
        let at = (decl, place);
        match self.members.get(&at) {
            Some(Evaluation::Done(value)) => return value.clone(),
            Some(Evaluation::Open) => {
                self.report_cycle(&at, span);
                return Value::Unknown;
            }
            None => {}
        }
        self.budget = self.budget.map(|budget| budget + BUDGET_OF_A_MEMBER);
        self.members.insert(at.clone(), Evaluation::Open);
        self.open.push(at.clone());
        let around = std::mem::replace(&mut self.here, decl.module);
        let tree = self.modules[decl.module.0].tree.clone();
        let item = &tree.items[decl.item];
        let value = match self.axes_of(decl, item) {
            Some(axes) => {
                let scope = self.member_scope(decl.module, &axes, &at.1);
                self.evaluate(decl, item, &at.1, &scope)
            }
            None => Value::Unknown,
        };
        self.here = around;
        self.open.pop();
        self.members.insert(at, Evaluation::Done(value.clone()));
        value
    }

    fn report_cycle(&mut self, at: &(DeclId, Vec<usize>), span: Span) {
        let from = self.open.iter().position(|open| open == at).unwrap_or(0);
        let ring: Vec<_> = self.open[from..].to_vec();
        let mut names: Vec<String> = ring
            .iter()
            .map(|(decl, place)| self.shown_id(*decl, place))
            .collect();
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

    /// The members of a family, in order.
    pub(super) fn family_members(&mut self, family: &Family, span: Span) -> Vec<Value> {
        match &family.members {
            Members::Computed(members) => members.clone(),
            Members::Declared(decl, fixed) => places(&family.axes)
                .into_iter()
                .map(|free| {
                    let mut free = free.into_iter();
                    let place = fixed
                        .iter()
                        .map(|at| at.or_else(|| free.next()).unwrap_or(0))
                        .collect();
                    let value = self.declared_member(*decl, place, span);
                    match self.spend(1) {
                        true => value,
                        false => Value::Unknown,
                    }
                })
                .collect(),
        }
    }

    /// `family[0, tau: 4]`
    pub(super) fn index(
        &mut self,
        base: Value,
        base_expr: &Expr,
        args: &[Arg],
        span: Span,
        scope: &Scope,
    ) -> Value {
        let family = match base {
            Value::Family(family) => family,
            Value::List(items) => return self.list_index(&items, args, span, scope),
            Value::Unknown => {
                for arg in args {
                    // A bare word may be a label of what is not known.
                    if !matches!(arg.value.kind, ExprKind::Name(_)) {
                        self.index_value(&arg.value, None, scope);
                    }
                }
                return Value::Unknown;
            }
            other => {
                let message = format!(
                    "{} is no family: it has no members to choose from",
                    other.describe()
                );
                return self.fail_with(NO_SUCH_MEMBER, message, span, "leave the index out");
            }
        };
        let mut chosen: Vec<Option<usize>> = vec![None; family.axes.len()];
        let mut sound = true;
        let all_places = args.len() == family.axes.len();
        for (nth, arg) in args.iter().enumerate() {
            let axis_at = match &arg.name {
                Some(name) => match family.axes.iter().position(|axis| axis.name == name.text) {
                    Some(at) => at,
                    None => {
                        let names: Vec<_> =
                            family.axes.iter().map(|axis| axis.name.as_str()).collect();
                        let near = meant(&name.text, names.iter().copied());
                        let help = near.map_or_else(
                            || format!("its indices are {}", names.join(", ")).into(),
                            |near| Mend::did_you_mean(name.span, near),
                        );
                        self.fail_with(
                            NO_SUCH_MEMBER,
                            format!("this family has no index `{}`", name.text),
                            name.span,
                            help,
                        );
                        sound = false;
                        continue;
                    }
                },
                None if all_places => nth,
                None => {
                    let names: Vec<_> = family
                        .axes
                        .iter()
                        .map(|axis| format!("{}: …", axis.name))
                        .collect();
                    let message = format!(
                        "this family has {} indices, and {} stand here",
                        family.axes.len(),
                        args.len()
                    );
                    let help = if args.len() > family.axes.len() {
                        format!("it is a family over {}", family.axes_text())
                    } else {
                        format!(
                            "with fewer places than it has, name them: `[{}]`",
                            names.join(", ")
                        )
                    };
                    return self.fail_with(NO_SUCH_MEMBER, message, span, help);
                }
            };
            let axis = &family.axes[axis_at];
            let Some(label) = self.index_value(&arg.value, Some(axis), scope) else {
                sound = false;
                continue;
            };
            match axis.labels.find(&label) {
                Some(at) => chosen[axis_at] = Some(at),
                None => {
                    let name = match &base_expr.kind {
                        ExprKind::Name(name) => format!("`{name}`"),
                        _ => "this family".into(),
                    };
                    self.fail_with(
                        NO_SUCH_MEMBER,
                        format!("{name} has no member with `{}: {label}`", axis.name),
                        arg.value.span,
                        format!("`{}` is one of {}", axis.name, labels_text(&axis.labels)),
                    );
                    sound = false;
                }
            }
        }
        if sound {
            self.choose(&family, &chosen, span)
        } else {
            Value::Unknown
        }
    }

    /// A member or a sub-family.
    fn choose(&mut self, family: &Family, chosen: &[Option<usize>], span: Span) -> Value {
        let rest: Vec<Axis> = family
            .axes
            .iter()
            .zip(chosen)
            .filter(|(_, at)| at.is_none())
            .map(|(axis, _)| axis.clone())
            .collect();
        match &family.members {
            Members::Declared(decl, fixed) => {
                let mut free = chosen.iter();
                let fixed: Vec<Option<usize>> = fixed
                    .iter()
                    .map(|at| at.or_else(|| free.next().copied().flatten()))
                    .collect();
                if rest.is_empty() {
                    let place = fixed.into_iter().flatten().collect();
                    return self.declared_member(*decl, place, span);
                }
                Value::Family(Rc::new(Family {
                    axes: rest,
                    members: Members::Declared(*decl, fixed),
                }))
            }
            Members::Computed(members) => {
                let mut kept: Vec<Value> = places(&family.axes)
                    .iter()
                    .zip(members)
                    .filter(|(place, _)| {
                        place
                            .iter()
                            .zip(chosen)
                            .all(|(at, want)| want.is_none_or(|want| want == *at))
                    })
                    .map(|(_, member)| member.clone())
                    .collect();
                match (rest.is_empty(), kept.pop()) {
                    (true, Some(member)) => member,
                    (_, last) => {
                        kept.extend(last);
                        Value::Family(Rc::new(Family {
                            axes: rest,
                            members: Members::Computed(kept),
                        }))
                    }
                }
            }
        }
    }

    /// A family of these members; a family among whose members are families again is one over both
    /// index sets.
    fn joined(&mut self, mut axes: Vec<Axis>, members: Vec<Value>, span: Span) -> Value {
        let inner = members.iter().find_map(|member| match member {
            Value::Family(inner) => Some(inner.clone()),
            _ => None,
        });
        let Some(inner) = inner else {
            return Value::Family(Rc::new(Family {
                axes,
                members: Members::Computed(members),
            }));
        };
        let mut all = vec![];
        for member in &members {
            match member {
                Value::Unknown => return Value::Unknown,
                Value::Family(family) if family.has_axes(&inner.axes) => {
                    all.extend(self.family_members(family, span));
                }
                other => {
                    let why = match other {
                        Value::Family(family) => {
                            difference((&inner, "in one use"), (family, "in another"))
                        }
                        lone => Some(format!("one of them has {}", lone.describe())),
                    };
                    let Some(why) = why else {
                        let Value::Family(family) = other else {
                            continue;
                        };
                        let members = self.family_members(family, span);
                        all.extend(reordered(family, &members, &inner.axes).unwrap_or_default());
                        continue;
                    };
                    return self.fail_with(
                        FAMILY_MISMATCH,
                        format!("the uses of this experiment do not make one family: {why}"),
                        span,
                        "choose a use first: `t[index: label].member`",
                    );
                }
            }
        }
        axes.extend(inner.axes.iter().cloned());
        Value::Family(Rc::new(Family {
            axes,
            members: Members::Computed(all),
        }))
    }

    /// `trial.member[…]`: the indices of the trial first, so that no other use of it is asked for.
    /// `None` where the base is no family of trials, or is not chosen from.
    pub(super) fn trial_member(
        &mut self,
        base: &Value,
        name: &Name,
        args: &[Arg],
        of: &Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Value> {
        let Value::Family(family) = base else {
            return None;
        };
        let Members::Declared(decl, _) = &family.members else {
            return None;
        };
        let item = &self.modules[decl.module.0].tree.items[decl.item];
        if !matches!(item.kind, ItemKind::Trial { .. }) || family.axis(&name.text).is_some() {
            return None;
        }
        let ours = |(nth, arg): &(usize, &Arg)| match &arg.name {
            Some(name) => family.axis(&name.text).is_some(),
            None => *nth < family.axes.len(),
        };
        let (first, rest): (Vec<_>, Vec<_>) = args.iter().enumerate().partition(ours);
        if first.is_empty() {
            return None;
        }
        let [first, rest] = [first, rest].map(|args| {
            let args = args.into_iter().map(|(_, arg)| arg.clone());
            args.collect::<Vec<Arg>>()
        });
        let chosen = self.index(base.clone(), of, &first, span, scope);
        let member = self.member(chosen, name);
        Some(match rest.as_slice() {
            [] => member,
            rest => self.index(member, of, rest, span, scope),
        })
    }

    /// The label that an index names: a bare word of a record, or a value.
    fn index_value(&mut self, expr: &Expr, axis: Option<&Axis>, scope: &Scope) -> Option<Label> {
        if let Some(label) = self.index_label(expr, scope) {
            return Some(Label::Word(label));
        }
        if let (ExprKind::Name(name), Some(axis)) = (&expr.kind, axis)
            && axis.labels.has_words()
            && scope.env.get(name).is_none()
        {
            return Some(Label::Word(name.clone()));
        }
        let value = self.eval(expr, scope);
        let label = Label::of(&value);
        if label.is_none() && !matches!(value, Value::Unknown) {
            self.fail(
                NO_SUCH_MEMBER,
                format!("{} is no index", value.describe()),
                expr.span,
            );
        }
        label
    }

    fn list_index(&mut self, items: &[Value], args: &[Arg], span: Span, scope: &Scope) -> Value {
        let [Arg { name: None, value }] = args else {
            return self.fail(NO_SUCH_MEMBER, "a list takes one index", span);
        };
        match self.eval_as(value, &Type::Int, scope) {
            Value::Int(at) => match usize::try_from(at).ok().and_then(|at| items.get(at)) {
                Some(item) => item.clone(),
                None => self.fail(
                    NO_SUCH_MEMBER,
                    format!(
                        "the list has {} members, counted from 0; there is no {at}",
                        items.len()
                    ),
                    value.span,
                ),
            },
            _ => Value::Unknown,
        }
    }

    /// `value.name`
    pub(super) fn member(&mut self, value: Value, name: &Name) -> Value {
        let unknown = |checker: &mut Self, what: &str, names: &[&str]| {
            let help = meant(&name.text, names.iter().copied()).map_or_else(
                || format!("it has {}", names.join(", ")).into(),
                |near| Mend::did_you_mean(name.span, near),
            );
            checker.fail_with(
                UNKNOWN_MEMBER,
                format!("{what} has no `{}`", name.text),
                name.span,
                help,
            )
        };
        match &value {
            Value::Unknown => Value::Unknown,
            // An index of the family: its labels, to be the index set of another.
            Value::Family(family) if family.axis(&name.text).is_some() => {
                let labels = family.axis(&name.text).map(|axis| &axis.labels);
                Value::list(
                    labels
                        .into_iter()
                        .flat_map(|labels| labels.iter())
                        .map(Label::value)
                        .collect(),
                )
            }
            Value::Family(family) => {
                let members = self.family_members(family, name.span);
                let members = members
                    .into_iter()
                    .map(|member| self.member(member, name))
                    .collect();
                self.joined(family.axes.clone(), members, name.span)
            }
            Value::Dataset(dataset) => match name.text.as_str() {
                "train" => Value::Split(dataset.clone(), Split::Train),
                "test" => Value::Split(dataset.clone(), Split::Test),
                "validation" if dataset.shape.validation > 0 => {
                    Value::Split(dataset.clone(), Split::Validation)
                }
                "validation" => {
                    let some = (dataset.shape.train / 10).max(1);
                    self.fail_with(
                        UNKNOWN_MEMBER,
                        format!("`{}` has no validation split", dataset.id),
                        name.span,
                        format!("it has `train` and `test`; `|> hold_out({some}, seed: 0)` makes one of training samples"),
                    )
                }
                _ => unknown(self, "a data set", &["train", "validation", "test"]),
            },
            Value::Measurement(at) => {
                let measure = &self.program.measures[*at];
                let fields: Vec<&str> = FIELDS
                    .iter()
                    .filter(|(of, ..)| *of == measure.call.name)
                    .map(|(_, field, _)| *field)
                    .collect();
                if fields.contains(&name.text.as_str()) {
                    return Value::Quantity(Rc::new(Quantity::Field {
                        node: measure.id.clone(),
                        field: name.text.clone(),
                    }));
                }
                let what = format!("a measurement of `{}`", measure.call.name);
                unknown(self, &what, &fields)
            }
            Value::Shape(shape) => {
                let names: &[(&str, i64)] = &match shape.as_slice() {
                    [channels, height, width] => vec![
                        ("channels", *channels),
                        ("height", *height),
                        ("width", *width),
                        ("size", *height),
                        ("features", channels * height * width),
                    ],
                    other => vec![("features", other.iter().product())],
                };
                match names.iter().find(|(known, _)| *known == name.text) {
                    Some((_, value)) => Value::Int(*value),
                    None => {
                        let names: Vec<_> = names.iter().map(|(name, _)| *name).collect();
                        let what = value.describe();
                        unknown(self, &what, &names)
                    }
                }
            }
            Value::Record(fields) => match fields.iter().find(|(field, _)| *field == name.text) {
                Some((_, value)) => value.clone(),
                None => {
                    let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
                    unknown(self, "the record", &names)
                }
            },
            Value::Module(module) | Value::Trial(module) => {
                let shown = self.module_shown(*module);
                match self.exported(*module, name, &shown) {
                    Some(decl) => self.declared(decl, name.span),
                    None => Value::Unknown,
                }
            }
            Value::Model(_) if find(STATES, &name.text).is_some() => self.fail_with(
                WRONG_TYPE,
                format!("`.{}` says which state of the run is meant", name.text),
                name.span,
                "for example `.at(50 epochs)`, `.best(on: data.validation)`",
            ),
            Value::Model(model) if name.text == "z" => match self.losses.first() {
                Some(used) => Value::Formula(Rc::new(Formula::Teacher {
                    model: *model,
                    span: *used,
                })),
                None => self.fail_with(
                    OUTSIDE_LOSS,
                    "the logits of a model are known only where a loss is computed",
                    name.span,
                    "write an `objective NAME(t: model) = …`, and `t.z` in its body",
                ),
            },
            Value::Model(_) => {
                let states = STATES.iter().map(|word| word.name);
                let help = match closest(&name.text, states) {
                    Some(near) => Mend::did_you_mean(name.span, near),
                    None => "what is known of a model is measured: `measure acc = accuracy(model: …, on: data.test)`, then `acc.top1`".into(),
                };
                self.fail_with(
                    UNKNOWN_MEMBER,
                    format!("a model has no `{}`", name.text),
                    name.span,
                    help,
                )
            }
            other => self.fail(
                UNKNOWN_MEMBER,
                format!("{} has no `{}`", other.describe(), name.text),
                name.span,
            ),
        }
    }
}
