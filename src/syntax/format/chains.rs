//! Operands with operators between them.

use super::Formatter;
use super::layout::{Layout, Piece, align, indent, nothing, text};
use crate::syntax::tree::{BinaryOp, Clause, Expr, ExprKind};

impl Formatter<'_> {
    /// Operands with operators of one kind between them. A chain stays broken where it was.
    pub(super) fn chained(&mut self, expr: &Expr) -> Layout {
        let mut links = vec![];
        let first = collect_links(expr, &mut links);
        let mut end = first.span.end;
        let mut last = vec![self.expression(first)];
        let mut pieces: Vec<Piece> = vec![];
        let mut head = None;
        for link in links {
            let place = link.operand.span.start;
            let comments = self.before(place);
            let broken = self.text[end as usize..place as usize].contains('\n');
            end = link.end();
            let operand = self.link(&link);
            // A `-` ends its line, for one that began with it would begin anew.
            let next = if link.word == "-" {
                last.push(text(" -"));
                vec![operand]
            } else {
                vec![text(format!("{} ", link.word)), operand]
            };
            let done = Layout::All(std::mem::replace(&mut last, next));
            close(&mut head, &mut pieces, done);
            pieces.push(Piece {
                comments,
                broken,
                layout: nothing(),
            });
        }
        close(&mut head, &mut pieces, Layout::All(last));
        align(Layout::Fill(Box::new(head.unwrap_or_else(nothing)), pieces))
    }

    /// The right operand, and the clauses of a window, which stay together where they fit.
    fn link(&mut self, link: &Link<'_>) -> Layout {
        let operand = self.expression(link.operand);
        let clauses = link.clauses.iter().flatten();
        let clauses: Vec<Piece> = clauses
            .map(|(word, value)| Piece {
                comments: self.before(value.span.start),
                broken: false,
                layout: Layout::All(vec![text(format!("{word} ")), self.expression(value)]),
            })
            .collect();
        if clauses.is_empty() {
            return operand;
        }
        indent(Layout::Fill(Box::new(operand), clauses))
    }
}

/// An operator, its right operand, and the clauses of a window.
struct Link<'e> {
    word: &'static str,
    operand: &'e Expr,
    clauses: [Option<(&'static str, &'e Expr)>; 4],
}

impl Link<'_> {
    /// Where its last clause ends, or its operand.
    fn end(&self) -> u32 {
        let clauses = self.clauses.iter().flatten();
        clauses
            .last()
            .map_or(self.operand, |(_, value)| value)
            .span
            .end
    }
}

/// Gives what was laid out to the last piece, or to the head where there is none.
fn close(head: &mut Option<Layout>, pieces: &mut [Piece], done: Layout) {
    match pieces.last_mut() {
        Some(piece) => piece.layout = done,
        None => *head = Some(done),
    }
}

/// The operands behind the first of a run of operators of one strength; gives the first.
fn collect_links<'e>(expr: &'e Expr, links: &mut Vec<Link<'e>>) -> &'e Expr {
    let kind = chain_kind(expr);
    let mut chain = vec![];
    let mut left = expr;
    loop {
        let (next, link) = match &left.kind {
            ExprKind::Binary {
                op, left, right, ..
            } => (&**left, plain(op.word(), right)),
            ExprKind::Pipe { left, right } => (&**left, plain("|>", right)),
            ExprKind::Then {
                before,
                after,
                at,
                over,
                until,
                along,
            } => {
                let clause = |word, clause: &'e Option<Box<Clause>>| {
                    clause.as_deref().map(|clause| (word, &clause.value))
                };
                let clauses = [
                    clause("at", at),
                    clause("over", over),
                    clause("until", until),
                    clause("along", along),
                ];
                let link = Link {
                    word: "then",
                    operand: after,
                    clauses,
                };
                (&**before, link)
            }
            ExprKind::Chain(operands) => {
                let (first, rest) = match operands.split_first() {
                    Some(split) => split,
                    None => break,
                };
                chain.extend(rest.iter().rev().map(|operand| plain("->", operand)));
                left = first;
                break;
            }
            _ => break,
        };
        if chain_kind(left) != kind {
            break;
        }
        chain.push(link);
        left = next;
    }
    chain.reverse();
    links.extend(chain);
    left
}

fn plain<'e>(word: &'static str, operand: &'e Expr) -> Link<'e> {
    Link {
        word,
        operand,
        clauses: [None; 4],
    }
}

/// Operators of one number stand in one chain.
fn chain_kind(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Then { .. } => 1,
        ExprKind::Pipe { .. } => 2,
        ExprKind::Chain(_) => 3,
        ExprKind::Binary { op, .. } => match op {
            BinaryOp::Or => 4,
            BinaryOp::And => 5,
            BinaryOp::Add | BinaryOp::Subtract => 6,
            BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => 7,
            _ => 8,
        },
        _ => 0,
    }
}
