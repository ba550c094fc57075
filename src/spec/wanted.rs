//! Folders of samples: which of their files are read. On the others, a README or what a file manager left there,
//! nothing hangs.

use super::Call;

/// The endings of files that are images; torchvision's `IMG_EXTENSIONS`.
const IMAGES: [&str; 9] = [
    "jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp",
];

/// The files of a folder that a source reads.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// Images, and the list of their classes that Tiny-ImageNet has ([`Wanted::ANNOTATIONS`]).
    Images,
    /// The files of a folder for each class.
    Texts {
        /// Folders that are no class.
        ignore: Vec<String>,
    },
}

impl Wanted {
    /// Which image is of which class in Tiny-ImageNet's validation images.
    pub const ANNOTATIONS: &'static str = "val_annotations.txt";

    /// What a source reads in its folders; `None` where it reads none.
    pub fn of(source: &Call) -> Option<Wanted> {
        match source.name.as_str() {
            "image_folder" => Some(Wanted::Images),
            "folder_text" => {
                let ignore = source.texts("ignore").unwrap_or_default();
                let ignore = ignore.into_iter().map(String::from).collect();
                Some(Wanted::Texts { ignore })
            }
            _ => None,
        }
    }

    /// Whether a file is read, by its path in the folder, with `/` between its parts.
    pub fn has(&self, path: &str) -> bool {
        match self {
            Wanted::Images => is_image(path) || path == Self::ANNOTATIONS,
            // What lies beside the folders, or in folders within them, is no sample.
            Wanted::Texts { ignore } => match path.split_once('/') {
                Some((class, name)) => {
                    !name.contains('/') && !ignore.iter().any(|ignored| ignored == class)
                }
                None => false,
            },
        }
    }
}

/// Whether a file is an image, by its ending.
fn is_image(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| IMAGES.contains(&ending.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_told_from_samples() {
        for path in [
            "a/b.JPG",
            "a/images/b.x.png",
            "c.tiff",
            "val_annotations.txt",
        ] {
            assert!(Wanted::Images.has(path), "{path}");
        }
        for path in [
            "README",
            "a/Thumbs.db",
            "a/jpg",
            "a.jpg/notes",
            "a/val_annotations.txt",
        ] {
            assert!(!Wanted::Images.has(path), "{path}");
        }
        let ignore = vec!["unsup".to_string()];
        let texts = Wanted::Texts { ignore };
        assert!(texts.has("pos/0_9.txt") && texts.has("pos/51060"));
        for path in ["urls_pos.txt", "unsup/0_0.txt", "pos/more/1.txt"] {
            assert!(!texts.has(path), "{path}");
        }
    }
}
