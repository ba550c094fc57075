//! Declarations, and what stands between and before them.

use super::Formatter;
use super::comments::line_start;
use super::layout::{Layout, group, indent, nothing, text};
use crate::diag::Span;
use crate::syntax::tree::{
    ArchBody, Expr, ExprKind, Field, IndexSet, Item, ItemKind, Name, Parameter, RecipeBody,
    Statement, Tree, TypeExpr, Use, UseName,
};

impl Formatter<'_> {
    /// A whole file.
    pub(super) fn file(&mut self, tree: &Tree) -> Layout {
        let mut all = vec![];
        if !tree.doc.is_empty() {
            // Comments above the file's documentation stay there.
            let doc = self.text.find("//!").unwrap_or(0);
            all.push(self.leading(doc as u32));
            for line in &tree.doc {
                all.push(Layout::HardLine { blank: false });
                all.push(text(format!("//! {line}").trim_end()));
            }
        }
        all.extend(self.items(&tree.items, tree.doc.is_empty()));
        let end = self.text.len() as u32 + 1;
        all.push(self.trailing(end));
        all.push(self.leading(end));
        Layout::All(all)
    }

    /// Declarations, each on a line of its own.
    fn items(&mut self, items: &[Item], first_stands_first: bool) -> Vec<Layout> {
        let mut all = vec![];
        for (index, item) in items.iter().enumerate() {
            all.push(self.trailing(item.span.start));
            let first = index == 0 && first_stands_first;
            all.extend(self.head(first, item.span, &item.doc));
            all.push(self.item(item));
        }
        all
    }

    /// What comes before an entry of a block: comments, documentation, and the new line it begins
    /// on; blank lines between entries stay.
    pub(super) fn head(&mut self, first: bool, span: Span, doc: &[String]) -> Vec<Layout> {
        let mut all = vec![];
        let commented = self.commented(span.start);
        all.push(self.leading(span.start));
        let mut begin = span.start as usize;
        let mut left = doc.len();
        while left > 0 && begin > 0 {
            begin = line_start(self.text, line_start(self.text, begin).saturating_sub(1));
            let line = self.text[begin..].trim_start();
            if line.starts_with("///") && !line.starts_with("////") {
                left -= 1;
            }
        }
        let blank = (!first || commented) && self.blank_above(begin);
        all.push(Layout::HardLine { blank });
        for line in doc {
            all.push(text(format!("/// {line}").trim_end()));
            all.push(Layout::HardLine { blank: false });
        }
        all
    }

    fn item(&mut self, item: &Item) -> Layout {
        let word = |word: &str| text(format!("{word} "));
        let all = match &item.kind {
            ItemKind::Use(used) => vec![word("use"), self.import(used, item.span)],
            ItemKind::Param {
                name,
                ty,
                default,
                condition,
            } => {
                let mut all = vec![word("param"), self.written(name.span), text(": ")];
                all.push(self.type_expr(ty));
                if let Some(default) = default {
                    all.push(self.before(default.span.start));
                    all.push(text(" = "));
                    all.push(self.expression(default));
                }
                if let Some(condition) = condition {
                    all.push(self.before(condition.span.start));
                    all.push(Layout::Line);
                    all.push(text("where "));
                    all.push(self.expression(condition));
                }
                vec![group(indent(Layout::All(all)))]
            }
            ItemKind::Let { name, value } => {
                vec![word("let"), self.written(name.span), self.equals(value)]
            }
            ItemKind::Fn { name, params, body } => {
                self.function("fn", name, params, |this| this.equals(body))
            }
            ItemKind::Objective { name, params, body } => {
                self.function("objective", name, params, |this| this.equals(body))
            }
            ItemKind::Arch { name, params, body } => {
                self.function("arch", name, params, |this| this.arch_body(body, item.span))
            }
            ItemKind::Dataset {
                name,
                indices,
                source,
            } => self.family("dataset", name, indices, source),
            ItemKind::Measure {
                name,
                indices,
                value,
            } => self.family("measure", name, indices, value),
            ItemKind::Trial {
                name,
                indices,
                value,
            } => self.family("trial", name, indices, value),
            ItemKind::Recipe { name, body } => {
                let name = self.written(name.span);
                let body = match body {
                    RecipeBody::Fields(fields) => self.body(fields, item.span),
                    RecipeBody::Expr(value) => self.equals(value),
                };
                vec![word("recipe"), name, body]
            }
            ItemKind::Model {
                word: kind,
                name,
                indices,
                network,
                fields,
            } => {
                let mut all = self.family(&kind.text, name, indices, network);
                if let Some(fields) = fields {
                    all.push(self.body(fields, item.span));
                }
                all
            }
            ItemKind::Claim {
                text: claim,
                condition,
            } => vec![
                word("claim"),
                self.expression(claim),
                self.equals(condition),
            ],
            ItemKind::Experiment { name, params, body } => {
                self.function("experiment", name, params, |this| {
                    this.members(&body.items, item.span)
                })
            }
        };
        Layout::All(all)
    }

    // --- heads ---

    fn import(&mut self, used: &Use, span: Span) -> Layout {
        match used {
            Use::File { path, alias } => {
                Layout::All(vec![self.expression(path), self.alias(alias.as_ref())])
            }
            Use::Names {
                path,
                names,
                braces,
            } => {
                let mut all = vec![];
                for name in path {
                    all.push(self.written(name.span));
                    all.push(text("."));
                }
                if !braces {
                    all.extend(names.iter().map(|name| self.use_name(name)));
                    return Layout::All(all);
                }
                let broken = names
                    .first()
                    .is_some_and(|name| self.begins_line(name.name.span));
                let names = self.separated(names, |name| name.name.span, Self::use_name);
                all.push(self.bracket(("{", "}"), names, span, broken));
                Layout::All(all)
            }
        }
    }

    fn use_name(&mut self, used: &UseName) -> Layout {
        let name = self.written(used.name.span);
        Layout::All(vec![name, self.alias(used.alias.as_ref())])
    }

    fn alias(&mut self, alias: Option<&Name>) -> Layout {
        match alias {
            Some(alias) => Layout::All(vec![text(" as "), self.written(alias.span)]),
            None => nothing(),
        }
    }

    fn type_expr(&mut self, ty: &TypeExpr) -> Layout {
        let mut all = vec![self.written(ty.name.span)];
        if !ty.args.is_empty() {
            let args = self.separated(&ty.args, |arg| arg.span, Self::type_expr);
            all.push(self.bracket(("[", "]"), args, ty.span, false));
        }
        Layout::All(all)
    }

    /// `WORD NAME(PARAMETERS)` and what follows.
    fn function(
        &mut self,
        word: &str,
        name: &Name,
        params: &[Parameter],
        body: impl FnOnce(&mut Self) -> Layout,
    ) -> Vec<Layout> {
        let mut all = vec![text(format!("{word} ")), self.written(name.span)];
        let open = name.span.end as usize;
        let open = open + self.text[open..].find('(').unwrap_or(0);
        let broken = self.breaks_behind(open as u32);
        let last = params
            .last()
            .map_or(open, |param| param.span().end as usize);
        let params = self.separated(params, |param| param.name.span, Self::parameter);
        let close = last + self.text[last..].find(')').unwrap_or(0) + 1;
        let close = Span::new(name.span.source, open, close);
        all.push(self.bracket(("(", ")"), params, close, broken));
        all.push(body(self));
        all
    }

    fn parameter(&mut self, param: &Parameter) -> Layout {
        let mut all = vec![self.written(param.name.span), text(": ")];
        all.push(self.type_expr(&param.ty));
        if let Some(default) = &param.default {
            all.push(self.before(default.span.start));
            all.push(text(" = "));
            all.push(self.expression(default));
        }
        if let Some(condition) = &param.condition {
            all.push(self.before(condition.span.start));
            all.push(text(" where "));
            all.push(self.expression(condition));
        }
        Layout::All(all)
    }

    /// `WORD NAME[INDEX SETS] = VALUE`
    fn family(
        &mut self,
        word: &str,
        name: &Name,
        indices: &[IndexSet],
        value: &Expr,
    ) -> Vec<Layout> {
        let mut all = vec![text(format!("{word} ")), self.written(name.span)];
        if let Some(last) = indices.last() {
            let broken = self.breaks_behind(name.span.end);
            let end = last.set.span.end as usize;
            let close = end + self.text[end..].find(']').unwrap_or(0) + 1;
            let set = |this: &mut Self, index: &IndexSet| {
                let name = this.written(index.name.span);
                Layout::All(vec![name, text(" in "), this.expression(&index.set)])
            };
            if self.hugs(&last.set, name.span.end) {
                let sets = self.on_one_line(indices, set);
                all.extend([text("["), sets, text("]"), self.equals(value)]);
                return all;
            }
            let sets = self.separated(indices, |index| index.name.span, set);
            let span = Span::new(name.span.source, end, close);
            all.push(self.bracket(("[", "]"), sets, span, broken));
        }
        all.push(self.equals(value));
        all
    }

    // --- values ---

    /// ` = VALUE`, on the next line where the value is a chain that does not fit on this one.
    fn equals(&mut self, value: &Expr) -> Layout {
        let below = self.begins_line(value.span);
        let value_layout = self.expression(value);
        if below || breaks_between_operands(value) {
            let value = indent(Layout::All(vec![Layout::Line, value_layout]));
            return Layout::All(vec![text(" ="), group(value)]);
        }
        Layout::All(vec![text(" = "), value_layout])
    }

    /// ` { FIELDS }`
    fn body(&mut self, fields: &[Field], span: Span) -> Layout {
        Layout::All(vec![text(" "), self.fields(fields, span)])
    }

    fn arch_body(&mut self, body: &ArchBody, span: Span) -> Layout {
        let (statements, layers) = match body {
            ArchBody::Expr(layers) => return self.equals(layers),
            ArchBody::Block { statements, layers } => (statements, layers),
        };
        let mut inner = vec![];
        for (index, statement) in statements.iter().enumerate() {
            let (begin, layout): (Span, _) = match statement {
                Statement::Let { name, .. } => (name.span, statement),
                Statement::Require { condition, .. } => (condition.span, statement),
            };
            // The statement's word stands on the same line as what follows it.
            inner.push(self.trailing(begin.start));
            inner.extend(self.head(index == 0, begin, &[]));
            inner.push(self.statement(layout));
        }
        inner.push(self.trailing(layers.span.start));
        inner.extend(self.head(statements.is_empty(), layers.span, &[]));
        inner.push(self.expression(layers));
        self.block(inner, span)
    }

    fn statement(&mut self, statement: &Statement) -> Layout {
        match statement {
            Statement::Let { name, value } => Layout::All(vec![
                text("let "),
                self.written(name.span),
                self.equals(value),
            ]),
            Statement::Require { condition, why } => {
                let mut all = vec![text("require "), self.expression(condition)];
                if let Some(why) = why {
                    all.push(text(","));
                    all.push(self.trailing(why.span.start));
                    all.push(Layout::Line);
                    all.push(self.expression(why));
                }
                group(indent(Layout::All(all)))
            }
        }
    }

    fn members(&mut self, items: &[Item], span: Span) -> Layout {
        if items.is_empty() && !self.commented(span.end) {
            return text(" {}");
        }
        let inner = self.items(items, true);
        self.block(inner, span)
    }

    /// ` { … }` on lines of its own, with the comments before the closing brace.
    fn block(&mut self, mut inner: Vec<Layout>, span: Span) -> Layout {
        let close = span.end.saturating_sub(1);
        inner.push(self.trailing(close));
        inner.push(self.leading(close));
        Layout::All(vec![
            text(" {"),
            indent(Layout::All(inner)),
            Layout::HardLine { blank: false },
            text("}"),
        ])
    }
}

/// Whether a value too long for its line is broken between operands, not within a bracket.
fn breaks_between_operands(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Binary { .. }
        | ExprKind::Pipe { .. }
        | ExprKind::Then { .. }
        | ExprKind::Chain(_) => true,
        ExprKind::As { layers, .. } => breaks_between_operands(layers),
        _ => false,
    }
}
