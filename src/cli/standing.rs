//! What the latest run told and still stands: where nobody has touched anything since, a run with
//! nothing to do tells it again, without a look into every object.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::front::Planned;
use crate::plan::{Digest, Key};
use crate::report::page::PAGE;
use crate::report::terminal::{self, Findings};
use crate::run::Outcome;
use crate::store::Store;

/// In a run's folder.
const FILE: &str = "standing.json";

/// What a run told, and of what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Standing {
    /// Of all that its page tells, but for what ran and how long it took.
    content: Digest,
    /// Of what was asked for and how the objects looked from outside, once all of them were seen to
    /// be whole.
    untouched: Option<Digest>,
    /// What the terminal was told of the findings.
    pub findings: Findings,
}

impl Standing {
    /// Of what has just come out.
    pub fn of(planned: &Planned, outcome: &Outcome) -> Standing {
        let nodes = outcome.nodes.iter();
        let nodes: Vec<_> = nodes
            .map(|node| (&node.id, node.key, node.digest))
            .collect();
        Standing {
            content: Digest::of(&(asked(planned), nodes, &outcome.claims)),
            untouched: None,
            findings: terminal::findings(planned.plan, outcome),
        }
    }

    /// The latest run's, and its folder.
    pub fn latest(home: &Path) -> Option<(PathBuf, Standing)> {
        let folder = home.join("runs").join("latest").canonicalize().ok()?;
        let bytes = fs::read(folder.join(FILE)).ok()?;
        let standing = serde_json::from_slice(&bytes).ok()?;
        folder.join(PAGE).is_file().then_some((folder, standing))
    }

    /// Whether the page of the other tells just what this one's would.
    pub fn tells_as(&self, other: &Standing) -> bool {
        self.content == other.content
    }

    /// Whether nothing has changed since: neither what is asked for nor any object.
    pub fn is_untouched(&self, planned: &Planned, store: &Store) -> bool {
        self.untouched.is_some() && self.untouched == untouched(planned, store)
    }

    /// As it is where every object of the plan has been found whole.
    pub fn of_whole(self, planned: &Planned, store: &Store) -> Standing {
        Standing {
            untouched: untouched(planned, store),
            ..self
        }
    }

    /// Writes it into a run's folder. Without it the next run only looks more closely.
    pub fn note(&self, folder: &Path) {
        if let Ok(text) = serde_json::to_vec(self) {
            let _ = fs::write(folder.join(FILE), text);
        }
    }
}

/// What a page tells beside results. Another build of kdp may write another page.
fn asked(planned: &Planned) -> impl Serialize {
    let build = std::env::current_exe().and_then(|kdp| kdp.metadata()?.modified());
    let names = [&planned.plan.models, &planned.plan.measures];
    let names: Vec<_> = names.into_iter().flat_map(BTreeMap::keys).collect();
    (build.ok(), &planned.name, &planned.text, names)
}

fn untouched(planned: &Planned, store: &Store) -> Option<Digest> {
    let nodes = planned.plan.nodes();
    let (ids, keys): (Vec<&str>, Vec<Key>) = nodes.map(|node| (node.id.as_str(), node.key)).unzip();
    let looks = store.looks(&keys)?;
    Some(Digest::of(&(
        asked(planned),
        ids,
        &planned.plan.claims,
        looks,
    )))
}
