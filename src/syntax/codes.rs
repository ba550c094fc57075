//! The stable codes of what can be wrong with a file's syntax.

use crate::diag::codes;

codes! {
    /// Something else was expected here.
    UNEXPECTED_TOKEN = "unexpected-token";
    /// A character that the language does not use.
    UNKNOWN_CHARACTER = "unknown-character";
    /// `.5`, `0.`, `1_`, `5k%`, `5epochs`.
    MALFORMED_NUMBER = "malformed-number";
    /// A number beyond what an int or a number can hold.
    NUMBER_TOO_LARGE = "number-too-large";
    /// `10%3`: a fraction where the remainder was meant.
    FRACTION_TOUCHES_OPERAND = "fraction-touches-operand";
    /// `n epochs`: a unit behind something that is not a number, or on another line than its number.
    UNIT_WITHOUT_NUMBER = "unit-without-number";
    /// `15 epoches`, `3 iterations`: a word behind a number that is no unit.
    UNKNOWN_UNIT = "unknown-unit";
    /// A backslash before a character that needs none.
    UNKNOWN_ESCAPE = "unknown-escape";
    /// A text that goes on over the end of its line.
    NEWLINE_IN_TEXT = "newline-in-text";
    /// A text without its closing quote.
    UNCLOSED_TEXT = "unclosed-text";
    /// A `}` in a text that is not doubled.
    LONE_BRACE = "lone-brace";
    /// A bracket that is never closed.
    UNCLOSED_BRACKET = "unclosed-bracket";
    /// A closing bracket without its opening one.
    UNMATCHED_BRACKET = "unmatched-bracket";
    /// `f (x)`: a bracket that does not stand right behind what it belongs to.
    DETACHED_BRACKET = "detached-bracket";
    /// An `if` without `else`.
    MISSING_ELSE = "missing-else";
    /// `a < b < c`.
    COMPARISON_CHAIN = "comparison-chain";
    /// `batch = 64` where `batch: 64` was meant.
    EQUALS_FOR_COLON = "equals-for-colon";
    /// `let n: 3` where `let n = 3` was meant.
    COLON_FOR_EQUALS = "colon-for-equals";
    /// A parameter without its type.
    MISSING_TYPE = "missing-type";
    /// A line that begins with a word that opens no declaration.
    UNKNOWN_DECLARATION = "unknown-declaration";
    /// `///` or `//!` where it documents nothing.
    MISPLACED_DOCUMENTATION = "misplaced-documentation";
    /// A reserved word in the place of a name.
    RESERVED_WORD = "reserved-word";
    /// A declared name that is not `snake_case`.
    NOT_SNAKE_CASE = "not-snake-case";
    /// An argument without a name behind one with a name.
    POSITIONAL_AFTER_NAMED = "positional-after-named";
    /// The parts of a window in another order than `at`, `over` or `until`, `along`, or twice.
    WINDOW_ORDER = "window-order";
    /// A record where none may stand.
    MISPLACED_RECORD = "misplaced-record";
    /// A file with bytes that are no UTF-8 text.
    NOT_UTF8 = "not-utf8";
    /// More brackets or operators within each other than anybody could read.
    NESTED_TOO_DEEPLY = "nested-too-deeply";
}
