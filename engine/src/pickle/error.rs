//! Why a pickle is not read.

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("at byte {at}, {problem}")]
pub struct PickleError {
    /// The byte of the instruction.
    pub at: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a pickle.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)]
pub enum Problem {
    #[error(
        "its pickle asks for `{0}`, which is neither a tensor nor a plain container; nothing of it was run"
    )]
    Foreign(String),
    #[error("its pickle {0}, which plain data never does; nothing of it was run")]
    Makes(&'static str),
    #[error("its pickle ends in the middle")]
    Truncated,
    #[error("its pickle has no instruction {0:#04x}")]
    Unknown(u8),
    #[error("its pickle is of protocol {0}; kdp reads 0 to 5")]
    Protocol(u8),
    #[error("its pickle takes a value where there is none")]
    Underflow,
    #[error("its pickle takes the value {0}, which it never kept")]
    Memo(u64),
    #[error("its pickle treats {found} as {wanted}")]
    Kind {
        found: &'static str,
        wanted: &'static str,
    },
    #[error("its pickle has a text that is not UTF-8")]
    Text,
    #[error("its pickle has a number that is none: `{0}`")]
    Number(String),
    #[error("its pickle has a whole number of {0} bytes; kdp reads up to 16")]
    Wide(usize),
    #[error("its pickle has more than {0} instructions")]
    Long(usize),
}

impl Problem {
    /// The mend, where one is known.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Problem::Foreign(_) | Problem::Makes(_) => Some(
                "it holds a whole model, or more than weights; where you trust it, load it in Python and save the tensors alone: `torch.save(model.state_dict(), \"weights.pth\")`",
            ),
            Problem::Truncated => Some("the download was probably cut off: fetch the file again"),
            _ => None,
        }
    }
}
