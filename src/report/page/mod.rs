//! `write(plan, outcome, store, …)`: a run as one page of HTML that needs nothing but itself.

mod results;

mod accuracy;
mod deviations;
mod findings;
mod header;
mod learning;
mod measurements;
mod omissions;
mod provenance;

pub use results::Results;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Serialize;

use super::family;
use super::graph::{Boxes, Graph};
use super::template::{self, TemplateError};
use crate::diag::plainly;
use crate::plan::{Key, Node, Plan, SplitRef};
use crate::run::Outcome;
use crate::store::Store;

/// What a page's file is called.
pub const PAGE: &str = "index.html";

/// A page that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The fault is kdp's own.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The folder or the file could not be written.
    #[error("could not write the page `{}`: {}", path.display(), plainly(source))]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes [`PAGE`] into a folder: the run of a plan. `text` is the `.kdp` file, `name` what it is
/// called.
pub fn write(
    plan: &Plan,
    outcome: &Outcome,
    store: &Store,
    text: &str,
    name: &str,
    dir: &Path,
) -> Result<PathBuf, PageError> {
    let results = Results::read(plan, outcome, store);
    let html = render(&Sources::new(plan, outcome, &results, text, name))?;
    let path = dir.join(PAGE);
    fs::create_dir_all(dir)
        .and_then(|()| fs::write(&path, html))
        .map_err(|source| PageError::Write {
            path: path.clone(),
            source,
        })?;
    Ok(path)
}

/// All that a page is made of.
struct Sources<'a> {
    plan: &'a Plan,
    outcome: &'a Outcome,
    results: &'a Results,
    text: &'a str,
    name: &'a str,
    nodes: BTreeMap<Key, &'a Node>,
    /// What the families of models are called.
    models: BTreeMap<Key, String>,
}

impl<'a> Sources<'a> {
    fn new(
        plan: &'a Plan,
        outcome: &'a Outcome,
        results: &'a Results,
        text: &'a str,
        name: &'a str,
    ) -> Self {
        Sources {
            plan,
            outcome,
            results,
            text,
            name,
            nodes: plan.nodes().map(|node| (node.key, node)).collect(),
            models: family::names_of_models(plan),
        }
    }

    /// What a node is called.
    fn id(&self, key: Key) -> &'a str {
        self.nodes.get(&key).map_or("?", |node| &node.id)
    }

    /// What the family of a node is called.
    fn family(&self, key: Key) -> String {
        let name = self.models.get(&key).cloned();
        name.unwrap_or_else(|| family::name(self.id(key)))
    }

    /// `cifar.test`.
    fn split(&self, split: &SplitRef) -> String {
        format!("{}.{}", self.id(split.data), split.split.word())
    }

    /// The numbers of a measurement, by one of its names.
    fn fields(&self, name: &str, node: &Node) -> Option<&'a BTreeMap<String, f64>> {
        let measures = &self.outcome.measures;
        measures.get(name).or_else(|| measures.get(&node.id))
    }
}

#[derive(Serialize)]
struct Page<'a> {
    header: header::Header,
    findings: findings::Findings,
    omissions: Vec<omissions::Omission<'a>>,
    accuracy: Option<accuracy::Accuracy>,
    deviations: Option<deviations::Deviations>,
    learning: Vec<learning::Panel>,
    measurements: Vec<measurements::Table>,
    graph: Graph,
    provenance: provenance::Provenance<'a>,
}

fn render(sources: &Sources) -> Result<String, TemplateError> {
    let page = Page {
        header: header::header(sources),
        findings: findings::findings(sources),
        omissions: omissions::omissions(sources),
        accuracy: accuracy::accuracy(sources),
        deviations: deviations::deviations(sources),
        learning: learning::panels(sources),
        measurements: measurements::tables(sources),
        graph: Graph::new(
            sources.plan,
            Some(sources.outcome),
            Boxes::readable(sources.plan),
        ),
        provenance: provenance::provenance(sources),
    };
    template::render("page.html", &page)
}
