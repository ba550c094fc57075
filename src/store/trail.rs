//! Trails: which states of trainings that begin alike are in the store, so that the nearest one is found
//! without knowing at which steps to look.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::error::Action::Write;
use super::objects::names;
use super::{Store, StoreError, files};
use crate::plan::Key;
use crate::spec::from_json;

/// A state on a trail. That it is listed is a hint; its object is what counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Milestone {
    /// Steps made.
    pub step: u64,
    /// The state's key.
    pub key: Key,
    /// Why it is kept, where no node of a plan is this state.
    pub passing: Option<Passing>,
}

/// A state that was saved on the way to another one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passing {
    /// The state that was trained for.
    pub towards: Key,
    /// What those who watched the training had seen by then.
    pub with: Vec<Key>,
}

impl Store {
    fn trails(&self) -> PathBuf {
        self.root().join("trails")
    }

    fn trail(&self, lineage: Key) -> PathBuf {
        self.trails().join(lineage.hex())
    }

    /// The lineages that have trails.
    pub fn lineages(&self) -> BTreeSet<Key> {
        let names = names(&self.trails()).unwrap_or_default();
        names.iter().filter_map(|name| Key::parse(name)).collect()
    }

    /// The states of a lineage, the furthest first.
    pub fn milestones(&self, lineage: Key) -> Vec<Milestone> {
        let folder = self.trail(lineage);
        let listed = names(&folder).unwrap_or_default();
        let milestone = |name: &String| {
            let (step, key) = name.split_once('.')?;
            Some(Milestone {
                step: step.parse().ok()?,
                key: Key::parse(key)?,
                passing: from_json(&fs::read(folder.join(name)).ok()?).ok()?,
            })
        };
        let mut found: Vec<Milestone> = listed.iter().filter_map(milestone).collect();
        found.sort_by_key(|milestone| (std::cmp::Reverse(milestone.step), milestone.key));
        found
    }

    /// Lists a state. One that is a plan's node stays so.
    pub fn note_milestone(&self, lineage: Key, milestone: &Milestone) -> Result<(), StoreError> {
        let folder = self.trail(lineage);
        files::make_folder(&folder)?;
        let path = folder.join(file_name(milestone));
        if milestone.passing.is_some() && path.exists() {
            return Ok(());
        }
        let text = serde_json::to_vec(&milestone.passing).unwrap_or_else(|_| b"null".to_vec());
        files::replace(&path, &text).map_err(StoreError::io(Write, &path))
    }

    /// Removes a state that was saved on the way, and what belongs to it.
    pub fn forget(&self, lineage: Key, milestone: &Milestone) -> Result<(), StoreError> {
        let with = milestone.passing.iter().flat_map(|passing| &passing.with);
        for key in [milestone.key].iter().chain(with) {
            if self.folder(*key).exists() {
                self.remove(*key)?;
            }
        }
        let path = self.trail(lineage).join(file_name(milestone));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::io(super::error::Action::Remove, &path)(error))
            }
            _ => Ok(()),
        }
    }

    /// The objects that were saved on the way to any of these states.
    pub fn on_the_way_to(&self, wanted: &BTreeSet<Key>) -> BTreeSet<Key> {
        let trails = self.lineages().into_iter();
        let milestones = trails.flat_map(|lineage| self.milestones(lineage));
        let passing = milestones.filter_map(|milestone| {
            let passing = milestone.passing?;
            let wanted = wanted.contains(&passing.towards);
            wanted.then(|| [vec![milestone.key], passing.with].concat())
        });
        passing.flatten().collect()
    }
}

fn file_name(milestone: &Milestone) -> String {
    format!("{}.{}", milestone.step, milestone.key)
}
