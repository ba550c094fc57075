//! A tree as nested lists, without its places: `(+ a (* b c))`.

use kdp::syntax::tree::{
    ArchBody, Arg, Clause, Expr, ExprKind, Field, IndexSet, Item, ItemKind, Name, Parameter,
    RecipeBody, Statement, TextPart, Tree, TypeExpr, UnaryOp, Unit, Use, UseName,
};

/// Lines are broken where they would be longer.
const WIDTH: usize = 100;

/// The tree, an item after the other.
pub fn dump(tree: &Tree) -> String {
    let mut out = String::new();
    for line in &tree.doc {
        out += &format!("//! {line:?}\n");
    }
    for item in &tree.items {
        write(&mut out, &self::item(item), 0);
    }
    if !tree.comments.is_empty() {
        out += &format!("; comments: {}\n", tree.comments.len());
    }
    out
}

/// A word, or a list of them.
enum Node {
    Word(String),
    List(Vec<Node>),
}

impl Node {
    fn flat(&self) -> String {
        match self {
            Node::Word(word) => word.clone(),
            Node::List(nodes) => format!(
                "({})",
                nodes.iter().map(Node::flat).collect::<Vec<_>>().join(" ")
            ),
        }
    }
}

fn write(out: &mut String, node: &Node, indent: usize) {
    let flat = node.flat();
    match node {
        Node::List(nodes) if indent + flat.len() > WIDTH || indent == 0 && breaks(nodes) => {
            let head = nodes
                .iter()
                .take_while(|node| matches!(node, Node::Word(_)))
                .count()
                .max(1);
            let words: Vec<String> = nodes[..head].iter().map(Node::flat).collect();
            *out += &format!("{:indent$}({}\n", "", words.join(" "));
            for node in &nodes[head..] {
                write(out, node, indent + 2);
            }
            out.truncate(out.trim_end().len());
            *out += ")\n";
        }
        _ => *out += &format!("{:indent$}{flat}\n", ""),
    }
}

/// Declarations with fields or members give each its line.
fn breaks(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| matches!(node, Node::List(list) if matches!(list.first(), Some(Node::Word(word)) if word.ends_with(':'))))
        || matches!(nodes.first(), Some(Node::Word(word)) if word == "experiment")
}

fn word(word: impl Into<String>) -> Node {
    Node::Word(word.into())
}

fn list(head: impl Into<String>, rest: impl IntoIterator<Item = Node>) -> Node {
    Node::List(std::iter::once(word(head)).chain(rest).collect())
}

fn name(name: &Name) -> Node {
    word(&name.text)
}

fn label(text: &str, value: &Expr) -> Node {
    list(format!("{text}:"), [expr(value)])
}

fn optional(text: &str, value: Option<&Expr>) -> Option<Node> {
    value.map(|value| label(text, value))
}

fn clause(text: &str, clause: &Option<Box<Clause>>) -> Option<Node> {
    optional(text, clause.as_deref().map(|clause| &clause.value))
}

