//! The page of a code: what it means, a wrong example, and the same one mended.
//!
//! ````text
//! # unknown-name
//!
//! A name is used that …
//!
//! ## Wrong
//!
//! ```kdp
//! let a = b
//! ```
//!
//! ## Mended
//!
//! ```kdp
//! let a = 1
//! ```
//! ````
//!
//! A block with a name, ```` ```kdp shared/ours.kdp ````, is a file beside [`MAIN`]; with a setting,
//! ```` ```kdp --set tau=4 ````, it is [`MAIN`] and a param of it is set.

/// The file that an example is about.
pub const MAIN: &str = "main.kdp";

/// A code's page, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// What the code means, a paragraph an entry.
    pub prose: Vec<String>,
    /// An example that is told this code.
    pub wrong: Example,
    /// The example as it should be.
    pub mended: Example,
}

/// Some files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    /// Names and texts; [`MAIN`] is the first.
    pub files: Vec<(String, String)>,
    /// What is set with `--set`, names and values.
    pub settings: Vec<(String, String)>,
}

impl Page {
    /// Reads a page.
    pub fn read(markdown: &str) -> Page {
        let mut page = Page::default();
        let mut section = "";
        let mut lines = markdown.lines();
        while let Some(line) = lines.next() {
            if let Some(title) = line.strip_prefix("## ") {
                section = title.trim();
            } else if let Some(info) = line.strip_prefix("```kdp") {
                let inside = lines.by_ref().take_while(|line| *line != "```");
                let text: String = inside.map(|line| format!("{line}\n")).collect();
                match section {
                    "Wrong" => page.wrong.add(info.trim(), text),
                    "Mended" => page.mended.add(info.trim(), text),
                    _ => {}
                }
            } else if section.is_empty() && !line.starts_with('#') {
                page.tell(line.trim());
            }
        }
        page.prose.retain(|paragraph| !paragraph.is_empty());
        page
    }

    /// Another line of prose; an empty one ends the paragraph.
    fn tell(&mut self, line: &str) {
        match self.prose.last_mut() {
            Some(paragraph) if !line.is_empty() => {
                if !paragraph.is_empty() {
                    paragraph.push(' ');
                }
                paragraph.push_str(line);
            }
            _ => self.prose.push(line.to_owned()),
        }
    }
}

impl Example {
    fn add(&mut self, info: &str, text: String) {
        let setting = info.strip_prefix("--set ");
        if let Some((name, value)) = setting.and_then(|setting| setting.split_once('=')) {
            self.settings.push((name.to_owned(), value.to_owned()));
        }
        let beside = !info.is_empty() && setting.is_none();
        let name = if beside { info } else { MAIN };
        self.files.push((name.to_owned(), text));
    }
}

#[cfg(test)]
mod tests {
    use super::{MAIN, Page};

    #[test]
    fn paragraphs_files_and_settings_are_told_apart() {
        let page = Page::read(
            "# a-code\n\nOne\nparagraph.\n\nAnother.\n\n## Wrong\n\n```kdp --set tau=4\nlet a = 1\n```\n\n\
             ```kdp b.kdp\nlet b = 2\n```\n\n## Mended\n\n```kdp\nlet c = 3\n```\n",
        );
        assert_eq!(page.prose, ["One paragraph.", "Another."]);
        let files: Vec<_> = page
            .wrong
            .files
            .iter()
            .map(|(name, text)| (&**name, &**text))
            .collect();
        assert_eq!(files, [(MAIN, "let a = 1\n"), ("b.kdp", "let b = 2\n")]);
        assert_eq!(page.wrong.settings, [("tau".to_owned(), "4".to_owned())]);
        assert_eq!(page.mended.files.len(), 1);
        assert!(page.mended.settings.is_empty());
    }
}
