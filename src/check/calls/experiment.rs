//! Experiments and their uses: a use is a module of its own, that shares the experiment's tree and names.

use std::collections::HashMap;
use std::rc::Rc;

use crate::check::Checker;
use crate::check::codes::*;
use crate::check::families::indices;
use crate::check::limits::{CALL, INNER_TRIAL};
use crate::check::modules::{DeclId, Module, ModuleId, Named, Names};
use crate::check::names::Scope;
use crate::check::values::Type;
use crate::check::values::{Binding, Value};
use crate::diag::{Diagnostic, Span};
use crate::syntax::tree::{Arg, Expr, ExprKind, Item, ItemKind, Parameter};

/// What makes a module one use of an experiment.
pub struct Instance {
    /// The experiment's name, where it is declared: what tells one experiment from another.
    pub experiment: Span,
    /// The whole experiment.
    pub body: Span,
    /// The module that declares the experiment.
    pub outer: ModuleId,
    /// The arguments, in the order of the parameters.
    pub args: Vec<Value>,
    /// How many declared values stand within one another in them.
    pub height: usize,
    /// The trial; `None` for a look at an experiment that nothing uses.
    pub trial: Option<Trial>,
}

/// A member of a trial, as far as its members must know.
#[derive(Clone)]
pub struct Trial {
    /// As a user writes it: `t[pair: a]`.
    pub id: String,
    /// Its indices and those of the trials around it: name and label.
    pub indices: Vec<(String, String)>,
    /// The module that it stands in.
    pub within: ModuleId,
    /// The use of the experiment.
    pub span: Span,
}

/// Levels that trials may nest.
const DEEPEST: usize = 64;