fn item(item: &Item) -> Node {
    let mut nodes: Vec<Node> = match &item.kind {
        ItemKind::Use(Use::File { path, alias }) => [word("use"), expr(path)]
            .into_iter()
            .chain(alias.iter().map(|alias| list("as", [name(alias)])))
            .collect(),
        ItemKind::Use(Use::Names {
            path,
            names,
            braces,
        }) => {
            let path: Vec<&str> = path.iter().map(|name| name.text.as_str()).collect();
            let names = names.iter().map(use_name);
            let all = if *braces {
                vec![Node::List(names.collect())]
            } else {
                names.collect()
            };
            [word("use"), word(path.join("."))]
                .into_iter()
                .chain(all)
                .collect()
        }
        ItemKind::Param {
            name: declared,
            ty,
            default,
            condition,
        } => [word("param"), name(declared), type_expr(ty)]
            .into_iter()
            .chain(optional("=", default.as_ref()))
            .chain(optional("where", condition.as_ref()))
            .collect(),
        ItemKind::Let {
            name: declared,
            value,
        } => vec![word("let"), name(declared), expr(value)],
        ItemKind::Fn { name, params, body } => function("fn", name, params, expr(body)),
        ItemKind::Objective { name, params, body } => {
            function("objective", name, params, expr(body))
        }
        ItemKind::Arch { name, params, body } => function("arch", name, params, arch_body(body)),
        ItemKind::Dataset {
            name,
            indices,
            source,
        } => family("dataset", name, indices, source),
        ItemKind::Measure {
            name,
            indices,
            value,
        } => family("measure", name, indices, value),
        ItemKind::Trial {
            name,
            indices,
            value,
        } => family("trial", name, indices, value),
        ItemKind::Recipe {
            name: declared,
            body: RecipeBody::Expr(value),
        } => vec![word("recipe"), name(declared), expr(value)],
        ItemKind::Recipe {
            name: declared,
            body: RecipeBody::Fields(fields),
        } => [word("recipe"), name(declared)]
            .into_iter()
            .chain(fields.iter().map(field))
            .collect(),
        ItemKind::Model {
            word: kind,
            name,
            indices,
            network,
            fields,
        } => {
            let mut nodes = family(&kind.text, name, indices, network);
            nodes.extend(fields.iter().flatten().map(field));
            if fields.as_ref().is_some_and(Vec::is_empty) {
                nodes.push(word("{}"));
            }
            nodes
        }
        ItemKind::Claim { text, condition } => vec![word("claim"), expr(text), expr(condition)],
        ItemKind::Experiment {
            name: declared,
            params,
            body,
        } => [word("experiment"), name(declared)]
            .into_iter()
            .chain([Node::List(params.iter().map(parameter).collect())])
            .chain(body.items.iter().map(self::item))
            .collect(),
    };
    nodes.extend(
        item.doc
            .iter()
            .map(|line| list("///", [word(format!("{line:?}"))])),
    );
    Node::List(nodes)
}

fn use_name(used: &UseName) -> Node {
    match &used.alias {
        Some(alias) => list(&used.name.text, [word("as"), name(alias)]),
        None => name(&used.name),
    }
}

fn function(head: &str, declared: &Name, params: &[Parameter], body: Node) -> Vec<Node> {
    vec![
        word(head),
        name(declared),
        Node::List(params.iter().map(parameter).collect()),
        body,
    ]
}

fn family(head: &str, declared: &Name, indices: &[IndexSet], value: &Expr) -> Vec<Node> {
    let sets = indices
        .iter()
        .map(|index| list(&index.name.text, [word("in"), expr(&index.set)]));
    [word(head), name(declared)]
        .into_iter()
        .chain(sets)
        .chain([expr(value)])
        .collect()
}

fn parameter(parameter: &Parameter) -> Node {
    list(
        &parameter.name.text,
        std::iter::once(type_expr(&parameter.ty))
            .chain(parameter.default.as_ref().map(expr))
            .chain(optional("where", parameter.condition.as_ref())),
    )
}

fn type_expr(ty: &TypeExpr) -> Node {
    if ty.args.is_empty() {
        name(&ty.name)
    } else {
        list(&ty.name.text, ty.args.iter().map(type_expr))
    }
}

fn arch_body(body: &ArchBody) -> Node {
    match body {
        ArchBody::Expr(layers) => expr(layers),
        ArchBody::Block { statements, layers } => {
            let statements = statements.iter().map(|statement| match statement {
                Statement::Let {
                    name: declared,
                    value,
                } => list("let", [name(declared), expr(value)]),
                Statement::Require { condition, why } => list(
                    "require",
                    std::iter::once(expr(condition)).chain(why.as_ref().map(expr)),
                ),
            });
            list("block", statements.chain([expr(layers)]))
        }
    }
}

