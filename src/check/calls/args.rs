//! Arguments: what is given for what is asked.

use crate::check::Checker;
use crate::check::codes::*;
use crate::check::modules::ModuleId;
use crate::check::names::Scope;
use crate::check::names::meant;
use crate::check::values::Type;
use crate::check::values::Value;
use crate::check::values::mend;
use crate::diag::{Diagnostic, Mend, Span, count};
use crate::syntax::codes::EQUALS_FOR_COLON;
use crate::syntax::tree::{Arg, BinaryOp, Expr, ExprKind, Name, Parameter, TypeExpr};
use crate::vocabulary::{self, Param, TYPES};

/// What an argument may be.
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// What stands where it is left out.
    pub default: Fallback,
    /// What must hold of it, and the module that says so.
    pub condition: Option<(ModuleId, Box<Expr>)>,
    /// Where it is declared; a built-in word's is nowhere.
    pub declared: Option<Span>,
}

/// What stands where an argument is left out.
pub enum Fallback {
    /// It must be given.
    Required,
    /// Nothing.
    Absent,
    /// A value.
    Value(Value),
    /// An expression of the module that asks.
    Expr(ModuleId, Box<Expr>),
}

/// An argument that was given or stands for one.
pub type Given = Option<(Value, Span)>;

impl From<&Param> for Wanted {
    fn from(param: &Param) -> Wanted {
        let default = match param.default {
            vocabulary::Default::Required => Fallback::Required,
            vocabulary::Default::Absent => Fallback::Absent,
            vocabulary::Default::Int(value) => Fallback::Value(Value::Int(value)),
            vocabulary::Default::Number(value) => Fallback::Value(Value::Number(value)),
            vocabulary::Default::Bool(value) => Fallback::Value(Value::Bool(value)),
            vocabulary::Default::Choice(text) | vocabulary::Default::Text(text) => {
                Fallback::Value(Value::Text(text.to_string(), None))
            }
        };
        Wanted {
            name: param.name.to_string(),
            ty: param.ty.into(),
            default,
            condition: None,
            declared: None,
        }
    }
}

