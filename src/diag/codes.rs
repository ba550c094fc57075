//! How a room declares the stable codes of what it finds.

/// Declares codes with what they mean, and the list of them all, so that none is forgotten there.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal;)*) => {
        $($(#[doc = $doc])+ pub const $name: $crate::diag::Code = $crate::diag::Code($code);)*
        /// Every code of this room, with what it means.
        pub const CODES: &[($crate::diag::Code, &str)] = &[$(($name, concat!($($doc),+))),*];
    };
}

pub(crate) use codes;
