//! Images in Parquet files, held against what the library `datasets` reads in them, by what `make_images.py` in the
//! repository's `tests/reference` wrote down.

use kdp_engine::data::{DataError, DataSet, Feeder, Inputs};
use safetensors::SafeTensors;
use serde::Deserialize;

use super::*;
use crate::decoded::decoded_node;
use crate::language::planned;
use crate::pipe::Worker;

/// Bytes of an image, 3×30×40.
const BYTES: usize = 3600;

/// The node of images 3×30×40 of two classes, of which so much more is declared; `AT` is the folder of the files.
fn declared(more: &str) -> Node {
    let at = reference("images/parquet").display().to_string();
    let more = more.replace("AT", &at);
    let text = format!("dataset photos = image_parquet({more}, shape: [3, 30, 40], classes: 2)\n");
    planned(&text).nodes().next().expect("a node").clone()
}

fn decoded(more: &str) -> Result<DataSet, DataError> {
    decoded_node(&declared(more), &mut |_, _| ())
}

const ALL: &str = "\"AT/train-*.parquet\", \"AT/test.parquet\", train: 15, test: 2, \
                   validation_files: \"AT/validation.parquet\", validation: 3";

/// Which image of `exact` is in a row, and its class.
#[derive(Deserialize)]
struct Reference {
    parquet: BTreeMap<String, Vec<(usize, i64)>>,
}

#[test]
fn images_and_labels_are_those_that_the_library_of_their_publishers_reads() {
    let text = fs::read_to_string(reference("images.json")).expect("read");
    let Reference { parquet } = serde_json::from_str(&text).expect("as it was written");
    let bytes = fs::read(reference("images.safetensors")).expect("read");
    let tensors = SafeTensors::deserialize(&bytes).expect("sound");
    let set = decoded(ALL).expect("sound");
    for (split, samples, images) in [
        ("train", &set.train, "exact.train"),
        ("validation", &set.validation, "exact.train"),
        ("test", &set.test, "exact.val"),
    ] {
        let images = tensors.tensor(images).expect("there").data();
        let wanted = parquet[split].iter();
        let wanted = wanted.flat_map(|(image, _)| &images[BYTES * image..BYTES * (image + 1)]);
        assert!(pixels(samples).iter().eq(wanted), "{split}");
        let labels = parquet[split].iter().map(|(_, label)| *label);
        assert_eq!(samples.labels, labels.collect::<Vec<_>>(), "{split}");
    }
}

#[test]
fn bytes_alone_and_labels_that_are_texts_are_read_as_well() {
    let plain = decoded(
        "\"AT/plain.parquet\", \"AT/test.parquet\", train: 15, test: 2, image: \"file\", \
         label: \"kind\", labels: [\"china\", \"flower\"]",
    );
    // Of the other file the columns are called otherwise.
    let error = plain.expect_err("no such column").to_string();
    let wanted = "test.parquet` has no column `file`: it has `image`, `label`";
    assert!(error.contains(wanted), "{error}");
    let plain = decoded(
        "\"AT/plain.parquet\", \"AT/plain.parquet\", train: 15, test: 15, image: \"file\", \
         label: \"kind\", labels: [\"flower\", \"china\"]",
    );
    let (plain, all) = (plain.expect("sound"), decoded(ALL).expect("sound"));
    assert_eq!(plain.train.inputs, all.train.inputs);
    let other: Vec<i64> = all.train.labels.iter().map(|label| 1 - label).collect();
    assert_eq!(plain.train.labels, other);
}

#[test]
fn labels_are_read_by_the_names_that_a_file_gives_them() {
    let two = |train: &str, more: &str| {
        decoded(&format!(
            "\"AT/broken/{train}.parquet\", \"AT/test.parquet\", train: 2, test: 2{more}"
        ))
    };
    // The one file calls class 0 so, the other class 1.
    let listed = two("other_order", ", labels: [\"china\", \"flower\"]").expect("sound");
    assert_eq!(
        (&listed.train.labels, &listed.test.labels),
        (&vec![0, 1], &vec![0, 1])
    );
    let error = two("other_order", "").expect_err("two orders");
    let (said, help) = (error.to_string(), error.help().expect("help"));
    assert!(
        said.contains("test.parquet` calls its classes `china`, `flower`"),
        "{said}"
    );
    assert!(
        said.contains("other_order.parquet` `flower`, `china`"),
        "{said}"
    );
    assert!(help.contains("labels: ["), "{help}");
}

