//! How a room declares the stable codes of what it finds.

use super::Code;

/// A code, what it means, and its page.
#[derive(Clone, Copy, Debug)]
pub struct Coded {
    /// The code.
    pub code: Code,
    /// What it means, in a sentence or two.
    pub meaning: &'static str,
    /// Its page, `docs/codes/CODE.md`; [`Page`](super::Page) reads it.
    pub page: &'static str,
}

/// Declares codes with what they mean, and the list of them all, so that none is forgotten there.
/// A code whose page, `docs/codes/CODE.md`, is missing does not compile.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal;)*) => {
        $($(#[doc = $doc])+ pub const $name: $crate::diag::Code = $crate::diag::Code($code);)*
        /// Every code of this room.
        pub const CODES: &[$crate::diag::Coded] = &[$($crate::diag::Coded {
            code: $name,
            meaning: concat!($($doc),+),
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/codes/", $code, ".md")),
        }),*];
    };
}

pub(crate) use codes;
