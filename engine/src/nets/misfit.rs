//! In what a file of weights and a network differ, told all at once.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use kdp::diag::closest;

use super::NetError;

/// How many tensors of a kind are named; of the others there is a count.
const NAMED: usize = 8;

/// A tensor and its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Its name, as the network has it or would have it.
    pub name: String,
    /// Its shape.
    pub shape: Vec<i64>,
}

/// A tensor that is there in another shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Reshaped {
    /// Its name.
    pub name: String,
    /// The file's shape.
    pub found: Vec<i64>,
    /// The network's shape.
    pub wanted: Vec<i64>,
    /// Whether it is a table with a row a token.
    pub is_of_tokens: bool,
}

impl Reshaped {
    /// Whether it is a table of other tokens, or of another number of positions.
    fn has_other_tokens(&self) -> bool {
        self.is_of_tokens && self.found.get(1..) == self.wanted.get(1..)
    }
}

/// Every difference between a file's tensors and a network's.
#[derive(Debug, thiserror::Error)]
pub struct Misfit {
    file: String,
    /// How many tensors the network has.
    tensors: usize,
    /// Those of the network that the file lacks.
    pub missing: Vec<Named>,
    /// Those of the file that the network has no place for.
    pub surplus: Vec<Named>,
    /// Those of another shape.
    pub reshaped: Vec<Reshaped>,
    /// How many the two have in common.
    pub(super) common: usize,
    /// What stands before all names of the file, and is all that keeps them from those of the network.
    prefix: Option<String>,
}

impl Misfit {
    /// No difference yet, between a file and a network of so many tensors.
    pub(super) fn new(file: &str, tensors: usize) -> Self {
        Self {
            file: file.to_string(),
            tensors,
            missing: vec![],
            surplus: vec![],
            reshaped: vec![],
            common: 0,
            prefix: None,
        }
    }

    /// An error, where there is a difference.
    pub(super) fn told(mut self) -> Result<(), NetError> {
        self.find_prefix();
        match self.missing.is_empty()
            && self.surplus.is_empty()
            && self.reshaped.is_empty()
            && self.prefix.is_none()
        {
            true => Ok(()),
            false => Err(NetError::Misfit(Box::new(self))),
        }
    }

    /// Where a prefix is what keeps the names apart, that is told in place of them all.
    fn find_prefix(&mut self) {
        if self.common > 0 || !self.reshaped.is_empty() {
            return;
        }
        if let Some(prefix) = prefix(&self.surplus, &self.missing) {
            self.missing.clear();
            self.surplus.retain(|one| !one.name.starts_with(&prefix));
            self.prefix = Some(prefix);
        }
    }

    /// The mend.
    pub fn help(&self) -> Cow<'static, str> {
        if self.prefix.is_some() {
            return "give the whole network this name, without the last dot: `(resnet18()) as net`"
                .into();
        }
        if self.reshaped.iter().any(Reshaped::has_other_tokens) {
            return "a table of tokens has a row for each token of the data's tokenizer: take the tokenizer that the weights were trained with; one of positions has as many as `positions:` says".into();
        }
        match self.missing.len() == self.tensors {
            true => {
                "no name is the network's: take the file that belongs to this arch, or name its layers with `as` as the file does".into()
            }
            false => {
                let reshaped = self.reshaped.iter().map(|one| &one.name);
                let missing = self.missing.iter().chain(&self.surplus).map(|one| &one.name);
                let layer = reshaped.chain(missing).next().map_or("fc.*".into(), |name| layer(name));
                Cow::from(format!(
                    "take the file that belongs to this arch, or name the layers with `as` as the file does; what is to be drawn anew and left out says `init: weights(\"FILE\", ignore: [\"{layer}\"])`"
                ))
            }
        }
    }

    /// The surplus tensor that a missing one may be called in the file: the nearest of its shape.
    fn near(&self, missing: &Named) -> Option<&str> {
        let same = self.surplus.iter();
        let same = same.filter(|other| other.shape == missing.shape);
        closest(&missing.name, same.map(|other| other.name.as_str()))
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "the file `{}` does not fit the network", self.file)?;
        if let Some(prefix) = &self.prefix {
            write!(f, "\n  its names are the network's behind `{prefix}`")?;
        }
        list(f, "it lacks", &self.missing, |tensor| {
            let there = self.near(tensor);
            let there = there.map(|name| format!(" (it has `{name}`)"));
            let (name, shape) = (&tensor.name, &tensor.shape);
            format!("`{name}` {shape:?}{}", there.unwrap_or_default())
        })?;
        list(f, "the network has no place for", &self.surplus, |tensor| {
            format!("`{}` {:?}", tensor.name, tensor.shape)
        })?;
        list(f, "of another shape", &self.reshaped, |tensor| {
            let Reshaped {
                name,
                found,
                wanted,
                ..
            } = tensor;
            format!("`{name}` {found:?}, where the network wants {wanted:?}")
        })
    }
}