#[test]
fn images_that_are_kept_encoded_are_decoded_for_each_batch() {
    let encoded = decoded(&format!("{ALL}, keep: encoded")).expect("sound");
    assert!(matches!(encoded.train.inputs, Inputs::Encoded { .. }));
    let decoded = decoded(ALL).expect("sound");
    let batch = |set: &DataSet| {
        let feeder = Feeder::new(&set.meta, Device::Cpu);
        feeder
            .inputs(&set.train, &[14, 0, 8, 7], None)
            .expect("a batch")
    };
    assert_eq!(batch(&encoded), batch(&decoded));
    assert_eq!(encoded.validation.labels, decoded.validation.labels);
}

#[test]
fn what_is_wrong_is_told_by_file_row_and_mend() {
    let broken = |name: &str, more: &str| {
        format!("\"AT/broken/{name}.parquet\", \"AT/test.parquet\", train: 2, test: 2{more}")
    };
    let truncated = tempfile::tempdir().expect("a folder");
    let cut = |keep: fn(usize) -> usize| {
        let name = truncated.path().join(keep(100).to_string());
        let bytes = fs::read(reference("images/parquet/test.parquet")).expect("read");
        fs::write(&name, &bytes[..keep(bytes.len())]).expect("written");
        format!(
            "\"{}\", \"AT/test.parquet\", train: 2, test: 2",
            name.display()
        )
    };
    let change = "change the declaration";
    for (declared, wanted, mend) in [
        (
            broken("null", ""),
            "the image in row 2 of the file `",
            "damaged: skip",
        ),
        (
            broken("null", ""),
            "broken/null.parquet` cannot be decoded: it is null",
            "damaged: skip",
        ),
        (
            broken("path", ", damaged: skip"),
            "row 2 of the file `",
            "embed_table_storage",
        ),
        (
            broken("path", ""),
            "path.parquet` has no bytes of its image, only the name of a file: `exact/val/china/a.png`",
            "embed_table_storage",
        ),
        (
            broken("cut_short", ""),
            "the image in row 2 of the file `",
            "damaged: skip",
        ),
        (
            broken("cut_short", ""),
            "cut_short.parquet` cannot be decoded: it is cut short",
            "damaged: skip",
        ),
        (
            broken("cut_short", ", damaged: skip"),
            "cut_short.parquet` holds 1 train image, but 2 are declared; left out as damaged: `row 2 of the file",
            change,
        ),
        (
            broken("large", ""),
            "large.parquet` is 39×51 pixels, but 30×40 is declared",
            "resize: 256",
        ),
        (broken("outside", ""), "row 2 of the file `", change),
        (
            broken("outside", ""),
            "outside.parquet` has the label 2, which is none of 2 classes (0 to 1)",
            change,
        ),
        (
            broken("outside", ", labels: [\"0\", \"1\"]"),
            "outside.parquet` has the label `2`, which is none of those declared: `0`, `1`",
            change,
        ),
        (
            broken("hidden", ""),
            "hidden.parquet` has the label -1",
            "labels are known",
        ),
        (
            broken("no_label", ""),
            "the `label` of row 2 of the file `",
            "mend the file",
        ),
        (
            broken("texts", ""),
            "row 1 of the file `",
            "labels: [\"cat\", \"dog\"]",
        ),
        (
            broken("texts", ""),
            "texts.parquet` has the label `china`",
            "labels: [\"cat\", \"dog\"]",
        ),
        (
            broken("floats", ""),
            "the column `label` of the file `",
            "name another column",
        ),
        (
            broken("floats", ""),
            "floats.parquet` holds numbers of the type DOUBLE",
            "name another column",
        ),
        (
            broken("three_classes", ""),
            "three_classes.parquet` has the classes `china`, `flower`, `tree`, but 2 are declared",
            change,
        ),
        (
            broken("texts", ", image: \"img\""),
            "texts.parquet` has no column `img`: it has `image`, `label`",
            "`image: \"img\"`",
        ),
        (
            broken("texts", ", label: \"lable\""),
            "did you mean `label`?",
            "`label: \"label\"`",
        ),
        (
            broken("texts", ", image: \"label\", label: \"kind\""),
            "the column `label` of the file `",
            "name another column",
        ),
        (
            broken("outside", ", image: \"label\", label: \"kind\""),
            "outside.parquet` is not of images, which are bytes, or records of `bytes` and `path`; the file has the columns `image`, `label`",
            "name another column",
        ),
        (
            ALL.replace("15", "16"),
            "train-00001-of-00002.parquet` hold 15 train images, but 16 are declared",
            change,
        ),
        (
            ALL.replace("validation: 3", "validation: 4"),
            "validation.parquet` holds 3 validation images, but 4 are declared",
            change,
        ),
        (
            cut(|length| length - 20),
            "cannot be read as Parquet: ",
            "fetch the file again",
        ),
        (
            cut(|length| length / 2),
            "cannot be read as Parquet: ",
            "fetch the file again",
        ),
        (
            cut(|_| 0),
            "cannot be read as Parquet: ",
            "fetch the file again",
        ),
        (
            ALL.replace("test.parquet", "none.parquet"),
            "none.parquet` is not there",
            "put the file there",
        ),
    ] {
        let error = decoded(&declared).expect_err("it is broken");
        let (said, help) = (error.to_string(), error.help().unwrap_or("no help"));
        assert!(said.contains(wanted), "{said}, not {wanted}");
        assert!(help.contains(mend), "{said}: {help}, not {mend}");
    }
}

