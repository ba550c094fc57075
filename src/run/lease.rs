//! What a worker has for itself while it lives.

/// One device, or several joined by `+`, on which a training splits its batches: `cpu`, `cuda:0`,
/// `cuda:0+cuda:1`.
#[derive(Clone, Copy, Debug)]
pub struct Lease<'a>(pub &'a str);

impl<'a> Lease<'a> {
    /// Its devices, the first of which has what is not split.
    pub fn devices(self) -> impl Iterator<Item = &'a str> {
        self.0.split('+').map(str::trim)
    }

    /// What each of its devices is, as far as bits hang on it: `cuda` of `cuda:0`.
    pub fn kinds(self) -> impl Iterator<Item = &'a str> {
        self.devices()
            .map(|device| device.split_once(':').map_or(device, |(kind, _)| kind))
    }

    /// Whether several workers may have it at a time.
    pub fn is_shared(self) -> bool {
        matches!(self.0, "cpu" | "auto")
    }
}
