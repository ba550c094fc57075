//! Images in Parquet files, as Hugging Face keeps data sets: a column of records with the bytes of a file and its name.

use std::ops::Range;

use kdp::plan::Call;
use kdp::store::Store;
use rayon::iter::{ParallelBridge, ParallelIterator};

use super::classes::Classes;
use super::error::ImageError;
use super::gather::samples;
use super::manner::Manner;
use super::origin::{Encoded, Origin};
use crate::data::columns::{absent, file, quoted};
use crate::data::files::Files;
use crate::data::parquet::{Cell, Parquet};
use crate::data::samples::{Declared, Samples};
use crate::data::splits::Splits;
use crate::data::{DataError, Making};

/// The samples of each split. All files are opened, and their labels read, before the first image is.
pub fn read(
    source: &Call,
    files: &Files,
    manner: Manner,
    declared: Splits<Declared>,
    making: &mut Making,
) -> Result<Splits<Samples>, DataError> {
    let lacks = |argument: &str| DataError::argument(source, argument);
    let image = source.text("image").ok_or_else(|| lacks("image"))?;
    let mut classes = Classes::of(source, declared.train.classes)?;
    let store = making.store;
    let opened = declared.each(|declared| {
        let shards = Shards::open(files, store, image, declared.split)?;
        let labels = shards.list.iter().map(|shard| classes.read(&shard.parquet));
        let labels: Vec<Vec<i64>> = labels.collect::<Result<_, _>>()?;
        Ok::<_, DataError>((shards, labels.concat(), declared))
    })?;
    making.expect(opened.iter().map(|(shards, ..)| shards.count()).sum());
    opened.each(|(shards, labels, declared)| samples(&shards, labels, manner, &declared, making))
}

/// The files of a split.
struct Shards<'a> {
    files: &'a Files<'a>,
    store: &'a Store,
    list: Vec<Shard>,
}

/// A file of them.
struct Shard {
    role: String,
    parquet: Parquet,
    /// The places of the columns with the bytes of images, and with the names of their files where there is one.
    bytes: usize,
    names: Option<usize>,
    /// Which of the split's rows are in it.
    rows: Range<usize>,
}

impl<'a> Shards<'a> {
    fn open(
        files: &'a Files,
        store: &'a Store,
        image: &str,
        split: &str,
    ) -> Result<Self, DataError> {
        let mut list: Vec<Shard> = vec![];
        for role in files.listed(&format!("{split}_files")) {
            let (path, file) = files.open(&role, store)?;
            let parquet = Parquet::open(path, file)?;
            let (bytes, names) = image_column(&parquet, image)?;
            let start = list.last().map_or(0, |shard| shard.rows.end);
            list.push(Shard {
                rows: start..start + parquet.rows(),
                role,
                parquet,
                bytes,
                names,
            });
        }
        Ok(Self { files, store, list })
    }

    /// The files that some rows are in, and their places there.
    fn parts(&self, rows: Range<usize>) -> impl Iterator<Item = (&Shard, Range<usize>)> + Send {
        let parts = self.list.iter().map(move |shard| {
            let Range { start, end } = shard.rows;
            let within = |row: usize| row.clamp(start, end) - start;
            (shard, within(rows.start)..within(rows.end))
        });
        parts.filter(|(_, part)| !part.is_empty())
    }

    /// The file that a row is in, and its place there.
    fn place(&self, row: usize) -> Option<(&Shard, usize)> {
        let shard = self.list.iter().find(|shard| shard.rows.contains(&row))?;
        Some((shard, row - shard.rows.start))
    }
}

/// The places of an image's bytes and of its file's name among the columns of a file.
fn image_column(parquet: &Parquet, image: &str) -> Result<(usize, Option<usize>), DataError> {
    let columns = parquet.columns();
    let place = |name: &str| columns.iter().position(|column| column == name);
    let of_bytes = |name: &str| place(name).filter(|place| parquet.is_bytes(*place));
    if let Some(bytes) = of_bytes(&format!("{image}.bytes")) {
        return Ok((bytes, place(&format!("{image}.path"))));
    }
    if let Some(bytes) = of_bytes(image) {
        return Ok((bytes, None));
    }
    let fields = parquet.fields();
    Err(match fields.contains(&image) {
        false => absent(file(parquet.path()), &fields, image).into(),
        true => ImageError::NotOfImages {
            path: parquet.path().to_path_buf(),
            column: image.to_string(),
            there: quoted(&fields),
        }
        .into(),
    })
}

impl Shard {
    /// The images of some of its rows.
    fn encoded(&self, rows: Range<usize>) -> impl Iterator<Item = (usize, Encoded)> + Send {
        let (cells, broken) = match self.parquet.cells(self.bytes, rows.clone()) {
            Ok(cells) => (Some(cells), None),
            Err(error) => (None, Some((rows.start, Err(error)))),
        };
        let cells = cells.into_iter().flatten().zip(rows);
        let cells = cells.map(|(cell, row)| (row, cell.and_then(|cell| self.bytes(cell, row))));
        broken.into_iter().chain(cells)
    }

    fn bytes(&self, cell: Cell, row: usize) -> Encoded {
        match cell {
            Cell::Bytes(bytes) => Ok(Some(bytes.data().to_vec())),
            _ => match self.name(row)? {
                Some(name) => {
                    let place = self.parquet.row(row);
                    Err(ImageError::NotInside { place, name }.into())
                }
                None => Ok(None),
            },
        }
    }

    /// What the file of an image was called, where that is told.
    fn name(&self, row: usize) -> Result<Option<String>, DataError> {
        let Some(names) = self.names else {
            return Ok(None);
        };
        match self
            .parquet
            .cells(names, row..row + 1)?
            .next()
            .transpose()?
        {
            Some(cell @ Cell::Bytes(_)) => Ok(Some(cell.text("path", || self.parquet.row(row))?)),
            _ => Ok(None),
        }
    }
}

impl Origin for Shards<'_> {
    fn count(&self) -> usize {
        self.list.last().map_or(0, |shard| shard.rows.end)
    }

    fn encoded(&self, rows: Range<usize>) -> impl ParallelIterator<Item = (usize, Encoded)> {
        let images = self.parts(rows).flat_map(|(shard, part)| {
            let images = shard.encoded(part);
            images.map(|(row, image)| (shard.rows.start + row, image))
        });
        // One after the other out of the files, each to the next processor that is free.
        images.par_bridge()
    }

    fn is_unread(&self, _: usize) -> bool {
        false
    }

    fn hold(&self, rows: Range<usize>) -> Result<(), DataError> {
        let mut parts = self.parts(rows);
        parts.try_for_each(|(shard, _)| self.files.hold(&shard.role, self.store))
    }

    fn holds(&self) -> String {
        let path = |shard: &Shard| shard.parquet.path().display().to_string();
        match self.list.as_slice() {
            [only] => format!("the file `{}` holds", path(only)),
            [first, .., last] => {
                let count = self.list.len();
                format!(
                    "the {count} files `{}` to `{}` hold",
                    path(first),
                    path(last)
                )
            }
            [] => "no file holds".to_string(),
        }
    }

    fn image(&self, row: usize) -> String {
        match self.place(row) {
            Some((shard, row)) => format!("the image in {}", shard.parquet.row(row)),
            None => format!("the image {row}"),
        }
    }

    fn name(&self, row: usize) -> String {
        match self.place(row) {
            Some((shard, row)) => shard.parquet.row(row).to_string(),
            None => row.to_string(),
        }
    }
}