#[test]
fn damaged_images_are_left_out_where_that_is_asked_for() {
    let set = decoded(
        "[\"AT/broken/null.parquet\", \"AT/broken/cut_short.parquet\", \"AT/test.parquet\"], \
         \"AT/test.parquet\", train: 4, test: 2, damaged: skip",
    );
    let set = set.expect("as many are left");
    assert_eq!(set.train.index, [0, 2, 4, 5]);
    assert_eq!(set.train.labels, [0, 0, 0, 1]);
    assert_eq!(pixels(&set.train)[2 * BYTES..], pixels(&set.test));
}

/// A node of more images than are decoded at once: of 560 in 80 files, which are one.
fn many(folder: &Path) -> Node {
    let file = folder.join("train.parquet");
    fs::copy(
        reference("images/parquet/train-00001-of-00002.parquet"),
        &file,
    )
    .expect("copied");
    declared(&format!(
        "[\"{}\" for i in 0..80], \"AT/test.parquet\", train: 560, test: 2",
        file.display()
    ))
}

#[test]
fn a_file_that_changes_while_it_is_read_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = many(folder.path());
    let file = folder.path().join("train.parquet");
    let bytes = fs::read(&file).expect("read");
    let error = decoded_node(&node, &mut |done, all| {
        assert_eq!(all, 562);
        // The first part is decoded.
        if done == 512 {
            let mut other = bytes.clone();
            other[1000] ^= 1;
            fs::write(&file, other).expect("written");
        }
    });
    let said = error.expect_err("it changed").to_string();
    assert!(
        said.contains("train.parquet` has changed since the run was planned"),
        "{said}"
    );
}

#[test]
fn what_was_decoded_before_is_gone_on_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    let node = many(folder.path());
    // The second part cannot be written, for a while.
    let part = |nth: &str| store.join(format!("work/{}/train.{nth}", node.key));
    let in_the_way = part("1.unfinished");
    fs::create_dir_all(in_the_way.join("x")).expect("made");
    let mut worker = Worker::start();
    worker.run(&node, &store).expect_err("no room");
    let mut bytes = fs::read(part("0")).expect("the first part outlives the failure");

    // It is not decoded again: what is in it now would be wrong.
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(part("0"), &bytes).expect("written");
    fs::remove_dir_all(in_the_way).expect("removed");
    worker.run_all(&[&node], &store);
    let samples = load(&store, &node, Split::Train).samples;
    let found = pixels(&samples);
    assert_eq!(found[512 * BYTES - 1], bytes[last]);
    // The second part begins in the middle of a file of seven images.
    let image = |row: usize| &found[row * BYTES..(row + 1) * BYTES];
    assert!((512..560).all(|row| image(row) == image(row % 7)));
    assert!(!part("0").exists(), "parts go when the object is there");
}