impl Checker<'_> {
    /// One member of a trial.
    pub(in crate::check) fn trial(&mut self, value: &Expr, trial: Trial, scope: &Scope) -> Value {
        match &value.kind {
            ExprKind::Paren(inner) => self.trial(inner, trial, scope),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => match self.eval_as(condition, &Type::Bool, scope) {
                Value::Bool(true) => self.trial(then, trial, scope),
                Value::Bool(false) => self.trial(otherwise, trial, scope),
                _ => Value::Unknown,
            },
            ExprKind::Call { callee, args } => match self.experiment_called(callee, scope) {
                Some(experiment) => self.one_use(experiment, args, value.span, trial, scope),
                None => {
                    self.look_at(args, scope);
                    Value::Unknown
                }
            },
            ExprKind::Missing => Value::Unknown,
            _ => {
                let found = self.eval(value, scope);
                self.no_experiment(&found, value.span)
            }
        }
    }

    /// The experiment that a trial calls.
    fn experiment_called(&mut self, callee: &Expr, scope: &Scope) -> Option<DeclId> {
        let decl = match &callee.kind {
            ExprKind::Name(name) => match self.binding(name, scope) {
                Some(Binding::Decl(decl)) => decl,
                _ => {
                    let found = self.name(name, callee.span, scope);
                    self.no_experiment(&found, callee.span);
                    return None;
                }
            },
            ExprKind::Member { base, name } => match self.eval(base, scope) {
                Value::Module(module) | Value::Trial(module) => {
                    let shown = self.module_shown(module);
                    self.exported(module, name, &shown)?
                }
                base => {
                    let found = self.member(base, name);
                    self.no_experiment(&found, callee.span);
                    return None;
                }
            },
            _ => {
                let found = self.eval(callee, scope);
                self.no_experiment(&found, callee.span);
                return None;
            }
        };
        let tree = self.modules[decl.module.0].tree.clone();
        if matches!(tree.items[decl.item].kind, ItemKind::Experiment { .. }) {
            return Some(decl);
        }
        let found = self.declared(decl, callee.span);
        self.no_experiment(&found, callee.span);
        None
    }

    fn no_experiment(&mut self, found: &Value, span: Span) -> Value {
        match found {
            Value::Unknown => Value::Unknown,
            _ => self.fail_with(
                WRONG_TYPE,
                format!(
                    "a trial is a use of an experiment, and this is {}",
                    found.describe()
                ),
                span,
                "declare `experiment NAME(…) { … }`, then write `trial t = NAME(…)`",
            ),
        }
    }

    /// A use of an experiment outside a trial.
    pub(in crate::check) fn experiment_outside_trial(&mut self, name: &str, span: Span) -> Value {
        self.fail_with(
            WRONG_TYPE,
            format!("the experiment `{name}` is used outside a trial"),
            span,
            format!("declare `trial t = {name}(…)`; its members are `t.member`"),
        )
    }

    /// The module of one use.
    fn one_use(
        &mut self,
        experiment: DeclId,
        args: &[Arg],
        span: Span,
        trial: Trial,
        scope: &Scope,
    ) -> Value {
        let tree = self.modules[experiment.module.0].tree.clone();
        let item = &tree.items[experiment.item];
        let ItemKind::Experiment { name, params, body } = &item.kind else {
            return Value::Unknown;
        };
        if self.uses_itself(name.span, &name.text, trial.within, span)
            || self.shares_an_index(&name.text, &body.items, &trial)
        {
            return Value::Unknown;
        }
        let wanted = self.wanted(params, experiment.module);
        let Some(given) = self.bind(&name.text, span, &wanted, None, args, scope) else {
            return Value::Unknown;
        };
        let args = given
            .into_iter()
            .map(|given| given.map_or(Value::Unknown, |(value, _)| value))
            .collect();
        match self.instance(experiment, item, args, Some(trial)) {
            Some(module) => Value::Trial(module),
            None => Value::Unknown,
        }
    }

    /// Reports an experiment that leads to itself, or trials that nest too deep.
    fn uses_itself(&mut self, experiment: Span, name: &str, within: ModuleId, span: Span) -> bool {
        let mut ring = vec![name.to_string()];
        let mut at = within;
        while let Some(instance) = &self.modules[at.0].instance {
            ring.push(self.sources.slice(instance.experiment).to_string());
            if instance.experiment == experiment {
                ring.reverse();
                self.fail_with(
                    CYCLE,
                    format!("`{name}` uses itself: {}", ring.join(" → ")),
                    span,
                    "an experiment may use others, but not itself",
                );
                return true;
            }
            if ring.len() > DEEPEST {
                self.fail(
                    TOO_LARGE,
                    format!("trials nest more than {DEEPEST} deep"),
                    span,
                );
                return true;
            }
            match &instance.trial {
                Some(trial) => at = trial.within,
                None => break,
            }
        }
        false
    }

    /// Reports an index that a trial, or one around it, shares with a member of its experiment: the
    /// member's family over both would have it twice.
    fn shares_an_index(&mut self, experiment: &str, members: &[Item], trial: &Trial) -> bool {
        let mut inner = members.iter().flat_map(indices);
        let shared = inner.find(|index| {
            let mut outer = trial.indices.iter();
            outer.any(|(name, _)| *name == index.name.text)
        });
        let Some(shared) = shared else {
            return false;
        };
        let index = &shared.name.text;
        let message = format!("the members of `{experiment}` have an index `{index}` of their own");
        self.report(
            Diagnostic::error(DUPLICATE_NAME, message)
                .label(trial.span, format!("used here for each `{index}`"))
                .label(shared.name.span, "the first of them")
                .help("give the index of the trial another name"),
        );
        true
    }

    /// A module that is one use of an experiment; `None` where the budget is spent.
    fn instance(
        &mut self,
        experiment: DeclId,
        item: &Item,
        args: Vec<Value>,
        trial: Option<Trial>,
    ) -> Option<ModuleId> {
        let ItemKind::Experiment { name, params, body } = &item.kind else {
            return None;
        };
        let used = trial.as_ref().map_or(item.span, |trial| trial.span);
        let within = trial.as_ref().map(|trial| &self.modules[trial.within.0]);
        let each = match within {
            Some(within) if within.instance.is_some() => INNER_TRIAL,
            _ => CALL,
        };
        if !self.spend(each + body.items.len() as u64, used) {
            return None;
        }
        let names = match self.experiments.get(&name.span) {
            Some(names) => names.clone(),
            None => {
                let names = Rc::new(self.names_of(params, &body.items));
                self.experiments.insert(name.span, names.clone());
                names
            }
        };
        let outer = &self.modules[experiment.module.0];
        let prefix = match &trial {
            Some(trial) => {
                let name = trial.id.split('[').next().unwrap_or(&trial.id);
                format!("{name}.")
            }
            None => format!("{}{}.", outer.prefix, name.text),
        };
        let module = Module {
            source: outer.source,
            folder: outer.folder.clone(),
            tree: body.clone(),
            names,
            standard: outer.standard,
            prefix,
            instance: Some(Instance {
                experiment: name.span,
                body: item.span,
                outer: experiment.module,
                args,
                height: self.heights.last().copied().unwrap_or_default(),
                trial,
            }),
        };
        self.modules.push(module);
        Some(ModuleId(self.modules.len() - 1))
    }

    /// The names of an experiment's body.
    fn names_of(&mut self, params: &[Parameter], items: &[Item]) -> Names {
        let mut names = HashMap::new();
        for (nth, param) in params.iter().enumerate() {
            self.enter_name(&mut names, &param.name, Named::Param(nth));
        }
        for (place, item) in items.iter().enumerate() {
            match &item.kind {
                ItemKind::Use(_) => {
                    self.fail_with(
                        MISPLACED_DECLARATION,
                        "an import stands outside of experiments",
                        item.span,
                        "move it to the head of the file",
                    );
                }
                ItemKind::Param { .. } => {
                    self.fail_with(
                        MISPLACED_DECLARATION,
                        "a `param` stands outside of experiments",
                        item.span,
                        "make it a parameter of the experiment: `experiment name(seeds: list[int]) { … }`",
                    );
                }
                _ => {}
            }
            if let Some(name) = crate::check::modules::declared_name(item) {
                self.enter_name(&mut names, name, Named::Item(place));
            }
        }
        names
    }

    /// Looks at the body of an experiment that nothing uses: its arguments are not known.
    pub(in crate::check) fn look_at_experiment(&mut self, experiment: DeclId) {
        let tree = self.modules[experiment.module.0].tree.clone();
        let item = &tree.items[experiment.item];
        let ItemKind::Experiment { name, params, .. } = &item.kind else {
            return;
        };
        self.open_scope(experiment.module, params);
        // What is wrong in one of this file was found in its uses; in one of another file it is told there
        // only if it is wrong whatever its arguments are.
        let source = |module: ModuleId| self.modules[module.0].source;
        let own = source(experiment.module) == source(ModuleId(0));
        if own && self.experiments.contains_key(&name.span) {
            return;
        }
        let args = vec![Value::Unknown; params.len()];
        if let Some(module) = self.instance(experiment, item, args, None) {
            self.all_of(module);
        }
    }

    /// Whether a module is a use of an experiment within another use.
    pub(in crate::check) fn is_nested(&self, module: ModuleId) -> bool {
        let instance = self.modules[module.0].instance.as_ref();
        let trial = instance.and_then(|instance| instance.trial.as_ref());
        trial.is_some_and(|trial| self.modules[trial.within.0].instance.is_some())
    }

    /// The indices of the trials that a module is in.
    pub(in crate::check) fn trial_indices(&self, module: ModuleId) -> &[(String, String)] {
        let instance = self.modules[module.0].instance.as_ref();
        let trial = instance.and_then(|instance| instance.trial.as_ref());
        trial.map_or(&[], |trial| &trial.indices)
    }

    /// What a module is called in an error.
    pub(in crate::check) fn module_shown(&self, module: ModuleId) -> String {
        let module = &self.modules[module.0];
        let trial = module.instance.as_ref().and_then(|i| i.trial.as_ref());
        match trial {
            Some(trial) => trial.id.clone(),
            None => self.sources.get(module.source).name.clone(),
        }
    }
}
