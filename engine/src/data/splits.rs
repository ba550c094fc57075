//! Something for each split of a source.

/// Something for each split that a source has.
pub struct Splits<T> {
    /// Of the training samples.
    pub train: T,
    /// Of the test samples.
    pub test: T,
    /// Of the validation samples, where the source has some.
    pub validation: Option<T>,
}

impl<T> Splits<T> {
    /// What becomes of each, one after the other.
    pub fn each<U, E>(self, mut make: impl FnMut(T) -> Result<U, E>) -> Result<Splits<U>, E> {
        Ok(Splits {
            train: make(self.train)?,
            test: make(self.test)?,
            validation: self.validation.map(make).transpose()?,
        })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        [&self.train, &self.test]
            .into_iter()
            .chain(&self.validation)
    }
}
