//! Data sets to fetch, for `kdp data fetch`.

use super::word::word;
use super::{Default::*, Param, Type, Word};

const URL: Param = Param::required("url", Type::Text, "Where it lies: `https://…`.");
const SIZE: Param = Param::required(
    "size",
    Type::Int,
    "About how many bytes come; more than twice as many are refused.",
);
const MD5: Param = Param::optional(
    "md5",
    Type::Text,
    Absent,
    "Its MD5, 32 hexadecimal digits: enough against damage, not against deceit.",
);
const SHA256: Param = Param::optional(
    "sha256",
    Type::Text,
    Absent,
    "Its SHA-256, 64 hexadecimal digits. One of the two must be given.",
);
const NAME: Param = Param::optional(
    "name",
    Type::Text,
    Absent,
    "What it is called here; as in the URL where left out.",
);

/// What is fetched of a data set: a `let` whose value is a `download` can be fetched by its name.
pub const DOWNLOADS: &[Word] = &[
    word(
        "download",
        "A data set to fetch by `kdp data fetch`. `let mine = download(…)` in `ours.kdp` is fetched by `kdp data fetch ours.kdp:mine`.",
        &[
            Param::required(
                "files",
                Type::List(&Type::Remote),
                "Its files; `[]` where `by_hand` tells how to get it.",
            ),
            Param::required("terms", Type::Text, "On what terms it may be used."),
            Param::optional(
                "declare",
                Type::Text,
                Absent,
                "How a file declares it, `DIR` for its folder: told when it is there.",
            ),
            Param::optional(
                "by_hand",
                Type::Text,
                Absent,
                "How a person gets it, where no program may.",
            ),
        ],
    ),
    word(
        "archive",
        "A file to fetch and to unpack: `.tar.gz`, `.tgz`, `.tar`, `.zip`, or `.gz` for a lone file.",
        &[
            URL,
            SIZE,
            Param::required(
                "unpacked",
                Type::Int,
                "About how many bytes are in it; more than twice as many are refused.",
            ),
            MD5,
            SHA256,
            Param::optional(
                "root",
                Type::Text,
                Absent,
                "The folder in it whose content is taken; everything where left out.",
            ),
            NAME,
        ],
    ),
    word(
        "file",
        "A file to fetch and to keep as it is.",
        &[URL, SIZE, MD5, SHA256, NAME],
    ),
];