impl Checker<'_> {
    /// The parameters of a declaration of the file.
    pub(in crate::check) fn wanted(
        &mut self,
        params: &[Parameter],
        module: ModuleId,
    ) -> Vec<Wanted> {
        params
            .iter()
            .map(|param| Wanted {
                name: param.name.text.clone(),
                ty: self.ty(&param.ty),
                default: match &param.default {
                    Some(expr) => Fallback::Expr(module, Box::new(expr.clone())),
                    None => Fallback::Required,
                },
                condition: param
                    .condition
                    .as_ref()
                    .map(|condition| (module, Box::new(condition.clone()))),
                declared: Some(param.span()),
            })
            .collect()
    }

    /// A type as it was written.
    pub(in crate::check) fn ty(&mut self, ty: &TypeExpr) -> Type {
        match (ty.name.text.as_str(), ty.args.as_slice()) {
            ("list", [of]) => Type::List(Box::new(self.ty(of))),
            ("list", _) => {
                self.fail_with(
                    UNKNOWN_TYPE,
                    "a list's type says what is in it",
                    ty.span,
                    "write `list[int]`, `list[number]`, …",
                );
                Type::Any
            }
            (word, []) => match Type::from_word(word) {
                Some(ty) => ty,
                None => {
                    let types: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
                    let help = match meant(word, types.iter().copied()) {
                        Some(near) => Mend::did_you_mean(ty.name.span, near),
                        None => format!("the types are {}", types.join(", ")).into(),
                    };
                    self.fail_with(
                        UNKNOWN_TYPE,
                        format!("there is no type `{word}`"),
                        ty.name.span,
                        help,
                    );
                    Type::Any
                }
            },
            (word, _) => {
                self.fail(
                    UNKNOWN_TYPE,
                    format!("the type `{word}` takes no arguments"),
                    ty.span,
                );
                Type::Any
            }
        }
    }

    /// Holds the arguments of a call against what is wanted, in the order of what is wanted.
    /// `None` where something was wrong (and reported).
    pub(in crate::check) fn bind(
        &mut self,
        what: &str,
        span: Span,
        wanted: &[Wanted],
        first: Given,
        args: &[Arg],
        scope: &Scope,
    ) -> Option<Vec<Given>> {
        let mut given: Vec<Given> = wanted.iter().map(|_| None).collect();
        let mut sound = true;
        let mut next = 0;
        if let Some((value, at)) = first {
            match wanted.first() {
                Some(want) => {
                    given[0] = Some((self.coerce(value, &want.ty, at), at));
                    next = 1;
                }
                None => {
                    self.fail(SURPLUS_ARGUMENT, format!("`{what}` takes no arguments"), at);
                    sound = false;
                }
            }
        }
        let mut named = false;
        // Arguments that were probably meant by what was given wrongly: those are not missing.
        let mut guessed: Vec<&str> = vec![];
        // Names that mean nothing: each may stand for an argument that seems to be missing.
        let mut strangers = 0;
        for arg in args {
            named |= arg.name.is_some();
            if named && arg.name.is_none() {
                // Which place it fills would be a guess; the parser has said so.
                self.eval(&arg.value, scope);
                guessed.extend(wanted.iter().map(|want| want.name.as_str()));
                sound = false;
                continue;
            }
            let place = match &arg.name {
                None => {
                    next += 1;
                    (next <= wanted.len()).then(|| next - 1)
                }
                Some(name) => wanted.iter().position(|want| want.name == name.text),
            };
            let Some(place) = place else {
                sound = false;
                self.eval(&arg.value, scope);
                let names: Vec<_> = wanted.iter().map(|want| want.name.as_str()).collect();
                match &arg.name {
                    Some(name) => {
                        strangers += 1;
                        if self.mend_equals(name, &names, arg) {
                            guessed.extend(meant(&name.text, names.iter().copied()));
                            continue;
                        }
                        let help = match meant(&name.text, names.iter().copied()) {
                            Some(near) => {
                                guessed.push(near);
                                Mend::did_you_mean(name.span, near)
                            }
                            None if names.is_empty() => {
                                format!("`{what}` takes no arguments").into()
                            }
                            None => format!("`{what}` takes {}", names.join(", ")).into(),
                        };
                        self.fail_with(
                            UNKNOWN_ARGUMENT,
                            format!("`{what}` has no argument `{}`", name.text),
                            name.span,
                            help,
                        );
                    }
                    None => {
                        let help = match names.len() {
                            0 => format!("`{what}` takes no arguments"),
                            _ => format!("it takes {}", names.join(", ")),
                        };
                        self.fail_with(
                            SURPLUS_ARGUMENT,
                            format!("`{what}` is given too many arguments"),
                            arg.value.span,
                            help,
                        );
                    }
                }
                continue;
            };
            let said = self.findings.count();
            let value = self.eval_as(&arg.value, &wanted[place].ty, scope);
            self.name_argument(said, what, wanted, place, arg);
            if let Some((_, first)) = &given[place] {
                let first = *first;
                self.report(
                    Diagnostic::error(
                        SURPLUS_ARGUMENT,
                        format!("`{what}` is given `{}` twice", wanted[place].name),
                    )
                    .label(arg.value.span, "given again here")
                    .label(first, "first given here"),
                );
                sound = false;
                continue;
            }
            given[place] = Some((value, arg.value.span));
        }
        let mut missing = vec![];
        for (want, given) in wanted.iter().zip(&mut given) {
            if given.is_some() || guessed.contains(&want.name.as_str()) {
                continue;
            }
            match &want.default {
                Fallback::Required => missing.push(want),
                Fallback::Absent => {}
                Fallback::Value(value) => {
                    *given = Some((
                        value.coerce(&want.ty).unwrap_or_else(|| value.clone()),
                        span,
                    ))
                }
                Fallback::Expr(module, expr) => {
                    *given = Some((self.eval_as(expr, &want.ty, &Scope::of(*module)), expr.span));
                }
            }
        }
        sound &= missing.is_empty();
        if missing.len() > strangers {
            self.missing_arguments(what, span, &missing, wanted);
        }
        (sound && self.all_satisfy(wanted, &given)).then_some(given)
    }

    /// `T=4`, which the parser has told: its mend is to name the argument that was meant.
    fn mend_equals(&mut self, name: &Name, names: &[&str], arg: &Arg) -> bool {
        let Some(near) = meant(&name.text, names.iter().copied()) else {
            return false;
        };
        let help = format!("write `{near}: {}`", self.sources.slice(arg.value.span));
        let between = name.span.to(arg.value.span);
        self.findings.mend(EQUALS_FOR_COLON, between, help)
    }

    /// Says which arguments a call lacks, and where they are declared.
    fn missing_arguments(
        &mut self,
        what: &str,
        span: Span,
        missing: &[&Wanted],
        wanted: &[Wanted],
    ) {
        let names: Vec<_> = missing
            .iter()
            .map(|want| format!("`{}`", want.name))
            .collect();
        let message = format!("`{what}` needs {}", names.join(" and "));
        let mut diagnostic = Diagnostic::error(MISSING_ARGUMENT, message).label(span, "");
        for place in missing.iter().filter_map(|want| want.declared) {
            diagnostic = diagnostic.label(place, "declared here, without a default");
        }
        let all: Vec<_> = wanted
            .iter()
            .map(|want| format!("{}: {}", want.name, want.ty))
            .collect();
        self.report(diagnostic.help(format!("it takes {}", all.join(", "))));
    }

    /// Says which argument has the wrong type, where the error about it has no better help.
    fn name_argument(&mut self, said: usize, what: &str, wanted: &[Wanted], at: usize, arg: &Arg) {
        let names: Vec<&str> = wanted.iter().map(|want| want.name.as_str()).collect();
        for diagnostic in self.findings.since(said) {
            let here = diagnostic
                .labels
                .first()
                .is_some_and(|label| label.span == arg.value.span);
            if here && diagnostic.code == WRONG_TYPE && diagnostic.help.is_none() {
                let others = match names.as_slice() {
                    [_] => String::new(),
                    names => format!(", which takes {}", names.join(", ")),
                };
                diagnostic.help = Some(format!("it is the `{}` of `{what}`{others}", names[at]));
            }
        }
    }

    /// The value of an expression, as that type; an error where it has another.
    pub(in crate::check) fn eval_as(&mut self, expr: &Expr, ty: &Type, scope: &Scope) -> Value {
        match (&expr.kind, ty) {
            (ExprKind::Paren(inner), _) => self.eval_as(inner, ty, scope),
            (
                ExprKind::If {
                    condition,
                    then,
                    otherwise,
                },
                _,
            ) => match self.eval_as(condition, &Type::Bool, scope) {
                Value::Bool(true) => self.eval_as(then, ty, scope),
                Value::Bool(false) => self.eval_as(otherwise, ty, scope),
                _ => {
                    self.eval_as(then, ty, scope);
                    self.eval_as(otherwise, ty, scope);
                    Value::Unknown
                }
            },
            (ExprKind::List(items), Type::List(of)) => Value::list(
                items
                    .iter()
                    .map(|item| self.eval_as(item, of, scope))
                    .collect(),
            ),
            (ExprKind::Name(name), Type::Choice(words)) if scope.env.get(name).is_none() => {
                if words.contains(&name.as_str()) {
                    return Value::Text(name.clone(), None);
                }
                let help = meant(name, words.iter().copied()).map_or_else(
                    || format!("it is one of {ty}").into(),
                    |near| Mend::did_you_mean(expr.span, near),
                );
                self.fail_with(
                    WRONG_TYPE,
                    format!("`{name}` is not a choice here"),
                    expr.span,
                    help,
                )
            }
            (_, Type::Path | Type::Text) if self.is_unquoted(expr, scope) => {
                let written = self.sources.slice(expr.span).to_owned();
                let message = format!("{ty} stands in quotes");
                let mend = Mend::did_you_mean(expr.span, format!("\"{written}\""));
                self.fail_with(WRONG_TYPE, message, expr.span, mend)
            }
            _ => {
                let value = self.eval(expr, scope);
                self.coerce(value, ty, expr.span)
            }
        }
    }

    /// Whether an expression reads like a path, `data/cifar.bin`, and begins with a name that means
    /// nothing.
    fn is_unquoted(&mut self, expr: &Expr, scope: &Scope) -> bool {
        match &expr.kind {
            ExprKind::Name(name) => {
                self.binding(name, scope).is_none() && crate::check::names::word(name).is_none()
            }
            ExprKind::Member { base, .. } => self.is_unquoted(base, scope),
            ExprKind::Binary {
                op: BinaryOp::Divide,
                left,
                ..
            } => self.is_unquoted(left, scope),
            _ => false,
        }
    }

    /// A time of a window. A bare number may have been meant as a part of the run.
    pub(in crate::check) fn eval_time(&mut self, expr: &Expr, scope: &Scope) -> Value {
        let ExprKind::Int(n @ 1..=100) = expr.kind else {
            return self.eval_as(expr, &Type::Span, scope);
        };
        let spellings = [count(n, "epoch"), count(n, "step"), format!("{n}%")];
        let [epochs, steps, share] = &spellings;
        let text = format!("did you mean `{epochs}`, `{steps}`, or `{share}` of the run?");
        let mend = spellings.iter().fold(Mend::from(text), |mend, spelling| {
            mend.edit(expr.span, spelling)
        });
        let message = format!("{} is wanted here, not the int `{n}`", Type::Span);
        self.fail_with(WRONG_TYPE, message, expr.span, mend)
    }

    /// A value as that type; an error where it has another.
    pub(in crate::check) fn coerce(&mut self, value: Value, ty: &Type, span: Span) -> Value {
        match (&value, ty) {
            (Value::Text(text, module), Type::Path) => {
                let folder = module
                    .map(|module| self.modules[module.0].folder.clone())
                    .unwrap_or_default();
                return Value::Path(folder.join(text));
            }
            (Value::Unknown, _) => return Value::Unknown,
            // A file serves as a list of files.
            (Value::Text(..) | Value::Path(_), Type::List(of)) if **of == Type::Path => {
                return Value::list(vec![self.coerce(value, of, span)]);
            }
            (Value::List(items), Type::List(of)) if **of == Type::Path && are_files(items) => {
                let paths = items.iter().cloned();
                return Value::list(paths.map(|item| self.coerce(item, of, span)).collect());
            }
            // A family serves as the list of its members.
            (Value::Family(family), Type::List(_)) => {
                let members = self.family_members(&family.clone(), span);
                return self.coerce(Value::list(members), ty, span);
            }
            _ => {}
        }
        match value.coerce(ty) {
            Some(value) => value,
            None => {
                let written = self.sources.slice(span);
                let short = written.len() <= 60 && !written.contains('\n');
                let help = mend(&value, ty, if short { written } else { "…" }, span);
                self.report(
                    Diagnostic::error(
                        WRONG_TYPE,
                        format!("{ty} is wanted here, not {}", value.describe()),
                    )
                    .label(span, "")
                    .maybe_help(help),
                );
                Value::Unknown
            }
        }
    }
}

/// Whether all of these are texts or paths: a text is one relative to the file that it stands in.
fn are_files(items: &[Value]) -> bool {
    let is_file = |item: &Value| matches!(item, Value::Text(..) | Value::Path(_));
    items.iter().all(is_file)
}
