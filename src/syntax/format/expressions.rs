//! Expressions, and the brackets they stand in.

use super::Formatter;
use super::layout::{Layout, Piece, group_broken, indent, nothing, text};
use crate::diag::Span;
use crate::syntax::tree::{Arg, Expr, ExprKind, Field, ForClause, Name, UnaryOp};

impl Formatter<'_> {
    /// An expression and the comments before it.
    pub(super) fn expression(&mut self, expr: &Expr) -> Layout {
        match &expr.kind {
            ExprKind::Int(_)
            | ExprKind::Number(_)
            | ExprKind::Fraction(_)
            | ExprKind::Bool(_)
            | ExprKind::Text(_)
            | ExprKind::Name(_)
            | ExprKind::End
            | ExprKind::Missing => self.written(expr.span),
            ExprKind::Time { .. } => {
                let words: Vec<&str> = self.text[expr.span.range()].split_whitespace().collect();
                let words = words.join(" ");
                Layout::All(vec![self.before(expr.span.start), text(words)])
            }
            ExprKind::Paren(inner) => {
                let comments = self.before(expr.span.start);
                let open = self.breaks_behind(expr.span.start);
                let inner = vec![
                    self.trailing(inner.span.start),
                    Layout::SoftLine,
                    self.expression(inner),
                ];
                let bracket = self.bracket(("(", ")"), inner, expr.span, open);
                Layout::All(vec![comments, bracket])
            }
            ExprKind::List(elements) => {
                let comments = self.before(expr.span.start);
                let open = self.breaks_behind(expr.span.start);
                if elements.iter().all(is_number) && !self.commented(expr.span.end) {
                    let numbers = self.numbers(elements);
                    let bracket = self.bracket(("[", "]"), numbers, expr.span, open);
                    return Layout::All(vec![comments, bracket]);
                }
                let elements = self.separated(elements, |element| element.span, Self::expression);
                let bracket = self.bracket(("[", "]"), elements, expr.span, open);
                Layout::All(vec![comments, bracket])
            }
            ExprKind::Comprehension {
                body,
                clauses,
                filter,
            } => {
                let comments = self.before(expr.span.start);
                let bracket = self.comprehension(expr.span, body, clauses, filter.as_deref());
                Layout::All(vec![comments, bracket])
            }
            ExprKind::Record(fields) => {
                let comments = self.before(expr.span.start);
                Layout::All(vec![comments, self.fields(fields, expr.span)])
            }
            ExprKind::Unary { op, operand } => {
                let doubled =
                    matches!(&operand.kind, ExprKind::Unary { op: inner, .. } if inner == op);
                let sign = match op {
                    UnaryOp::Not => "not ",
                    UnaryOp::Negate if doubled => "- ",
                    UnaryOp::Negate => "-",
                };
                let comments = self.before(expr.span.start);
                Layout::All(vec![comments, text(sign), self.expression(operand)])
            }
            ExprKind::Range { from, to } => {
                Layout::All(vec![self.expression(from), text(".."), self.expression(to)])
            }
            ExprKind::If { .. } => self.choice(expr),
            ExprKind::Call { callee, args } => self.call(expr, callee, args, ("(", ")")),
            ExprKind::Index { base, args } => self.call(expr, base, args, ("[", "]")),
            ExprKind::Member { base, name } => {
                let base = self.expression(base);
                let comments = self.before(name.span.start);
                Layout::All(vec![base, comments, text(format!(".{}", name.text))])
            }
            ExprKind::With { base, fields } => Layout::All(vec![
                self.expression(base),
                text(" with "),
                self.fields(fields, expr.span),
            ]),
            ExprKind::ScaledTo { base, length } => Layout::All(vec![
                self.expression(base),
                text(" scaled to "),
                self.expression(length),
            ]),
            ExprKind::As { layers, name, .. } => Layout::All(vec![
                self.expression(layers),
                text(" as "),
                self.written(name.span),
            ]),
            ExprKind::Binary { .. }
            | ExprKind::Pipe { .. }
            | ExprKind::Chain(_)
            | ExprKind::Then { .. } => self.chained(expr),
        }
    }

    /// What stands at a place, and the comments before it.
    pub(super) fn written(&mut self, span: Span) -> Layout {
        let comments = self.before(span.start);
        Layout::All(vec![comments, text(&self.text[span.range()])])
    }

    /// Whether the author began a new line behind the bracket at a place.
    pub(super) fn breaks_behind(&self, bracket: u32) -> bool {
        let behind = &self.text[bracket as usize + 1..];
        let blanks = behind.len() - behind.trim_start().len();
        behind[..blanks].contains('\n')
    }

    // --- brackets ---

    /// Entries with commas between them, each behind the line before it.
    pub(super) fn separated<T>(
        &mut self,
        entries: &[T],
        span: impl Fn(&T) -> Span,
        mut layout: impl FnMut(&mut Self, &T) -> Layout,
    ) -> Vec<Layout> {
        let mut all = vec![];
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                all.push(text(","));
            }
            all.push(self.trailing(span(entry).start));
            all.push(if index > 0 {
                Layout::Line
            } else {
                Layout::SoftLine
            });
            all.push(layout(self, entry));
        }
        all
    }

    /// Whether the last entry of a bracket that opens at `open` goes on over lines of its own
    /// while the others stay on the bracket's line, as the author wrote it.
    pub(super) fn hugs(&self, last: &Expr, open: u32) -> bool {
        let broken = match &last.kind {
            ExprKind::List(entries) => !entries.is_empty() && self.breaks_behind(last.span.start),
            ExprKind::Comprehension { .. } => self.breaks_behind(last.span.start),
            ExprKind::Record(fields) => fields
                .first()
                .is_some_and(|first| self.begins_line(first.name.span)),
            _ => false,
        };
        let before = &self.text[open as usize..last.span.start as usize];
        broken && !before.contains('\n')
    }

    /// Entries with commas between them, the last of which may go on over more lines.
    pub(super) fn on_one_line<T>(
        &mut self,
        entries: &[T],
        mut layout: impl FnMut(&mut Self, &T) -> Layout,
    ) -> Layout {
        let mut all = vec![];
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                all.push(text(", "));
            }
            all.push(layout(self, entry));
        }
        Layout::All(all)
    }

    /// A bracket around entries, which begin with their new line; `span` ends with the closing one. `broken`: on
    /// several lines even if it fits on one.
    pub(super) fn bracket(
        &mut self,
        (open, close): (&str, &str),
        mut inner: Vec<Layout>,
        span: Span,
        broken: bool,
    ) -> Layout {
        let broken = broken && !inner.is_empty();
        inner.push(self.before(span.end.saturating_sub(1)));
        let all = vec![
            text(open),
            indent(Layout::All(inner)),
            Layout::SoftLine,
            text(close),
        ];
        group_broken(Layout::All(all), broken)
    }

    /// Numbers with commas between them, as many on a line as fit.
    fn numbers(&mut self, elements: &[Expr]) -> Vec<Layout> {
        let mut pieces = vec![];
        for (index, element) in elements.iter().enumerate() {
            let mut layout = vec![self.expression(element)];
            if index + 1 < elements.len() {
                layout.push(text(","));
            }
            pieces.push(Piece {
                comments: nothing(),
                broken: false,
                layout: Layout::All(layout),
            });
        }
        if pieces.is_empty() {
            return vec![];
        }
        let first = pieces.remove(0).layout;
        vec![Layout::SoftLine, Layout::Fill(Box::new(first), pieces)]
    }

    fn call(&mut self, expr: &Expr, callee: &Expr, args: &[Arg], brackets: (&str, &str)) -> Layout {
        let callee_layout = self.expression(callee);
        let broken = self.breaks_behind(callee.span.end) && !args.is_empty();
        let sole = match args {
            [Arg { name: None, value }] => Some(value),
            _ => None,
        };
        let hugged = sole.filter(|value| {
            let bracketed = matches!(
                value.kind,
                ExprKind::List(_) | ExprKind::Comprehension { .. } | ExprKind::Record(_)
            );
            bracketed && !broken && !self.commented(value.span.start)
        });
        if let Some(value) = hugged {
            let value = self.expression(value);
            if !self.commented(expr.span.end) {
                let (open, close) = brackets;
                return Layout::All(vec![callee_layout, text(open), value, text(close)]);
            }
            let inner = vec![Layout::SoftLine, value];
            let bracket = self.bracket(brackets, inner, expr.span, broken);
            return Layout::All(vec![callee_layout, bracket]);
        }
        let last = args.last().filter(|_| !broken);
        if last.is_some_and(|last| self.hugs(&last.value, callee.span.end)) {
            let args = self.on_one_line(args, Self::arg);
            let (open, close) = brackets;
            return Layout::All(vec![callee_layout, text(open), args, text(close)]);
        }
        let args = self.separated(args, arg_span, Self::arg);
        let bracket = self.bracket(brackets, args, expr.span, broken);
        Layout::All(vec![callee_layout, bracket])
    }

    fn arg(&mut self, arg: &Arg) -> Layout {
        match &arg.name {
            Some(name) => self.named(name, &arg.value),
            None => self.expression(&arg.value),
        }
    }

    /// `name: value`
    fn named(&mut self, name: &Name, value: &Expr) -> Layout {
        let name = self.written(name.span);
        // Behind a comment the value stands on a line of its own.
        let below = self.commented(value.span.start);
        let value = self.expression(value);
        let value = if below { indent(value) } else { value };
        Layout::All(vec![name, text(": "), value])
    }

    fn comprehension(
        &mut self,
        span: Span,
        body: &Expr,
        clauses: &[ForClause],
        filter: Option<&Expr>,
    ) -> Layout {
        let broken = self.breaks_behind(span.start);
        let mut inner = vec![
            self.trailing(body.span.start),
            Layout::SoftLine,
            self.expression(body),
        ];
        for clause in clauses {
            inner.push(self.trailing(clause.name.span.start));
            inner.push(Layout::Line);
            inner.push(self.before(clause.name.span.start));
            inner.push(text(format!("for {} in ", clause.name.text)));
            inner.push(self.expression(&clause.set));
        }
        if let Some(filter) = filter {
            inner.push(self.trailing(filter.span.start));
            inner.push(Layout::Line);
            inner.push(self.before(filter.span.start));
            inner.push(text("if "));
            inner.push(self.expression(filter));
        }
        self.bracket(("[", "]"), inner, span, broken)
    }

    // --- fields ---

    /// `{ a: 1, b: 2 }`, on one line where it was and fits. `span` ends with the brace.
    pub(super) fn fields(&mut self, fields: &[Field], span: Span) -> Layout {
        let close = span.end.saturating_sub(1);
        let Some(first) = fields.first() else {
            if !self.commented(close) {
                return text("{}");
            }
            let comments = indent(self.before(close));
            let end = Layout::HardLine { blank: false };
            return Layout::All(vec![text("{"), comments, end, text("}")]);
        };
        let broken = self.begins_line(first.name.span)
            || fields.iter().any(|field| !field.doc.is_empty())
            || self.commented(close);
        let mut inner = vec![];
        for (index, field) in fields.iter().enumerate() {
            if broken {
                inner.push(self.trailing(field.name.span.start));
                inner.extend(self.head(index == 0, field.name.span, &field.doc));
            } else {
                inner.push(if index > 0 {
                    Layout::IfFlat(",")
                } else {
                    nothing()
                });
                inner.push(Layout::Line);
            }
            inner.push(self.named(&field.name, &field.value));
        }
        if broken {
            inner.push(self.trailing(close));
            inner.push(self.leading(close));
        }
        let all = vec![
            text("{"),
            indent(Layout::All(inner)),
            Layout::Line,
            text("}"),
        ];
        group_broken(Layout::All(all), broken)
    }

    // --- if ---

    fn choice(&mut self, expr: &Expr) -> Layout {
        let mut all = vec![];
        let mut broken = false;
        let mut branch = expr;
        // `else if` stays on the level of the first.
        while let ExprKind::If {
            condition,
            then,
            otherwise,
        } = &branch.kind
        {
            all.push(self.before(branch.span.start));
            all.push(text("if "));
            all.push(self.expression(condition));
            all.push(text(" {"));
            broken |= self.begins_line(then.span);
            all.extend(self.branch(then, otherwise.span.start));
            all.push(text("} else "));
            branch = otherwise;
        }
        all.push(text("{"));
        broken |= self.begins_line(branch.span);
        all.extend(self.branch(branch, expr.span.end));
        all.push(text("}"));
        group_broken(Layout::All(all), broken)
    }

    fn branch(&mut self, value: &Expr, end: u32) -> [Layout; 2] {
        let trailing = self.trailing(value.span.start);
        let layout = self.expression(value);
        // What stands behind the value up to its brace belongs in the braces.
        let close = self.text[value.span.end as usize..end as usize]
            .find('}')
            .map_or(value.span.end, |brace| value.span.end + brace as u32);
        let comments = self.before(close);
        [
            indent(Layout::All(vec![trailing, Layout::Line, layout, comments])),
            Layout::Line,
        ]
    }

    /// Whether a place is the first on its line.
    pub(super) fn begins_line(&self, place: Span) -> bool {
        let before = &self.text[..place.start as usize];
        before[before.trim_end().len()..].contains('\n')
    }
}

fn is_number(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Int(_) | ExprKind::Number(_) | ExprKind::Fraction(_) | ExprKind::Time { .. }
    )
}

fn arg_span(arg: &Arg) -> Span {
    match &arg.name {
        Some(name) => name.span,
        None => arg.value.span,
    }
}
