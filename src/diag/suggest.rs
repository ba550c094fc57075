//! "Did you mean …": the closest of the names that would have been right.

/// The candidate closest to `name`: the same letters in another case first,
/// then the smallest edit distance up to a third of the name's length. A single letter is close to
/// no other.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let length = name.chars().count();
    let limit = (length / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| {
            let distance = if candidate.to_lowercase() == lower {
                0
            } else {
                strsim::damerau_levenshtein(name, candidate)
            };
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= limit && *distance < length)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn case_comes_before_distance_and_far_names_are_not_offered() {
        assert_eq!(closest("Batch", ["batches", "batch"]), Some("batch"));
        assert_eq!(
            closest("temprature", ["temperature", "weight"]),
            Some("temperature")
        );
        assert_eq!(closest("lr", ["objective"]), None);
        assert_eq!(closest("x", ["f", "X"]), Some("X"));
        assert_eq!(closest("x", ["f"]), None);
    }
}
