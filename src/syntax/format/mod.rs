//! Tree to text in one layout: two spaces, at most a hundred columns, and every comment between
//! the two words it stood between.
//!
//! What the author chose is kept where both ways read well: a bracket that is broken behind its
//! opening stays broken, a chain stays broken where it was, and one blank line stays one.

mod chains;
mod comments;
mod declarations;
mod expressions;
mod layout;

use super::tree::Tree;
use comments::Comments;

/// The text of an error-free tree. `text` is what the tree was read from.
///
/// The result reads as the same tree, places aside, and is laid out as itself again.
pub fn format(tree: &Tree, text: &str) -> String {
    let mut formatter = Formatter {
        text,
        comments: Comments::new(&tree.comments, text),
    };
    let file = formatter.file(tree);
    layout::print(&file)
}

/// Walks a tree in the order of its text and takes the comments along.
struct Formatter<'t> {
    text: &'t str,
    comments: Comments<'t>,
}
