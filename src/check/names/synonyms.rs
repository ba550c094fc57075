//! What words of other tools are called here, beside the spellings that are merely close.

use crate::diag::closest;

/// Elsewhere, and here. A word may stand here more than once: the first one that fits its place
/// counts.
const SYNONYMS: &[(&str, &str)] = &[
    // Types.
    ("float", "number"),
    ("double", "number"),
    ("real", "number"),
    ("str", "text"),
    ("string", "text"),
    ("integer", "int"),
    ("boolean", "bool"),
    // Layers.
    ("conv2d", "conv"),
    ("fc", "linear"),
    ("dense", "linear"),
    ("fully_connected", "linear"),
    ("batchnorm", "batch_norm"),
    ("batchnorm2d", "batch_norm"),
    ("bn", "batch_norm"),
    ("maxpool", "max_pool"),
    ("maxpool2d", "max_pool"),
    ("avgpool", "avg_pool"),
    ("gap", "global_avg_pool"),
    ("embed", "embedding"),
    ("embedding_dim", "width"),
    ("mean_pooling", "mean_tokens"),
    ("mean_pool", "mean_tokens"),
    ("sequential", "chain"),
    ("skip", "residual"),
    ("kernel_size", "kernel"),
    ("out_channels", "channels"),
    ("filters", "channels"),
    ("out_features", "features"),
    ("units", "features"),
    // Objectives.
    ("kd", "distill"),
    ("distillation", "distill"),
    ("ce", "one_hot"),
    ("cross_entropy", "one_hot"),
    ("label_smoothing", "smooth"),
    ("t", "temperature"),
    ("tau", "temperature"),
    ("temp", "temperature"),
    ("alpha", "weight"),
    ("lambda", "weight"),
    // Optimisers and recipes.
    ("adam", "adamw"),
    ("optim", "optimizer"),
    ("optimiser", "optimizer"),
    ("learning_rate", "lr"),
    ("batch_size", "batch"),
    ("bs", "batch"),
    ("wd", "weight_decay"),
    ("l2", "weight_decay"),
    ("grad_clip", "clip"),
    ("clip_norm", "clip"),
    ("dtype", "precision"),
    ("amp", "precision"),
    ("mixed_precision", "precision"),
    ("float32", "fp32"),
    ("single", "fp32"),
    ("bfloat16", "bf16"),
    ("fp16", "bf16"),
    ("float16", "bf16"),
    ("half", "bf16"),
    ("mixed", "bf16"),
    ("augmentation", "augment"),
    ("bucketing", "group_by_length"),
    ("buckets", "group_by_length"),
    ("sort_by_length", "group_by_length"),
    ("augmentations", "augment"),
    ("scheduler", "lr"),
    ("schedule", "lr"),
    // Models and data.
    ("dataset", "data"),
    ("train_data", "data"),
    ("loss", "objective"),
    ("criterion", "objective"),
    ("checkpoint", "weights"),
    ("ckpt", "weights"),
    ("pretrained", "weights"),
    ("random_seed", "seed"),
    ("training", "train"),
    ("train_set", "train"),
    ("testing", "test"),
    ("test_set", "test"),
    ("eval", "test"),
    ("val", "validation"),
    ("hold_out", "split"),
    ("holdout", "split"),
    ("train_test_split", "split"),
    ("random_split", "split"),
    ("normalize", "normalise"),
    ("subsample", "take"),
    ("noise", "label_noise"),
    ("matrix", "transition"),
    ("valid", "validation"),
    ("dev", "validation"),
    ("csv", "table_text"),
    ("tsv", "table_text"),
    ("csv_text", "table_text"),
    ("json", "json_text"),
    ("jsonl", "json_text"),
    ("json_lines", "json_text"),
    ("parquet", "parquet_text"),
    ("bpe", "byte_bpe"),
    ("bert", "wordpiece"),
    ("roberta", "byte_bpe"),
    ("vocab_size", "vocabulary"),
    ("pad_token_id", "padding"),
    ("do_lower_case", "lowercase"),
    ("tokenizer", "tokens"),
    ("imagefolder", "image_folder"),
    ("parquet_image", "image_parquet"),
    ("img", "image"),
    ("image_column", "image"),
    ("label_column", "label"),
    ("class_names", "labels"),
    ("val_files", "validation_files"),
    ("randomresizedcrop", "random_resized_crop"),
    ("randomhorizontalflip", "flip"),
    ("randomcrop", "pad_crop"),
    ("sep", "delimiter"),
    ("separator", "delimiter"),
    ("max_length", "length"),
    // Measures.
    ("acc", "accuracy"),
    ("accuracy", "top1"),
    ("acc", "top1"),
    ("acc1", "top1"),
];

/// The candidate that was probably meant: the same letters in another case, what another tool calls
/// it, the closest spelling.
pub(in crate::check) fn meant<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let mut candidates: Vec<&str> = candidates.into_iter().collect();
    candidates.sort_unstable();
    let lower = name.to_lowercase();
    let same = |candidate: &&&str| candidate.to_lowercase() == lower && **candidate != name;
    let of_another_tool = || {
        let known = SYNONYMS.iter().filter(|(elsewhere, _)| *elsewhere == lower);
        let here =
            known.filter_map(|(_, here)| candidates.iter().find(|candidate| *candidate == here));
        here.copied().next()
    };
    let found = candidates.iter().find(same).copied();
    found
        .or_else(of_another_tool)
        .or_else(|| closest(name, candidates.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn case_comes_first_then_other_tools_then_spelling() {
        assert_eq!(meant("KD", ["kd", "distill"]), Some("kd"));
        assert_eq!(meant("kd", ["d", "distill"]), Some("distill"));
        assert_eq!(meant("acc", ["top1", "count"]), Some("top1"));
        assert_eq!(meant("cuont", ["top1", "count"]), Some("count"));
        assert_eq!(meant("nothing", ["top1", "count"]), None);
    }
}
