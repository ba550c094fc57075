//! What can be wrong with images in folders and in Parquet files.

use std::path::PathBuf;

use kdp::diag::count;

use crate::data::columns::Place;

/// What is wrong with images in folders and in Parquet files.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum ImageError {
    #[error("there is no folder `{}` for the {split} images", .path.display())]
    NoFolder { path: PathBuf, split: &'static str },
    #[error("the folder `{}` holds {}, but {declared} are declared{}{}", .folder.display(), count(.names.len(), "class"), of(.empty, "no image is in"), of(.names, "there are images in"))]
    Classes {
        folder: PathBuf,
        declared: i64,
        /// Folders without an image.
        empty: Vec<String>,
        /// Those with images.
        names: Vec<String>,
    },
    #[error("the folder `{}` has empty folders of classes{}", .folder.display(), of(.empty, "no image is in"))]
    Empty {
        folder: PathBuf,
        /// Folders without an image.
        empty: Vec<String>,
    },
    #[error("the folder `{}` has no image of the class `{class}`, which the training images have", .folder.display())]
    NoImages { folder: PathBuf, class: String },
    #[error("the folder `{}` has the class `{class}`, which the training images do not have", .folder.display())]
    UnknownClass { folder: PathBuf, class: String },
    #[error("the image `{}` lies in no folder of a class", .0.display())]
    Flat(PathBuf),
    #[error("{whose} {}, but {declared} are declared{}", count(.found, &format!("{split} image")), of(.damaged, "left out as damaged:"))]
    Count {
        /// ``the folder `photos/train` holds``.
        whose: String,
        split: &'static str,
        found: usize,
        declared: i64,
        /// Images that are left out.
        damaged: Vec<String>,
    },
    #[error("line {line} of the file `{}` names no image of `images` and its class: {text:?}", .path.display())]
    Annotation {
        path: PathBuf,
        line: usize,
        text: String,
    },
    #[error("the file `{}` has no line for the image `{image}`", .path.display())]
    NotAnnotated { path: PathBuf, image: String },
    #[error("the column `{column}` of the file `{}` is not of images, which are bytes, or records of `bytes` and `path`; the file has the columns {there}", .path.display())]
    NotOfImages {
        path: PathBuf,
        column: String,
        there: String,
    },
    #[error("{place} has no bytes of its image, only the name of a file: `{name}`")]
    NotInside { place: Place, name: String },
    #[error(
        "{place} has the label `{label}`, and the declaration does not say of which class that is"
    )]
    NoLabels { place: Place, label: String },
    #[error("the column `{column}` of the file `{}` has the classes {names}, but {declared} are declared", .path.display())]
    Names {
        path: PathBuf,
        column: String,
        names: String,
        declared: i64,
    },
    #[error("the file `{}` calls its classes {names}, but the file `{}` {known}", .path.display(), .other.display())]
    OtherNames {
        path: PathBuf,
        names: String,
        other: PathBuf,
        known: String,
    },
    #[error("{image} cannot be decoded: {why}")]
    Broken { image: String, why: Broken },
    #[error("{image} is {}×{} pixels, but {}×{} is declared", .found[0], .found[1], .declared[0], .declared[1])]
    Size {
        /// ``the image `photos/train/cat/1.jpg` ``.
        image: String,
        /// Height and width.
        found: [usize; 2],
        declared: [usize; 2],
    },
}

/// What is wrong with an image's bytes.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)]
pub enum Broken {
    #[error("it is empty")]
    Empty,
    #[error("it is null")]
    Absent,
    #[error("it is no JPEG, PNG, BMP, PNM or WebP file")]
    Unknown,
    #[error("it is a {0} file, which is not read")]
    Unread(&'static str),
    #[error("it is cut short")]
    CutShort,
    #[error("it says that it is {0}×{1} pixels, more than are decoded")]
    Bomb(u64, u64),
    #[error("its coded data is damaged: {0}")]
    Flawed(String),
    #[error("{0}")]
    Said(String),
}

/// The first of some names, behind what is said of them.
fn of(names: &[String], what: &str) -> String {
    const TOLD: usize = 5;
    if names.is_empty() {
        return String::new();
    }
    let told: Vec<String> = names
        .iter()
        .take(TOLD)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = match names.len() {
        n if n > TOLD => format!(" and {} more", n - TOLD),
        _ => String::new(),
    };
    format!("; {what} {}{more}", told.join(", "))
}

impl ImageError {
    /// The mend.
    pub fn help(&self) -> &'static str {
        match self {
            ImageError::NoFolder { .. } => {
                "put the images there, as `train/CLASS/NAME.jpg` and `val/CLASS/NAME.jpg`, or change the folder in the declaration"
            }
            ImageError::Classes { .. } | ImageError::Count { .. } => {
                "change the declaration, or put the right images there"
            }
            ImageError::Empty { .. } => "put their images there, or remove them",
            ImageError::NoImages { .. } | ImageError::UnknownClass { .. } => {
                "both splits have the same classes, each a folder with images"
            }
            ImageError::Flat(_) => {
                "give each class a folder of its own: for ImageNet's validation images that is what torchvision's `ImageNet` and the script `valprep.sh` do"
            }
            ImageError::Annotation { .. } | ImageError::NotAnnotated { .. } => {
                "a line is the image's name, a tab and its class: fetch the data set again"
            }
            ImageError::NotOfImages { .. } => {
                "name another column in the declaration: `image: \"img\"`"
            }
            ImageError::NotInside { .. } => {
                "write the images into the file: `datasets.table.embed_table_storage` does so, and `push_to_hub`"
            }
            ImageError::Names { .. } => "change the declaration, or put the right files there",
            ImageError::NoLabels { .. } => {
                "list the labels in the order of the classes: `labels: [\"cat\", \"dog\"]`"
            }
            ImageError::OtherNames { .. } => {
                "list the classes in one order: `labels: [\"cat\", \"dog\"]`; labels are then read by these names"
            }
            ImageError::Broken {
                why: Broken::Unread(_),
                ..
            } => {
                "convert it, as Pillow does: `Image.open(\"it.tiff\").convert(\"RGB\").save(\"it.png\")`"
            }
            ImageError::Broken {
                why: Broken::Flawed(_),
                ..
            } => {
                "fetch the file again; leave out what is damaged with `damaged: skip`, and declare as many images less; or take the pixels that Pillow makes up, with `damaged: keep`"
            }
            ImageError::Broken { .. } => {
                "fetch the file again; or leave out what is damaged with `damaged: skip`, and declare as many images less"
            }
            ImageError::Size { .. } => {
                "say how the images are brought to one size: `resize: 256` makes the shorter side 256 pixels, and the middle is cut out"
            }
        }
    }
}
