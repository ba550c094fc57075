//! Declarations: a file's, and an experiment's.

use std::sync::Arc;

use super::cursor::{Failed, Parsed, Parser};
use super::habits::foreign_word;
use super::token::{Kind, Token};
use crate::diag::{Diagnostic, Mend, Span, closest};
use crate::syntax::codes;
use crate::syntax::tree::{Expr, ExprKind, Item, ItemKind, Name, RecipeBody, Tree, Use, UseName};

/// The words that open declarations.
pub(super) const WORDS: &[&str] = &[
    "use",
    "param",
    "let",
    "fn",
    "arch",
    "dataset",
    "recipe",
    "teacher",
    "student",
    "model",
    "objective",
    "measure",
    "claim",
    "experiment",
    "trial",
];

impl Parser<'_> {
    /// The whole file.
    pub(super) fn file(mut self) -> (Tree, Vec<Diagnostic>) {
        let doc = self.file_doc();
        let items = self.items(None);
        self.report_unused_docs();
        let mut errors = std::mem::take(&mut self.errors);
        let mut word_errors = std::mem::take(&mut self.word_errors);
        word_errors.retain(|error| {
            let place = error.labels.first().map(|label| label.span);
            !place.is_some_and(|place| self.was_skipped(place))
        });
        errors.append(&mut word_errors);
        errors.sort_by_key(|error| error.labels.first().map(|label| label.span));
        let tree = Tree {
            doc,
            items,
            comments: self.comments,
        };
        (tree, errors)
    }

    /// Declarations up to the end of the file, or to the `}` of the experiment that begins at
    /// `experiment`.
    fn items(&mut self, experiment: Option<Token>) -> Vec<Item> {
        let brackets = self.open.len();
        let mut items: Vec<Item> = vec![];
        let mut inset = None;
        loop {
            let token = self.peek();
            let closed = experiment.is_some() && token.kind == Kind::BraceClose;
            if token.kind == Kind::End || closed {
                break;
            }
            if let Some(experiment) = experiment {
                // A member as far out as the experiment itself, where the first stood further in,
                // is no member: the experiment was not closed.
                let column = self.column(token);
                let inset = *inset.get_or_insert(column);
                let out = column <= self.column(experiment) && column < inset;
                if out && self.begins_declaration(self.at, Some(column)) {
                    break;
                }
            }
            let outer = std::mem::replace(&mut self.declaration, token);
            self.declared = None;
            match self.item() {
                Ok(item) => items.push(item),
                Err(Failed) => {
                    items.extend(self.unreadable());
                    self.skip_to_declaration(brackets);
                }
            }
            self.declaration = outer;
        }
        items
    }

    fn item(&mut self) -> Parsed<Item> {
        let doc = self.take_docs();
        let start = self.peek();
        let word = self.declaration_word()?;
        let kind = match word {
            "use" => ItemKind::Use(self.import()?),
            "param" => self.param()?,
            "let" => self.constant()?,
            "fn" => ItemKind::Fn {
                name: self.declared_name("the function's name")?,
                params: self.parameters()?,
                body: self.function_body()?,
            },
            "arch" => ItemKind::Arch {
                name: self.declared_name("the network's name")?,
                params: self.parameters()?,
                body: self.arch_body()?,
            },
            "dataset" => ItemKind::Dataset {
                name: self.declared_name("the data set's name")?,
                indices: self.index_sets()?,
                source: self.after_equals()?,
            },
            "recipe" => ItemKind::Recipe {
                name: self.declared_name("the recipe's name")?,
                body: self.recipe_body()?,
            },
            "objective" => ItemKind::Objective {
                name: self.declared_name("the objective's name")?,
                params: self.parameters()?,
                body: self.after_equals()?,
            },
            "measure" => ItemKind::Measure {
                name: self.declared_name("the measurement's name")?,
                indices: self.index_sets()?,
                value: self.after_equals()?,
            },
            "claim" => ItemKind::Claim {
                text: self.claim_text()?,
                condition: self.after_equals()?,
            },
            "experiment" => self.experiment(start)?,
            "trial" => ItemKind::Trial {
                name: self.declared_name("the trial's name")?,
                indices: self.index_sets()?,
                value: self.after_equals()?,
            },
            _ => self.model(start, word)?,
        };
        let mut span = self.span_from(start);
        if !self.declaration_ended() {
            // What could not be read belongs to it: what it seems to lack may stand there.
            span = self.span_from(start);
        }
        Ok(Item { doc, kind, span })
    }

    /// What stands for a declaration that could not be read past its name: who uses the name is
    /// not told that it is unknown.
    fn unreadable(&mut self) -> Option<Item> {
        let name = self.declared.take()?;
        let span = self.span_from(self.declaration);
        let value = missing(name.span);
        Some(Item {
            doc: vec![],
            kind: ItemKind::Let { name, value },
            span,
        })
    }

    /// The word that opens a declaration, or the one that a misspelt one was meant to be.
    fn declaration_word(&mut self) -> Parsed<&'static str> {
        let token = self.peek();
        let written = self.slice(token);
        if let Some(word) = WORDS.iter().find(|word| **word == written) {
            self.bump();
            return Ok(word);
        }
        if !token.kind.is_word() {
            return Err(self.unexpected_first("a declaration"));
        }
        let next = self.ahead(1);
        let named = !next.first && (next.kind.is_word() || next.kind == Kind::Quote);
        let meant = foreign_word(written)
            .or_else(|| closest(written, WORDS.iter().copied()))
            .filter(|_| named);
        let meant = meant.or_else(|| (next.kind == Kind::Assign).then_some("let"));
        let help = match meant {
            _ if token.kind == Kind::For => self.sweep(token),
            Some("use") if written == "from" => self.python_import(token),
            Some("let") if !named => {
                format!("a constant is declared with `let {written} = …`").into()
            }
            Some(meant) => Mend::did_you_mean(self.span(token), meant),
            None => format!("the words are {}", WORDS.join(", ")).into(),
        };
        self.error_at(
            codes::UNKNOWN_DECLARATION,
            token,
            format!("`{written}` does not begin a declaration"),
            help,
        );
        let meant = WORDS.iter().find(|word| Some(**word) == meant);
        match meant {
            Some(word) => {
                if named {
                    self.bump();
                }
                Ok(word)
            }
            None => Err(Failed),
        }
    }

    /// Whether a declaration ends here, with its line; reports what else stands here, and skips it.
    fn declaration_ended(&mut self) -> bool {
        let next = self.peek();
        let inside = !self.open.is_empty();
        if next.kind == Kind::End || next.first && !next.kind.closes() {
            return true;
        }
        if inside && next.kind == Kind::BraceClose {
            return true;
        }
        // What could be read stays in the tree, so the item is not lost.
        match self.behind_a_value(next) {
            Some(help) => self.unexpected_help("the end of the line", &help),
            None => self.unexpected("the end of the line"),
        };
        self.skip_to_declaration(self.open.len());
        false
    }

    /// Where that belongs which stands behind a whole value.
    fn behind_a_value(&self, found: Token) -> Option<String> {
        let word = self.slice(found);
        Some(match found.kind {
            Kind::BraceOpen => {
                "a `{` behind a value belongs to `with`, or to a model's declaration".into()
            }
            Kind::At | Kind::Over | Kind::Until | Kind::Along => {
                format!("`{word}` stands behind `then`: `0.1 then 0.01 at 50% over 1k steps`")
            }
            Kind::Comma => "several values stand in brackets: `[a, b]`".into(),
            Kind::Name if WORDS.contains(&word) => {
                "a declaration begins on a line of its own".into()
            }
            _ => return None,
        })
    }

    // --- the declarations with a shape of their own ---

    fn import(&mut self) -> Parsed<Use> {
        if self.is(Kind::Quote) {
            let path = self.text()?;
            let alias = self.alias()?;
            return Ok(Use::File { path, alias });
        }
        let mut path =
            vec![self.any_name("a module such as `std.archs`, or the path of a file as a text")?];
        while self.eat_module_dot() {
            if self.is(Kind::BraceOpen) {
                let names = self.use_names();
                return Ok(Use::Names {
                    path,
                    names,
                    braces: true,
                });
            }
            if self.is(Kind::Star) {
                let star = self.peek();
                self.error_at(
                    codes::UNEXPECTED_TOKEN,
                    star,
                    "names are taken one by one",
                    "list them: `use std.archs.{mlp, small_cnn}`",
                );
                return Err(Failed);
            }
            path.push(self.any_name("a name")?);
        }
        if self.slice(self.declaration) == "from" && self.is_word(self.peek(), "import") {
            self.bump();
            return Ok(Use::Names {
                path,
                names: self.comma_separated(Self::use_name)?,
                braces: true,
            });
        }
        let alias = self.alias()?;
        let Some(name) = path.pop() else {
            return Err(self.unexpected("a name"));
        };
        Ok(Use::Names {
            path,
            names: vec![UseName { name, alias }],
            braces: false,
        })
    }

    /// The `.` between modules; `/` and `::` are reported and taken for it.
    fn eat_module_dot(&mut self) -> bool {
        let token = self.peek();
        if matches!(token.kind, Kind::Slash | Kind::Colon) {
            self.error_at(
                codes::UNEXPECTED_TOKEN,
                token,
                "modules are parted by `.`",
                "write `use std.archs.mlp`; the path of a file is a text: `use \"ours.kdp\"`",
            );
        }
        let parts = matches!(token.kind, Kind::Dot | Kind::Slash | Kind::Colon);
        while parts && self.peek().kind == token.kind {
            self.bump();
        }
        parts
    }

    /// `{a, b as c}`; what could be read of it is imported, whatever follows.
    fn use_names(&mut self) -> Vec<UseName> {
        let brackets = self.open.len();
        let mut names = vec![];
        let read = self.bracketed(true, |parser| {
            parser.comma_separated(|parser| {
                names.push(parser.use_name()?);
                Ok(())
            })
        });
        if let Err(Failed) = read {
            self.skip_to_declaration(brackets);
        }
        names
    }

    fn use_name(&mut self) -> Parsed<UseName> {
        Ok(UseName {
            name: self.any_name("a name")?,
            alias: self.alias()?,
        })
    }

    fn alias(&mut self) -> Parsed<Option<Name>> {
        if self.line_ended() || !self.eat(Kind::As) {
            return Ok(None);
        }
        self.declared_name("the name it has here").map(Some)
    }

    fn param(&mut self) -> Parsed<ItemKind> {
        let name = self.declared_name("the parameter's name")?;
        self.no_index_sets()?;
        let ty = self.type_annotation(&name, "param")?;
        let default = if self.is(Kind::Assign) {
            self.bump();
            Some(self.value()?)
        } else {
            None
        };
        Ok(ItemKind::Param {
            name,
            ty,
            default,
            condition: self.where_condition()?,
        })
    }

    fn constant(&mut self) -> Parsed<ItemKind> {
        let name = self.declared_name("the constant's name")?;
        let typed = self.is(Kind::Colon)
            && self.ahead(1).kind == Kind::Name
            && matches!(self.ahead(2).kind, Kind::Assign | Kind::ListOpen);
        if typed {
            let colon = self.bump();
            self.error_at(
                codes::UNEXPECTED_TOKEN,
                colon,
                "a constant has no type written on it",
                format!("write `let {} = …`", name.text),
            );
            self.type_expr()?;
        }
        Ok(ItemKind::Let {
            name,
            value: self.after_equals()?,
        })
    }

    fn recipe_body(&mut self) -> Parsed<RecipeBody> {
        self.no_index_sets()?;
        if self.is(Kind::Assign) && self.ahead(1).kind == Kind::BraceOpen {
            let assign = self.bump();
            self.error_at(
                codes::UNEXPECTED_TOKEN,
                assign,
                "a recipe's fields stand right behind its name",
                "leave out the `=`",
            );
        }
        if self.is(Kind::BraceOpen) {
            return Ok(RecipeBody::Fields(self.body_fields()));
        }
        if self.field_without_brace() {
            return Ok(RecipeBody::Fields(self.fields_without_braces()));
        }
        let start = self.ahead(1);
        let base = self.after_equals()?;
        if !self.is(Kind::BraceOpen) || self.line_ended() {
            return Ok(RecipeBody::Expr(base));
        }
        let brace = self.peek();
        self.error_at(
            codes::UNEXPECTED_TOKEN,
            brace,
            "a changed copy of a recipe is written with `with`",
            "write `with {` here",
        );
        let below = self.height;
        let fields = self.body_fields();
        let base = Box::new(base);
        let kind = ExprKind::With { base, fields };
        self.grown(start, below, kind).map(RecipeBody::Expr)
    }

    fn model(&mut self, start: Token, word: &str) -> Parsed<ItemKind> {
        let word = Name {
            text: word.to_owned(),
            span: self.span(start),
        };
        let name = self.declared_name("the model's name")?;
        let indices = self.index_sets()?;
        let network = self.network()?;
        let fields = if self.is(Kind::BraceOpen) {
            Some(self.body_fields())
        } else if self.field_without_brace() {
            Some(self.fields_without_braces())
        } else {
            None
        };
        Ok(ItemKind::Model {
            word,
            name,
            indices,
            network,
            fields,
        })
    }

    /// `= NETWORK`; where it is missing or cannot be read, the block behind it is read all the
    /// same.
    fn network(&mut self) -> Parsed<Expr> {
        let start = self.peek();
        if start.kind == Kind::BraceOpen {
            self.error_at(
                codes::UNEXPECTED_TOKEN,
                start,
                "a model needs a network before its fields",
                "write `= NETWORK {`",
            );
            let at = self.span_from(start);
            return Ok(missing(at));
        }
        let brackets = self.open.len();
        self.after_equals().or_else(|Failed| {
            self.skip_to_body(brackets)?;
            let at = self.span_from(start);
            Ok(missing(at))
        })
    }

    fn claim_text(&mut self) -> Parsed<Expr> {
        match self.peek().kind {
            Kind::Quote | Kind::CurlyText => self.text(),
            Kind::Name if self.ahead(1).kind == Kind::Quote => {
                let prefix = self.bump();
                let help = "every text puts values in by braces: leave it out";
                let message = format!("`{}` stands before a text", self.slice(prefix));
                self.error(
                    Diagnostic::error(codes::UNEXPECTED_TOKEN, message)
                        .label(self.span(prefix), "")
                        .help(Mend::from(help).edit(self.span(prefix), "")),
                );
                self.text()
            }
            _ => Err(self.unexpected_help("the claim as a text", "write it in quotes: `\"…\"`")),
        }
    }

    fn experiment(&mut self, start: Token) -> Parsed<ItemKind> {
        let name = self.declared_name("the experiment's name")?;
        let params = self.parameters()?;
        if !self.is(Kind::BraceOpen) {
            return Err(self.unexpected("`{` and the experiment's declarations"));
        }
        let opening = self.at;
        let mut items = vec![];
        let closed = self.bracketed(false, |parser| {
            items = parser.items(Some(start));
            Ok(())
        });
        if closed.is_err() {
            // Its members can be checked all the same.
            let brackets = self.open.iter().take_while(|open| **open < opening).count();
            self.open.truncate(brackets);
        }
        Ok(ItemKind::Experiment {
            name,
            params,
            body: Arc::new(Tree {
                items,
                ..Tree::default()
            }),
        })
    }
}

/// What stands for an expression that could not be read.
pub(super) fn missing(span: Span) -> Expr {
    Expr {
        kind: ExprKind::Missing,
        span,
    }
}
