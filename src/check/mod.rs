//! `check(tree, World) -> Program`: names, types, units, families, layer shapes, schedules.
//!
//! The language is total, so a file is checked by evaluating it: every declaration and every member
//! of every family once, when it is first asked for. What is wrong becomes [`Value::Unknown`], which
//! agrees with everything, so that one mistake is reported once and the rest is still checked.
//! Never touches a file but through the [`World`], and never a tensor or the store.

mod calls;
mod codes;
mod data;
mod expressions;
mod families;
mod findings;
mod index;
mod limits;
mod losses;
mod models;
mod modules;
mod names;
mod networks;
mod program;
mod source;
mod trainings;
mod undecided;
mod values;

use std::any::Any;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

pub use codes::CODES;
pub use index::{Flow, Index, Trained, beginning};
pub use modules::{
    Disk, Found, Memory, STANDARD, World, declared_name, module_of, near_path, standard_files,
    standard_modules,
};
pub use names::{Kind as WordKind, WORDS, word};
pub use program::*;

use crate::diag::{Code, Diagnostic, Mend, SourceId, Sources, Span};
use crate::spec::{Network, Shape};
use crate::syntax::tree::{Expr, Name};
use calls::Use;
use expressions::Site;
use families::Axis;
use findings::Findings;
use models::Made;
use modules::{DeclId, Module, ModuleId, Names};
use networks::Layers;
use trainings::{HeldAs, HeldBy};
use values::Value;

/// What came of reading and checking a file.
#[derive(Debug)]
pub struct Loaded {
    /// Every text that diagnostics may point into.
    pub sources: Sources,
    /// What the file means; `None` where it has errors.
    pub program: Option<Program>,
    /// Everything that was found, errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// What was made on the way. A command that ends soon need not take it apart.
    _made: Box<dyn Any>,
}

/// Reads and checks a file and all that it imports, its params set by `settings` (`name`, text).
pub fn load(path: &Path, settings: &[(String, String)], world: &dyn World) -> Loaded {
    load_with(path, settings, Checker::new(world, true)).0
}

/// As [`load`], for a look at a file rather than a run of it: a param that must be set may be missing.
pub fn look(path: &Path, settings: &[(String, String)], world: &dyn World) -> Loaded {
    load_with(path, settings, Checker::new(world, false)).0
}

/// As [`look`], with what is learnt of places.
pub fn study(path: &Path, world: &dyn World) -> (Loaded, Index) {
    let mut checker = Checker::new(world, false);
    checker.index = Some(Index::default());
    load_with(path, &[], checker)
}

fn load_with(path: &Path, settings: &[(String, String)], mut checker: Checker) -> (Loaded, Index) {
    if let Some(root) = checker.load_root(path) {
        checker.settle(root, settings);
        checker.everything(root);
        checker.unused();
    }
    let index = checker.learnt().unwrap_or_default();
    let Checker {
        sources,
        mut program,
        findings,
        modules,
        members,
        networks,
        evaluated,
        ..
    } = checker;
    let sound = !findings.has_errors();
    program.datasets.dedup_by(|a, b| Rc::ptr_eq(a, b));
    let loaded = Loaded {
        sources,
        program: sound.then_some(program),
        diagnostics: findings.into_all(),
        _made: Box::new((modules, members, networks, evaluated)),
    };
    (loaded, index)
}

/// A declaration's index sets, and what each index is bound to.
type Axes = Rc<Vec<(Axis, Bound)>>;

/// What an index is bound to, place by place.
enum Bound {
    /// The members of a list or a range.
    Values(Vec<Value>),
    /// The fields of a record, evaluated for each member.
    Fields(Vec<Expr>),
}

/// Networks by layers (their address), input and classes; the layers are kept, so that their address
/// stays theirs.
type Networks = FxHashMap<(usize, Shape, i64), (Rc<Layers>, Option<Rc<Network>>)>;

/// A member of a declaration, before it is evaluated, meanwhile and after.
#[derive(Clone)]
enum Evaluation {
    Unasked,
    Open,
    /// Its value, and how many declared values stand within one another in it.
    Done(Value, usize),
}

