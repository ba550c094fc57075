//! The labels of samples, and which of them were made wrong.

/// The labels of samples.
#[derive(Clone, Copy)]
pub struct Labels<'a> {
    /// As the samples bear them; −1 for none.
    pub given: &'a [i64],
    /// As they were before noise or a model made others of them.
    pub truth: &'a [i64],
}

impl Labels<'_> {
    /// Whether each sample bears a label that is not the true one.
    pub fn flipped(&self) -> impl Iterator<Item = bool> {
        let pairs = self.given.iter().zip(self.truth);
        pairs.map(|(given, truth)| *given >= 0 && given != truth)
    }
}