/// The pattern of all tensors of a tensor's layer: `fc.*`.
pub(super) fn layer(tensor: &str) -> String {
    match tensor.rsplit_once('.') {
        Some((layer, _)) => format!("{layer}.*"),
        None => tensor.to_string(),
    }
}

/// `net.`, where each of the short names is there among the long ones behind it.
fn prefix(long: &[Named], short: &[Named]) -> Option<String> {
    let end = format!(".{}", short.first()?.name);
    let names: BTreeSet<&str> = long.iter().map(|one| one.name.as_str()).collect();
    let prefixes = long.iter().filter_map(|one| one.name.strip_suffix(&end));
    let behind = |prefix: &str, one: &Named| names.contains(&*format!("{prefix}{}", one.name));
    prefixes
        .map(|prefix| format!("{prefix}."))
        .find(|prefix| short.iter().all(|one| behind(prefix, one)))
}

/// A line with the first few of a kind, and how many more there are.
fn list<T>(
    f: &mut fmt::Formatter,
    what: &str,
    tensors: &[T],
    shown: impl Fn(&T) -> String,
) -> fmt::Result {
    if tensors.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = tensors.iter().take(NAMED).map(shown).collect();
    write!(f, "\n  {what}: {}", names.join("; "))?;
    match tensors.len() - names.len() {
        0 => Ok(()),
        more => write!(f, "; and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_told_in_place_of_all_the_names_behind_it() {
        let named = |names: &[&str]| -> Vec<Named> {
            let named = names.iter().map(|name| Named {
                name: name.to_string(),
                shape: vec![1],
            });
            named.collect()
        };
        let told = |missing: &[&str], surplus: &[&str], common: usize| {
            let misfit = Misfit {
                missing: named(missing),
                surplus: named(surplus),
                common,
                ..Misfit::new("a.pth", 9)
            };
            let misfit = misfit.told().expect_err("they differ");
            (misfit.to_string(), misfit.help().expect("a mend"))
        };
        let own = ["conv.weight", "fc.bias", "fc.weight"];
        let behind = own.map(|name| format!("net.{name}"));
        let mut behind: Vec<&str> = behind.iter().map(String::as_str).collect();
        behind.push("criterion.weight");

        let (what, mend) = told(&own, &behind, 0);
        let first = "the file `a.pth` does not fit the network\n";
        assert_eq!(
            what,
            format!(
                "{first}  its names are the network's behind `net.`\n  \
                 the network has no place for: `criterion.weight` [1]"
            )
        );
        assert!(mend.contains("as net"), "{mend}");

        // Of two parts with one name another may be meant.
        let (what, _) = told(&["fc.weight"], &["head.fc.weight"], 5);
        assert!(what.contains("it lacks: `fc.weight`"), "{what}");
    }

    #[test]
    fn tables_of_other_tokens_are_told_of_the_tokenizer() {
        let mut misfit = Misfit::new("a.pth", 9);
        misfit.reshaped = vec![Reshaped {
            name: "embeddings.weight".into(),
            found: vec![30522, 8],
            wanted: vec![50265, 8],
            is_of_tokens: true,
        }];
        assert!(misfit.help().contains("the tokenizer that"));
        misfit.reshaped[0].found[1] = 9;
        assert!(misfit.help().contains("to this arch"));
    }
}