fn field(field: &Field) -> Node {
    let text = if field.quoted {
        format!("{:?}:", field.name.text)
    } else {
        format!("{}:", field.name.text)
    };
    let doc = field
        .doc
        .iter()
        .map(|line| list("///", [word(format!("{line:?}"))]));
    list(text, std::iter::once(expr(&field.value)).chain(doc))
}

fn arg(arg: &Arg) -> Node {
    match &arg.name {
        Some(name) => label(&name.text, &arg.value),
        None => expr(&arg.value),
    }
}

fn expr(value: &Expr) -> Node {
    match &value.kind {
        ExprKind::Int(value) => word(value.to_string()),
        ExprKind::Number(value) => word(format!("{value:?}")),
        ExprKind::Fraction(value) => word(format!("{value:?}%")),
        ExprKind::Time {
            amount,
            unit: Unit::Steps,
        } => word(format!("{amount}s")),
        ExprKind::Time {
            amount,
            unit: Unit::Epochs,
        } => word(format!("{amount}e")),
        ExprKind::Bool(value) => word(value.to_string()),
        ExprKind::Name(name) => word(name),
        ExprKind::End => word("END"),
        ExprKind::Missing => word("MISSING"),
        ExprKind::Text(parts) => text(parts),
        ExprKind::List(elements) => list("list", elements.iter().map(expr)),
        ExprKind::Comprehension {
            body,
            clauses,
            filter,
        } => list(
            "for",
            clauses
                .iter()
                .map(|clause| list(&clause.name.text, [word("in"), expr(&clause.set)]))
                .chain(optional("if", filter.as_deref()))
                .chain([expr(body)]),
        ),
        ExprKind::Record(fields) => list("record", fields.iter().map(field)),
        ExprKind::Paren(inner) => list("paren", [expr(inner)]),
        ExprKind::Unary { op, operand } => list(
            if *op == UnaryOp::Not { "not" } else { "neg" },
            [expr(operand)],
        ),
        ExprKind::Binary {
            op, left, right, ..
        } => list(op.word(), [expr(left), expr(right)]),
        ExprKind::Range { from, to } => list("..", [expr(from), expr(to)]),
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => list("if", [expr(condition), expr(then), expr(otherwise)]),
        ExprKind::Call { callee, args } => list(
            "call",
            std::iter::once(expr(callee)).chain(args.iter().map(arg)),
        ),
        ExprKind::Index { base, args } => list(
            "at",
            std::iter::once(expr(base)).chain(args.iter().map(arg)),
        ),
        ExprKind::Member { base, name } => match expr(base) {
            Node::Word(base) => word(format!("{base}.{}", name.text)),
            base => list(".", [base, word(&name.text)]),
        },
        ExprKind::With { base, fields } => list(
            "with",
            std::iter::once(expr(base)).chain(fields.iter().map(field)),
        ),
        ExprKind::ScaledTo { base, length } => list("scaled", [expr(base), expr(length)]),
        ExprKind::Pipe { left, right } => list("|>", [expr(left), expr(right)]),
        ExprKind::Chain(links) => list("->", links.iter().map(expr)),
        ExprKind::As {
            layers,
            name,
            quoted,
        } => {
            let name = if *quoted {
                format!("{:?}", name.text)
            } else {
                name.text.clone()
            };
            list("as", [word(name), expr(layers)])
        }
        ExprKind::Then {
            before,
            after,
            at,
            over,
            until,
            along,
        } => list(
            "then",
            [expr(before), expr(after)]
                .into_iter()
                .chain(clause("at", at))
                .chain(clause("over", over))
                .chain(clause("until", until))
                .chain(clause("along", along)),
        ),
    }
}

fn text(parts: &[TextPart]) -> Node {
    match parts {
        [] => word("\"\""),
        [TextPart::Literal(literal)] => word(format!("{literal:?}")),
        _ => list(
            "text",
            parts.iter().map(|part| match part {
                TextPart::Literal(literal) => word(format!("{literal:?}")),
                TextPart::Interpolation(value) => expr(value),
            }),
        ),
    }
}
