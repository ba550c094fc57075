//! Drawings in languages that other programs draw.

use std::fmt::Write;

use super::boxes::{Drawing, Group};

impl Drawing<'_> {
    /// In the language of Graphviz.
    pub fn dot(&self) -> String {
        let mut out =
            String::from("digraph kdp {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n");
        for (at, group) in self.boxes.iter().enumerate() {
            let shape = match group.kind {
                "data" => "cylinder",
                "measure" => "ellipse",
                _ => "box",
            };
            let lines = lines(group);
            let lines: Vec<String> = lines
                .iter()
                .map(|line| line.replace('\\', "\\\\").replace('"', "\\\""))
                .collect();
            let label = lines.join("\\n");
            // Writing into a String cannot fail.
            let _ = writeln!(out, "  n{at} [label=\"{label}\", shape={shape}];");
        }
        for (from, to) in &self.arrows {
            let _ = writeln!(out, "  n{from} -> n{to};");
        }
        out + "}\n"
    }

    /// In the language of Mermaid.
    pub fn mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        for (at, group) in self.boxes.iter().enumerate() {
            let (open, close) = match group.kind {
                "data" => ("[(", ")]"),
                "measure" => ("([", "])"),
                _ => ("[", "]"),
            };
            let lines = lines(group);
            let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
            let _ = writeln!(out, "  n{at}{open}\"{}\"{close}", lines.join("<br/>"));
        }
        for (from, to) in &self.arrows {
            let _ = writeln!(out, "  n{from} --> n{to}");
        }
        out
    }
}

/// The name, with how many nodes it stands for, and the index sets.
fn lines(group: &Group) -> Vec<String> {
    let mut lines = vec![match group.count() {
        Some(count) => format!("{} ×{count}", group.name),
        None => group.name.clone(),
    }];
    lines.extend(group.indices.iter().map(|index| index.told()));
    lines
}

/// Mermaid reads entity codes inside quotes, and HTML.
fn escaped(text: &str) -> String {
    let text = text.replace('#', "#35;").replace('"', "#quot;");
    text.replace('<', "#lt;").replace('>', "#gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::graph::boxes::Index;

    fn group<'p>(name: &str, kind: &'static str, nodes: Vec<&'p str>) -> Group<'p> {
        Group {
            name: name.into(),
            kind,
            word: String::new(),
            indices: vec![],
            nodes,
            members: vec![],
        }
    }

    #[test]
    fn names_are_quoted() {
        let drawing = Drawing {
            boxes: vec![
                group("cifar", "data", vec![]),
                group("s[way: \"a\"]", "train", vec![]),
                group("gap", "measure", vec![]),
            ],
            arrows: [(0, 1), (1, 2)].into(),
        };
        let dot = drawing.dot();
        assert!(
            dot.contains(r#"n1 [label="s[way: \"a\"]", shape=box];"#),
            "{dot}"
        );
        assert!(dot.contains("n0 -> n1;"), "{dot}");
        let mermaid = drawing.mermaid();
        assert!(
            mermaid.contains(r#"n1["s[way: #quot;a#quot;]"]"#),
            "{mermaid}"
        );
        assert!(mermaid.contains("n1 --> n2"), "{mermaid}");
    }

    #[test]
    fn a_family_is_told_with_its_count_and_index_sets() {
        let mut family = group("s", "train", vec!["s[i: 0]", "s[i: 1]"]);
        family.indices.push(Index {
            name: "i",
            values: vec!["0", "1"],
        });
        let drawing = Drawing {
            boxes: vec![family],
            arrows: [].into(),
        };
        assert!(
            drawing
                .dot()
                .contains(r#"[label="s ×2\ni: 0, 1", shape=box]"#)
        );
        assert!(drawing.mermaid().contains(r#"["s ×2<br/>i: 0, 1"]"#));
    }
}
