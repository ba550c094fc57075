//! How to come by files that are missing: the command that fetches them, and into which folder.

use std::path::{Path, PathBuf};

use super::options::Fetchable;
use crate::plan::Call;
use crate::spec::Download;

/// The command for a file that is not there, where the source reads a set that can be fetched.
pub(super) fn advice(
    source: &Call,
    role: &str,
    file: &Path,
    fetchable: &[Fetchable],
) -> Option<String> {
    let reads = |set: &&Fetchable| {
        let read = set.source.as_ref();
        read.is_some_and(|read| is_same_data(read, source))
    };
    let set = fetchable.iter().find(reads)?;
    let folder = set.folder_of(role, file)?;
    let takes = |folder: &Path| takes(folder, &set.name, fetchable);
    let name = &set.name;
    if takes(&folder) {
        let folder = folder.display();
        return Some(format!(
            "`kdp data fetch {name} --to {folder}` fetches the data"
        ));
    }
    let own = folder.with_file_name(name);
    let (declare, own) = (set.download.declare_in(&own)?, own.display());
    Some(format!(
        "`kdp data fetch {name} --to {own}` fetches the data into a folder of its own: `{declare}`"
    ))
}

/// The command for a file of a tokenizer or of weights, where its folder is called as what can be fetched.
pub(super) fn advice_by_name(file: &Path, fetchable: &[Fetchable]) -> Option<String> {
    let (folder, name) = (file.parent()?, file.file_name()?);
    let brings = |set: &&Fetchable| {
        let mut files = set.download.files.iter();
        set.source.is_none() && folder.ends_with(&set.name) && files.any(|file| *file.name == *name)
    };
    let set = fetchable.iter().find(brings)?;
    let (name, folder) = (&set.name, folder.display());
    Some(format!("`kdp data fetch {name} --to {folder}` fetches it"))
}

impl Fetchable {
    /// The folder of the set's files that one of them lies in; `None` for a file of something else, such as a tokenizer.
    fn folder_of(&self, role: &str, file: &Path) -> Option<PathBuf> {
        let folder = match self.paths.get(role) {
            Some(declared) => {
                let inside = declared.strip_prefix(Download::DIR).ok()?;
                let whole = file.ends_with(inside);
                let above = file.ancestors().nth(inside.components().count());
                above.filter(|_| whole)
            }
            None if self.paths.contains_key("folder") => file.parent(),
            None => None,
        }?;
        // Where a file was named, its folder was meant.
        let folder = match folder.is_file() {
            true => folder.parent()?,
            false => folder,
        };
        Some(match folder.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => folder.to_path_buf(),
        })
    }
}

/// Whether a set can be fetched into a folder: it is the set's by its name, or it holds nothing and is no other set's.
fn takes(folder: &Path, set: &str, fetchable: &[Fetchable]) -> bool {
    let called = |name: &str| folder.file_name().is_some_and(|last| last == name);
    let of_another = || fetchable.iter().any(|other| called(&other.name));
    let is_empty = || match folder.read_dir() {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => !folder.exists(),
    };
    called(set) || !of_another() && is_empty()
}

/// Whether two sources read the same files, however they cut and number what is in them.
fn is_same_data(one: &Call, other: &Call) -> bool {
    const TELLING: &[&str] = &["shape", "classes", "labels", "train", "mean"];
    let same = |name: &&str| one.args.get(*name) == other.args.get(*name);
    one.name == other.name && TELLING.iter().all(same)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::spec::{Checksum, Remote};

    fn set(name: &str, word: &str, paths: &[(&str, &str)]) -> Fetchable {
        Fetchable {
            name: name.into(),
            download: Download {
                files: vec![],
                terms: String::new(),
                declare: Some(format!("{name}(\"DIR\")")),
                by_hand: None,
            },
            source: Some(Call {
                name: word.into(),
                version: 1,
                args: BTreeMap::new(),
            }),
            paths: paths
                .iter()
                .map(|(role, path)| (role.to_string(), path.into()))
                .collect(),
        }
    }

    #[test]
    fn a_set_is_fetched_into_a_folder_that_is_free_or_its_own() {
        let here = tempfile::tempdir().unwrap();
        let sets = [
            set("cifar10", "ten", &[("folder", "DIR")]),
            set("cifar100", "hundred", &[("folder", "DIR")]),
            set("mnli", "table", &[("test_file", "DIR/MNLI/dev.tsv")]),
        ];
        std::fs::create_dir(here.path().join("full")).unwrap();
        std::fs::write(here.path().join("full/a"), "").unwrap();
        let told = |nth: usize, role: &str, file: &str| {
            let file = here.path().join(file);
            let told = advice(sets[nth].source.as_ref()?, role, &file, &sets)?;
            Some(told.replace(&*here.path().to_string_lossy(), "HERE"))
        };
        let to = |folder: &str, set: &str| {
            format!("`kdp data fetch {set} --to HERE/{folder}` fetches the data")
        };
        let own = |folder: &str, set: &str| {
            to(folder, set) + &format!(" into a folder of its own: `{set}(\"HERE/{folder}\")`")
        };
        let cifar = |file: &str| told(0, "train", file).unwrap();
        assert_eq!(cifar("new/data_batch_1.bin"), to("new", "cifar10"));
        assert_eq!(cifar("cifar10/data_batch_1.bin"), to("cifar10", "cifar10"));
        assert_eq!(
            cifar("cifar100/data_batch_1.bin"),
            own("cifar10", "cifar10")
        );
        assert_eq!(cifar("full/data_batch_1.bin"), own("cifar10", "cifar10"));
        // A file in place of its folder.
        assert_eq!(cifar("full/a/data_batch_1.bin"), own("cifar10", "cifar10"));
        let mnli = told(2, "test_file", "glue/MNLI/dev.tsv");
        assert_eq!(mnli, Some(to("glue", "mnli")));
        assert_eq!(told(2, "test_file", "glue/other.tsv"), None);
        assert_eq!(told(2, "tokens.vocab", "bert/vocab.txt"), None);
    }

    #[test]
    fn a_tokenizer_is_fetched_into_the_folder_of_its_name() {
        let mut roberta = set("roberta", "none", &[]);
        roberta.source = None;
        roberta.download.files.push(Remote {
            url: "https://example.org/vocab.json".into(),
            name: "vocab.json".into(),
            size: 1,
            checksum: Checksum::Md5(String::new()),
            unpack: None,
        });
        let sets = [set("vocab", "idx", &[]), roberta];
        let told = |file: &str| advice_by_name(Path::new(file), &sets);
        let fetch = "`kdp data fetch roberta --to data/roberta` fetches it";
        assert_eq!(told("data/roberta/vocab.json").as_deref(), Some(fetch));
        assert_eq!(told("data/roberta/merges.txt"), None);
        assert_eq!(told("data/bert/vocab.json"), None);
    }
}
