//! Choosing: members and sub-families by their indices, places of a list.

use std::rc::Rc;

use crate::check::Checker;
use crate::check::codes::*;
use crate::check::families::{Axis, Family, Label, Members, labels_text, places};
use crate::check::names::Scope;
use crate::check::names::meant;
use crate::check::values::Type;
use crate::check::values::Value;
use crate::diag::{Diagnostic, Mend, Span, count};
use crate::syntax::tree::{Arg, Expr, ExprKind, ItemKind, Name};

impl Checker<'_> {
    /// `family[0, tau: 4]`
    pub(in crate::check) fn index(
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
        if args.is_empty() {
            let message = "an index chooses at least one place";
            let help = format!(
                "it is a family over {}; all of it goes without an index",
                family.axes_text()
            );
            return self.fail_with(NO_SUCH_MEMBER, message, span, help);
        }
        let mut chosen: Vec<Option<usize>> = vec![None; family.axes.len()];
        let mut given: Vec<Option<Span>> = vec![None; family.axes.len()];
        let mut named = false;
        let mut sound = true;
        let all_places = args.len() == family.axes.len();
        for (nth, arg) in args.iter().enumerate() {
            named |= arg.name.is_some();
            if named && arg.name.is_none() {
                // The parser has said so.
                sound = false;
                continue;
            }
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
                        "this family has {}, and {} here",
                        match family.axes.len() {
                            1 => "1 index".into(),
                            several => format!("{several} indices"),
                        },
                        match args.len() {
                            1 => "1 stands".into(),
                            several => format!("{several} stand"),
                        }
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
            if let (None, ExprKind::Name(name)) = (&arg.name, &arg.value.kind)
                && *name != axis.name
                && family.axis(name).is_some()
            {
                self.swapped((name, arg.value.span), &axis.name, &family);
            }
            let place = arg.name.as_ref().map_or(arg.value.span, |name| name.span);
            if let Some(first) = given[axis_at].replace(place) {
                self.report(
                    Diagnostic::error(
                        DUPLICATE_NAME,
                        format!("the index `{}` is chosen twice", axis.name),
                    )
                    .label(place, "chosen again here")
                    .label(first, "first chosen here")
                    .help("each index once"),
                );
                sound = false;
                continue;
            }
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

    /// Warns of an index that stands in the place of another.
    fn swapped(&mut self, (name, at): (&str, Span), place: &str, family: &Family) {
        let order: Vec<&str> = family.axes.iter().map(|axis| axis.name.as_str()).collect();
        self.report(
            Diagnostic::warning(
                SWAPPED_INDEX,
                format!("`{name}` stands in the place of the index `{place}`"),
            )
            .label(at, "")
            .help(format!(
                "the order is `[{}]`; with names it does not matter: `{name}: {name}`",
                order.join(", ")
            )),
        );
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
                    let place: Vec<usize> = fixed.into_iter().flatten().collect();
                    return self.declared_member(*decl, &place, span);
                }
                Value::Family(Rc::new(Family {
                    axes: rest,
                    members: Members::Declared(*decl, fixed),
                }))
            }
            Members::Computed(members) => {
                let mut kept: Vec<Value> = places(&family.axes)
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

    /// `trial.member[…]`: the indices of the trial first, so that no other use of it is asked for.
    /// `None` where the base is no family of trials, or is not chosen from.
    pub(in crate::check) fn trial_member(
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
        if let (ExprKind::Name(name), Some(axis)) = (&expr.kind, axis)
            && axis.name == *name
            && !self.is_known(name, scope)
        {
            let help = format!("give the declaration the index `[{name} in …]` too");
            let message = format!("nothing here is called `{name}`");
            self.fail_with(UNKNOWN_NAME, message, expr.span, help);
            return None;
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

    /// How a place is counted from the end of a list.
    fn counted_from_the_end(&self, at: i64, place: Span, span: Span) -> String {
        let end = place.start.saturating_sub(1).max(span.start);
        let list = self.sources.slice(Span { end, ..span });
        let back = at.unsigned_abs();
        format!("from the end it is `{list}[len({list}) - {back}]`")
    }

    fn list_index(&mut self, items: &[Value], args: &[Arg], span: Span, scope: &Scope) -> Value {
        let [Arg { name: None, value }] = args else {
            let help = format!(
                "its places are counted from 0: `[0]` to `[{}]`",
                items.len().max(1) - 1
            );
            return self.fail_with(NO_SUCH_MEMBER, "a list takes one place", span, help);
        };
        match self.eval_as(value, &Type::Int, scope) {
            Value::Int(at) => match usize::try_from(at).ok().and_then(|at| items.get(at)) {
                Some(item) => item.clone(),
                None => {
                    let message = format!(
                        "the list has {}, counted from 0; there is no {at}",
                        count(items.len(), "member")
                    );
                    let from_the_end = at < 0 && at.unsigned_abs() <= items.len() as u64;
                    let help =
                        from_the_end.then(|| self.counted_from_the_end(at, value.span, span));
                    self.report(
                        Diagnostic::error(NO_SUCH_MEMBER, message)
                            .label(value.span, "")
                            .maybe_help(help),
                    );
                    Value::Unknown
                }
            },
            _ => Value::Unknown,
        }
    }
}
