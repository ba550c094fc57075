//! Folders of images: `train/CLASS/NAME.jpg` and `val/CLASS/NAME.jpg` as torchvision's `ImageFolder` reads them, and
//! Tiny-ImageNet's `val/images` with its `val_annotations.txt`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use kdp::plan::Wanted;
use kdp::store::{Listed, Listing};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::error::ImageError;
use super::gather::samples;
use super::manner::Manner;
use super::origin::{Encoded, Origin};
use crate::data::files::{Files, folders, listed};
use crate::data::samples::{Declared, Samples};
use crate::data::splits::Splits;
use crate::data::{DataError, Making};

/// The endings of images of formats that are not read.
const UNREAD: [&str; 2] = ["tif", "tiff"];

/// The training samples and the test samples.
pub fn read(
    files: &Files,
    manner: Manner,
    declared: &Splits<Declared>,
    making: &mut Making,
) -> Result<Splits<Samples>, DataError> {
    let Splits { train, test, .. } = declared;
    let (trained, tested) = (
        Split::open(files, train, making)?,
        Split::open(files, test, making)?,
    );
    let classes = trained.classes(train.classes)?;
    making.expect(trained.images().count() + tested.images().count());
    Ok(Splits {
        train: trained.samples(&classes, manner, train, making)?,
        test: tested.samples(&classes, manner, test, making)?,
        validation: None,
    })
}

/// The folder of a split, and the files in it.
struct Split {
    folder: PathBuf,
    listing: Listing,
}

/// An image: its file, and the name of its class.
struct Image<'a> {
    file: &'a Listed,
    class: &'a str,
}

impl Split {
    fn open(files: &Files, declared: &Declared, making: &Making) -> Result<Self, DataError> {
        let split = declared.split;
        let (folder, listing) = match files.folder(split, &Wanted::Images, making.store) {
            Err(DataError::Missing(path)) => {
                return Err(ImageError::NoFolder { path, split }.into());
            }
            found => found?,
        };
        Ok(Self { folder, listing })
    }

    fn images(&self) -> impl Iterator<Item = &Listed> {
        self.listing
            .0
            .iter()
            .filter(|file| file.path != Wanted::ANNOTATIONS)
    }

    /// The names of the classes, in order: the folders with images.
    fn classes(&self, declared: i64) -> Result<Vec<String>, DataError> {
        let mut classes = BTreeSet::new();
        for file in self.images() {
            classes.insert(self.class_of(file)?.to_string());
        }
        let mut empty = folders(&self.folder);
        empty.retain(|name| !classes.contains(name));
        let folder = self.folder.clone();
        match (classes.len() as i64 == declared, empty.is_empty()) {
            (true, true) => Ok(classes.into_iter().collect()),
            (true, false) => Err(ImageError::Empty { folder, empty }.into()),
            (false, _) => Err(ImageError::Classes {
                folder,
                declared,
                empty,
                names: classes.into_iter().collect(),
            }
            .into()),
        }
    }

    fn class_of<'a>(&self, file: &'a Listed) -> Result<&'a str, ImageError> {
        let class = file.path.split_once('/').map(|(class, _)| class);
        class.ok_or_else(|| ImageError::Flat(self.folder.join(&file.path)))
    }

    /// The images with their classes, in torchvision's order: by class, then by folder, then by name.
    fn labelled<'a>(
        &'a self,
        annotations: Option<&'a BTreeMap<String, String>>,
    ) -> Result<Vec<Image<'a>>, ImageError> {
        let image = |file: &'a Listed| {
            let class = match annotations {
                None => self.class_of(file)?,
                Some(lines) => {
                    let name = file.path.trim_start_matches("images/");
                    let class = lines.get(name);
                    class.ok_or_else(|| ImageError::NotAnnotated {
                        path: self.folder.join(Wanted::ANNOTATIONS),
                        image: name.to_string(),
                    })?
                }
            };
            Ok(Image { file, class })
        };
        let mut images: Vec<Image> = self.images().map(image).collect::<Result<_, _>>()?;
        images.sort_by_key(|image| (image.class, image.file.path.rsplit_once('/')));
        Ok(images)
    }

    /// The classes of images by name, where they are told by a list of their own.
    fn annotations(&self) -> Result<Option<BTreeMap<String, String>>, DataError> {
        let Some(list) = self
            .listing
            .0
            .iter()
            .find(|file| file.path == Wanted::ANNOTATIONS)
        else {
            return Ok(None);
        };
        // A set that was brought into folders of classes keeps its list.
        if !self.images().all(|file| file.path.starts_with("images/")) {
            return Ok(None);
        }
        let path = self.folder.join(Wanted::ANNOTATIONS);
        let bytes = listed(&self.folder, list)?;
        let text = String::from_utf8_lossy(&bytes);
        let mut classes = BTreeMap::new();
        for (at, line) in text.lines().enumerate() {
            let mut columns = line.split('\t');
            let (Some(image), Some(class)) = (columns.next(), columns.next()) else {
                return Err(ImageError::Annotation {
                    path,
                    line: at + 1,
                    text: line.to_string(),
                }
                .into());
            };
            classes.insert(image.to_string(), class.to_string());
        }
        Ok(Some(classes))
    }

    fn samples(
        &self,
        classes: &[String],
        manner: Manner,
        declared: &Declared,
        making: &mut Making,
    ) -> Result<Samples, DataError> {
        let annotations = self.annotations()?;
        let images = self.labelled(annotations.as_ref())?;
        let labels = self.labels(classes, &images)?;
        let files = images.iter().map(|image| image.file).collect();
        let found = Found {
            folder: &self.folder,
            files,
        };
        samples(&found, labels, manner, declared, making)
    }

    fn labels(&self, classes: &[String], images: &[Image]) -> Result<Vec<i64>, ImageError> {
        let mut seen = vec![false; classes.len()];
        let mut labels = Vec::with_capacity(images.len());
        for image in images {
            let label = classes.binary_search_by(|class| class.as_str().cmp(image.class));
            let label = label.map_err(|_| ImageError::UnknownClass {
                folder: self.folder.clone(),
                class: image.class.to_string(),
            })?;
            seen[label] = true;
            labels.push(label as i64);
        }
        match seen.iter().position(|seen| !seen) {
            None => Ok(labels),
            Some(class) => Err(ImageError::NoImages {
                folder: self.folder.clone(),
                class: classes[class].clone(),
            }),
        }
    }
}

/// Images of a folder, in the order of the samples.
struct Found<'a> {
    folder: &'a Path,
    files: Vec<&'a Listed>,
}

impl Origin for Found<'_> {
    fn count(&self) -> usize {
        self.files.len()
    }

    fn encoded(&self, rows: Range<usize>) -> impl ParallelIterator<Item = (usize, Encoded)> {
        let rows = rows.into_par_iter();
        rows.map(|row| (row, listed(self.folder, self.files[row]).map(Some)))
    }

    fn is_unread(&self, row: usize) -> bool {
        let ending = Path::new(&self.files[row].path).extension();
        let ending = ending.and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| UNREAD.contains(&ending.to_ascii_lowercase().as_str()))
    }

    /// Each file was held against the listing.
    fn hold(&self, _: Range<usize>) -> Result<(), DataError> {
        Ok(())
    }

    fn holds(&self) -> String {
        format!("the folder `{}` holds", self.folder.display())
    }

    fn image(&self, row: usize) -> String {
        let path = self.folder.join(&self.files[row].path);
        format!("the image `{}`", path.display())
    }

    fn name(&self, row: usize) -> String {
        self.files[row].path.clone()
    }
}
