//! Expressions and their values.

use std::rc::Rc;

use crate::check::Checker;
use crate::check::codes::*;
use crate::check::losses::Goal;
use crate::check::names::Scope;
use crate::check::networks::Layers;
use crate::check::program::Dataset;
use crate::check::trainings::{Extent, Ramp, Time, Window};
use crate::check::values::Type;
use crate::check::values::{Recipe, Value, trim};
use crate::diag::{Diagnostic, Span};
use crate::spec::Along;
use crate::syntax::tree::{Arg, Clause, Expr, ExprKind, Field, ForClause, TextPart, Unit};

/// Members that a list or a range may have.
const LONGEST: i64 = 1_000_000;

impl Checker<'_> {
    /// The value of an expression.
    pub(in crate::check) fn eval(&mut self, expr: &Expr, scope: &Scope) -> Value {
        if !self.spend(1, expr.span) {
            return Value::Unknown;
        }
        // Declarations may lean on each other thousands deep.
        let value =
            stacker::maybe_grow(128 * 1024, 4 * 1024 * 1024, || self.eval_kind(expr, scope));
        match &expr.kind {
            // What these make can be larger than what it is made of.
            ExprKind::Then { .. }
            | ExprKind::Binary { .. }
            | ExprKind::Unary { .. }
            | ExprKind::Text(_)
            | ExprKind::Call { .. } => self.bounded(value, expr.span),
            _ => value,
        }
    }

    fn eval_kind(&mut self, expr: &Expr, scope: &Scope) -> Value {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Int(value) => Value::Int(*value),
            ExprKind::Number(value) => Value::Number(*value),
            ExprKind::Fraction(value) => Value::Fraction(*value),
            ExprKind::Bool(value) => Value::Bool(*value),
            ExprKind::Time { amount, unit } => Value::Time(match unit {
                Unit::Steps => Time {
                    steps: *amount,
                    ..Time::default()
                },
                Unit::Epochs => Time {
                    epochs: *amount,
                    ..Time::default()
                },
            }),
            ExprKind::Text(parts) => self.text(parts, expr.span, scope),
            ExprKind::Name(name) => self.name(name, span, scope),
            ExprKind::Paren(inner) => self.eval(inner, scope),
            ExprKind::List(items) => {
                Value::list(items.iter().map(|item| self.eval(item, scope)).collect())
            }
            ExprKind::Record(fields) => self.record(fields, scope),
            ExprKind::Range { from, to } => {
                let from = self.eval_as(from, &Type::Int, scope);
                let to = self.eval_as(to, &Type::Int, scope);
                self.range(from, to, span)
            }
            ExprKind::Comprehension {
                body,
                clauses,
                filter,
            } => {
                let mut items = vec![];
                match self.comprehend(body, clauses, filter.as_deref(), scope, &mut items) {
                    true => Value::list(items),
                    false => Value::Unknown,
                }
            }
            ExprKind::If { .. } => self.eval_as(expr, &Type::Any, scope),
            ExprKind::Unary { op, operand } => {
                let operand = self.eval(operand, scope);
                self.unary(*op, operand, span)
            }
            ExprKind::Binary {
                op,
                op_span,
                left,
                right,
            } => self.binary(*op, *op_span, left, right, scope),
            ExprKind::Call { callee, args } => self.call(callee, None, args, span, scope),
            ExprKind::Pipe { left, right } => self.pipe(left, right, span, scope),
            ExprKind::Index { base, args } => {
                if let ExprKind::Member { base: of, name } = &base.kind {
                    let of_value = self.eval(of, scope);
                    if let Some(member) = self.trial_member(&of_value, name, args, of, span, scope)
                    {
                        return member;
                    }
                    let base_value = self.member(of_value, name);
                    return self.index(base_value, base, args, span, scope);
                }
                let base_value = self.eval(base, scope);
                self.index(base_value, base, args, span, scope)
            }
            ExprKind::Member { base, name } => match self.eval(base, scope) {
                Value::Unknown => self.member_of_unknown(base, name, scope),
                value => self.member(value, name),
            },
            ExprKind::With { base, fields } => {
                let base = self.eval_as(base, &Type::Recipe, scope);
                let changed = self.recipe_fields(fields, scope);
                self.recipe_with(base, changed)
            }
            ExprKind::ScaledTo { base, length } => {
                let base = self.eval_as(base, &Type::Recipe, scope);
                let at = length.span;
                let length = self.eval_as(length, &Type::Span, scope);
                self.recipe_scaled(base, length, at, span)
            }
            ExprKind::Chain(items) => self.chain(items, scope),
            ExprKind::As { layers, name, .. } => match self.eval_as(layers, &Type::Layers, scope) {
                Value::Layers(layers) => {
                    Value::Layers(Rc::new(Layers::Named(name.text.clone(), layers)))
                }
                _ => Value::Unknown,
            },
            ExprKind::Then {
                before,
                after,
                at,
                over,
                until,
                along,
            } => {
                let window = self.window(
                    [at, over, until, along].map(|part| part.as_deref()),
                    span,
                    scope,
                );
                let before_value = self.eval(before, scope);
                let after_value = self.eval(after, scope);
                match window {
                    Some(window) => self.then(
                        (before_value, before.span),
                        (after_value, after.span),
                        window,
                    ),
                    None => Value::Unknown,
                }
            }
            // `until end - 1 epoch`
            ExprKind::End => Value::Fraction(1.0),
            ExprKind::Missing => Value::Unknown,
        }
    }

    /// `a -> b -> c`
    fn chain(&mut self, items: &[Expr], scope: &Scope) -> Value {
        let mut links = vec![];
        for (nth, item) in items.iter().enumerate() {
            let value = self.eval(item, scope);
            if nth == 0 && matches!(value, Value::Dataset(_)) {
                return self.fail_with(
                    WRONG_TYPE,
                    "`->` joins layers, and this is a data set",
                    item.span,
                    "a data set goes through a transform by `|>`",
                );
            }
            links.push(self.coerce(value, &Type::Layers, item.span));
        }
        let layers = links.into_iter().map(|link| match link {
            Value::Layers(layers) => Some(layers),
            _ => None,
        });
        let layers: Option<Vec<Rc<Layers>>> = layers.collect();
        layers.map_or(Value::Unknown, |layers| {
            Value::Layers(Rc::new(Layers::Sequence(layers)))
        })
    }

    /// A text; one that begins with a path is a path itself, relative to what that is relative to. One of the
    /// command line is relative to the current folder.
    fn text(&mut self, parts: &[TextPart], span: Span, scope: &Scope) -> Value {
        let mut text = String::new();
        let mut known = true;
        let mut is_path = false;
        for part in parts {
            match part {
                TextPart::Literal(literal) => text.push_str(literal),
                TextPart::Interpolation(expr) => {
                    let value = self.eval(expr, scope);
                    is_path |= text.is_empty() && matches!(value, Value::Path(_));
                    match self.index_label(expr, scope).or_else(|| show(&value)) {
                        Some(shown) => text.push_str(&shown),
                        None => {
                            known = false;
                            if !matches!(value, Value::Unknown) {
                                let message =
                                    format!("{} cannot be put into a text", value.describe());
                                self.fail_with(
                                    WRONG_TYPE,
                                    message,
                                    expr.span,
                                    "a text takes numbers, texts, paths, fractions, spans, `true` and `false`",
                                );
                            }
                        }
                    }
                }
            }
        }
        match (known, is_path) {
            (true, true) => Value::Path(text.into()),
            (true, false) => Value::Text(text, (!self.is_setting(span)).then_some(scope.module)),
            (false, _) => Value::Unknown,
        }
    }

    fn record(&mut self, fields: &[Field], scope: &Scope) -> Value {
        let mut record: Vec<(String, Value)> = vec![];
        for field in fields {
            let value = self.eval(&field.value, scope);
            if record.iter().any(|(name, _)| *name == field.name.text) {
                self.fail(
                    DUPLICATE_FIELD,
                    format!("`{}` stands twice in this record", field.name.text),
                    field.name.span,
                );
                continue;
            }
            record.push((field.name.text.clone(), value));
        }
        Value::Record(Rc::new(record))
    }

    fn range(&mut self, from: Value, to: Value, span: Span) -> Value {
        let (Value::Int(from), Value::Int(to)) = (from, to) else {
            return Value::Unknown;
        };
        let length = to.saturating_sub(from);
        if length > LONGEST {
            return self.fail(
                TOO_LARGE,
                format!("this range has {length} members; {LONGEST} are the most"),
                span,
            );
        }
        // Making a member costs less than evaluating it.
        if !self.spend(length.max(0) as u64 / 4, span) {
            return Value::Unknown;
        }
        Value::list((from..to).map(Value::Int).collect())
    }

    /// Collects a comprehension's members; false where something is not known.
    fn comprehend(
        &mut self,
        body: &Expr,
        clauses: &[ForClause],
        filter: Option<&Expr>,
        scope: &Scope,
        out: &mut Vec<Value>,
    ) -> bool {
        let Some((clause, rest)) = clauses.split_first() else {
            if let Some(filter) = filter {
                match self.eval_as(filter, &Type::Bool, scope) {
                    Value::Bool(true) => {}
                    Value::Bool(false) => return true,
                    _ => {
                        self.eval(body, scope);
                        return false;
                    }
                }
            }
            out.push(self.eval(body, scope));
            return true;
        };
        let set = self.eval(&clause.set, scope);
        let items = match &set {
            Value::List(items) => items.clone(),
            Value::Unknown => {
                // Looked at once all the same, for the names in it.
                self.comprehend(
                    body,
                    rest,
                    filter,
                    &scope.bind(&clause.name.text, Value::Unknown),
                    &mut vec![],
                );
                return false;
            }
            other => {
                let message = format!(
                    "`for` goes through a list or a range, not {}",
                    other.describe()
                );
                self.fail(WRONG_TYPE, message, clause.set.span);
                return false;
            }
        };
        let mut known = true;
        for item in items.iter() {
            if !self.spend(1, clause.set.span) {
                return false;
            }
            known &= self.comprehend(
                body,
                rest,
                filter,
                &scope.bind(&clause.name.text, item.clone()),
                out,
            );
        }
        known
    }

    fn pipe(&mut self, left: &Expr, right: &Expr, span: Span, scope: &Scope) -> Value {
        let value = self.eval(left, scope);
        match &right.kind {
            ExprKind::Call { callee, args } => {
                match self.call(callee, Some((value, left.span)), args, right.span, scope) {
                    Value::Dataset(data) if data.span == right.span => {
                        Value::Dataset(Rc::new(Dataset {
                            id: self.written(span),
                            span,
                            ..(*data).clone()
                        }))
                    }
                    value => value,
                }
            }
            ExprKind::Missing => Value::Unknown,
            _ => self.fail_with(
                WRONG_TYPE,
                "a call is wanted behind `|>`",
                right.span,
                "for example `mnist(\"data\") |> label_noise(30%, seed: 7)`",
            ),
        }
    }

    /// The window of a `then`: `at`, `over`, `until`, `along`.
    fn window(
        &mut self,
        [at, over, until, along]: [Option<&Clause>; 4],
        span: Span,
        scope: &Scope,
    ) -> Option<Window> {
        let time = |checker: &mut Self, clause: Option<&Clause>| match clause {
            None => Some(None),
            Some(clause) => match checker.eval_time(&clause.value, scope) {
                Value::Time(time) => Some(Some((time, clause.span))),
                _ => None,
            },
        };
        let at = time(self, at);
        let extent = match (over, until) {
            (Some(over), _) => time(self, Some(over))
                .map(|found| found.map(|(time, span)| Extent::Over(time, span))),
            (
                None,
                Some(Clause {
                    value:
                        Expr {
                            kind: ExprKind::End,
                            ..
                        },
                    ..
                }),
            ) => Some(Some(Extent::UntilEnd)),
            (None, Some(until)) => time(self, Some(until))
                .map(|found| found.map(|(time, span)| Extent::Until(time, span))),
            (None, None) => Some(None),
        };
        if let (Some(along), Some(None)) = (along, &extent) {
            self.report(
                Diagnostic::warning(UNUSED, "this shape shapes nothing: the change is at once")
                    .label(along.value.span, "")
                    .help("give the blend a length before it: `over 10% along cosine`"),
            );
        }
        let along = match along {
            None => Some(Along::Linear),
            Some(clause) => self.along(&clause.value, scope),
        };
        Some(Window {
            at: at?,
            extent: extent?,
            along: along?,
            span,
        })
    }

    fn along(&mut self, expr: &Expr, scope: &Scope) -> Option<Along> {
        let mends = "the shapes are `along linear`, `along cosine` and `along stairs(10)`";
        match &expr.kind {
            ExprKind::Name(name) if name == "linear" => return Some(Along::Linear),
            ExprKind::Name(name) if name == "cosine" => return Some(Along::Cosine),
            ExprKind::Call { callee, args } if matches!(&callee.kind, ExprKind::Name(name) if name == "stairs") => {
                if let [Arg { value, .. }] = args.as_slice() {
                    match self.eval_as(value, &Type::Int, scope) {
                        Value::Int(stairs) if (1..=1_000_000).contains(&stairs) => {
                            return Some(Along::Stairs(stairs as u32));
                        }
                        Value::Int(stairs) => {
                            self.fail(
                                OUT_OF_RANGE,
                                format!("`stairs` wants at least one stair, not {stairs}"),
                                value.span,
                            );
                        }
                        _ => {}
                    }
                    return None;
                }
            }
            _ => {}
        }
        self.fail_with(WRONG_TYPE, "a blend has no such shape", expr.span, mends);
        None
    }

    fn then(&mut self, before: (Value, Span), after: (Value, Span), window: Window) -> Value {
        let before = (self.as_objective(before.0, before.1), before.1);
        let after = (self.as_objective(after.0, after.1), after.1);
        let goal = |value: &Value| match value {
            Value::Objective(goal) => Some(goal.clone()),
            Value::Unknown => Some(Rc::new(Goal::Unknown)),
            _ => None,
        };
        if let (Some(before), Some(after)) = (goal(&before.0), goal(&after.0))
            && (before.is_known() || after.is_known())
        {
            return Value::Objective(Rc::new(Goal::Switch {
                before,
                after,
                window,
            }));
        }
        if matches!(before.0, Value::Unknown) || matches!(after.0, Value::Unknown) {
            return Value::Unknown;
        }
        if let (Some(before), Some(after)) = (before.0.as_ramp(), after.0.as_ramp()) {
            return Value::Schedule(Rc::new(Ramp::Switch {
                before,
                after,
                window,
            }));
        }
        let wrong = match (&before.0, before.0.as_ramp().is_some()) {
            (Value::Objective(_), _) | (_, true) => &after,
            _ => &before,
        };
        let message = format!(
            "`then` goes from number to number or from objective to objective, not to {}",
            wrong.0.describe()
        );
        let help = match &wrong.0 {
            Value::Callable(name) => format!("write `{name}(…)` to use it"),
            _ => "for example `0.1 then 0.01 at 30 epochs`, or `distill(teacher) then one_hot at 60%`".into(),
        };
        self.fail_with(WRONG_OPERANDS, message, wrong.1, help)
    }

    /// The fields of a recipe's block.
    pub(in crate::check) fn recipe_fields(&mut self, fields: &[Field], scope: &Scope) -> Recipe {
        let mut recipe = Recipe::default();
        for field in fields {
            self.recipe_field(&mut recipe, field, scope);
        }
        recipe
    }

    /// The label of an index of a record's family, where the expression is that index.
    pub(in crate::check) fn index_label(&self, expr: &Expr, scope: &Scope) -> Option<String> {
        match &expr.kind {
            ExprKind::Name(name) => scope.env.label(name).map(str::to_string),
            ExprKind::Paren(inner) => self.index_label(inner, scope),
            _ => None,
        }
    }
}

/// A value as a text shows it.
fn show(value: &Value) -> Option<String> {
    Some(match value {
        Value::Int(value) => value.to_string(),
        Value::Number(value) => trim(*value),
        Value::Fraction(value) => format!("{}%", trim(value * 100.0)),
        Value::Bool(value) => value.to_string(),
        Value::Text(text, _) => text.clone(),
        Value::Time(time) => time.to_string(),
        Value::Path(path) => path.display().to_string(),
        _ => return None,
    })
}