/// One invocation's state.
struct Checker<'w> {
    world: &'w dyn World,
    must_be_set: bool,
    /// What is learnt of places, where somebody asks for it.
    index: Option<Index>,
    sources: Sources,
    findings: Findings,
    program: Program,
    modules: Vec<Module>,
    /// Modules by canonical path.
    loaded: HashMap<PathBuf, ModuleId>,
    /// The files of the standard library that were read.
    standard: FxHashSet<SourceId>,
    /// The folder that imports may not leave.
    project: Option<PathBuf>,
    /// The files that are being read: canonical path, and as shown.
    loading: Vec<(PathBuf, String)>,
    /// Every name that the user's files import.
    imports: Vec<Name>,
    /// What `--set` gave, by the param's module and name.
    settings: HashMap<(ModuleId, String), Expr>,
    /// Names of the standard library that a file uses but does not import, each told once.
    unimported: FxHashSet<(SourceId, String)>,
    /// Names that were looked up, by the place that gives them their meaning.
    used: FxHashSet<Span>,
    /// The module that is being evaluated.
    here: ModuleId,
    /// The names of experiments that were used or looked at.
    experiments: HashMap<Span, Rc<Names>>,
    /// The experiments that were come by.
    seen: Vec<DeclId>,
    axes: FxHashMap<DeclId, Option<Axes>>,
    /// The members of each declaration that was asked for, in the order of its places.
    members: FxHashMap<DeclId, Vec<Evaluation>>,
    /// The members that are being evaluated, by their number, the innermost last.
    open: Vec<(DeclId, usize)>,
    /// How many declared values stand within one another in what each of them has come by.
    heights: Vec<usize>,
    /// The declarations whose index sets are being evaluated.
    open_axes: Vec<DeclId>,
    /// The functions, objectives and archs whose bodies are being evaluated.
    calling: Vec<Use>,
    /// The uses of objectives of one's own that are being evaluated.
    losses: Vec<Span>,
    /// Models that are made where they are named, by what makes them.
    made: HashMap<Made, usize>,
    /// The archs that led to the layer at hand.
    arch_calls: Vec<Use>,
    /// Layers of the network at hand, and how deep they nest where it grows.
    grown: usize,
    nesting: usize,
    /// A layer's name that two have, while it is found out where they stand.
    sought: Option<(String, Vec<Span>)>,
    /// Networks that have been worked out.
    networks: Networks,
    /// Files of weights that were looked at.
    looked_at: FxHashSet<PathBuf>,
    /// Recipes that were held against data.
    held: FxHashMap<HeldBy, HeldAs>,
    /// What [`Checker::eval_once`] has evaluated.
    evaluated: FxHashMap<Site, (Value, usize)>,
    /// How much more may be evaluated; `None` when that was used up.
    budget: Option<u64>,
    /// Members of all families that were come by.
    families: usize,
}

impl<'w> Checker<'w> {
    fn new(world: &'w dyn World, must_be_set: bool) -> Self {
        Checker {
            world,
            must_be_set,
            index: None,
            sources: Sources::default(),
            findings: Findings::default(),
            program: Program::default(),
            modules: vec![],
            loaded: HashMap::new(),
            standard: FxHashSet::default(),
            project: None,
            loading: vec![],
            imports: vec![],
            settings: HashMap::new(),
            unimported: FxHashSet::default(),
            used: FxHashSet::default(),
            here: ModuleId(0),
            experiments: HashMap::new(),
            seen: vec![],
            axes: FxHashMap::default(),
            members: FxHashMap::default(),
            open: vec![],
            heights: vec![],
            open_axes: vec![],
            calling: vec![],
            losses: vec![],
            made: HashMap::new(),
            arch_calls: vec![],
            grown: 0,
            nesting: 0,
            sought: None,
            networks: FxHashMap::default(),
            looked_at: FxHashSet::default(),
            held: FxHashMap::default(),
            evaluated: FxHashMap::default(),
            budget: Some(limits::BUDGET),
            families: 0,
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        let found = diagnostic.labels.first().map(|label| label.span);
        self.report_found_at(found, diagnostic);
    }

    /// As [`Checker::report`], of what was found at another place than it is told.
    fn report_found_at(&mut self, found: Option<Span>, diagnostic: Diagnostic) {
        self.budget = self
            .budget
            .map(|budget| budget.saturating_sub(limits::ERROR));
        let diagnostic = match self.modules.is_empty() {
            true => diagnostic,
            false => self.led_here(diagnostic),
        };
        self.findings.add_found_at(found, diagnostic);
    }

    /// Reports an error at one place; what it stands for is unknown.
    fn fail(&mut self, code: Code, message: impl Into<String>, span: Span) -> Value {
        self.report(Diagnostic::error(code, message).label(span, ""));
        Value::Unknown
    }

    /// As [`Checker::fail`], with the mend.
    fn fail_with(
        &mut self,
        code: Code,
        message: impl Into<String>,
        span: Span,
        help: impl Into<Mend>,
    ) -> Value {
        self.report(Diagnostic::error(code, message).label(span, "").help(help));
        Value::Unknown
    }

    /// Takes so much from the budget, for what stands at a place; false when it is used up. A file whose
    /// errors have been told is not told that too.
    fn spend(&mut self, amount: u64, span: Span) -> bool {
        let Some(budget) = self.budget else {
            return false;
        };
        self.budget = budget.checked_sub(amount);
        if self.budget.is_none() && !self.findings.has_errors() {
            self.report(
                Diagnostic::error(
                    codes::TOO_LARGE,
                    "this file asks for more than can be evaluated",
                )
                .label(span, "this is asked for too often, or is too large")
                .help(
                    "make its lists or families smaller; what doubles again and again has no end",
                ),
            );
        }
        self.budget.is_some()
    }

    /// Whether something of this declaration could not be read: what seems to be missing may stand there.
    fn unreadable(&self, span: Span) -> bool {
        self.findings.has_errors_in(span)
    }

    fn is_standard(&self, source: SourceId) -> bool {
        self.standard.contains(&source)
    }
}
