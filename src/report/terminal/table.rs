//! A table of results, laid out for the width that there is.

use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, TableStyle, Width,
};
use serde::{Deserialize, Serialize};

use crate::report::family::{common_indices, without_indices};

/// A table whose rows are families, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Column {
    title: String,
    /// Whether it says how something was measured, not what came out.
    setting: bool,
}

/// One line under the header, and no other.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

impl Table {
    /// With a column for names.
    pub fn new(title: &str) -> Table {
        let table = Table {
            columns: vec![],
            rows: vec![],
        };
        table.column(title, false)
    }

    /// With a column for how something was measured.
    pub fn setting(self, title: &str) -> Table {
        self.column(title, true)
    }

    /// With a column for what came out.
    pub fn result(self, title: &str) -> Table {
        self.column(title, false)
    }

    fn column(mut self, title: &str, setting: bool) -> Table {
        let title = title.to_string();
        self.columns.push(Column { title, setting });
        self
    }

    /// Another row, a cell for each column.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// As text, at most so wide. Where it is wider, what all rows have in common is told in a line above it, and what is
    /// still too wide is broken.
    pub fn told(&self, width: Option<usize>) -> String {
        let whole = self.drawn(None);
        let Some(width) = width.filter(|width| is_wider(&whole, *width)) else {
            return whole;
        };
        let (common, narrow) = self.parted();
        let drawn = [narrow.drawn(None), narrow.drawn(Some(width))];
        let fits = |drawn: &String| !is_wider(drawn, width);
        let drawn = drawn.into_iter().find(fits);
        let drawn = drawn.unwrap_or_else(|| narrow.stacked(width));
        match common.is_empty() {
            true => drawn,
            false => {
                let line = format!(" in all rows: {}", common.join(", "));
                let options = textwrap::Options::new(width).subsequent_indent("   ");
                format!("{}\n\n{drawn}", textwrap::fill(&line, options))
            }
        }
    }

    /// What all rows have in common, and the table of the rest. A lone row has it all.
    fn parted(&self) -> (Vec<String>, Table) {
        let (mut common, mut rest) = (vec![], self.clone());
        let Some((first, others)) = self.rows.split_first() else {
            return (common, rest);
        };
        if others.is_empty() {
            return (common, rest);
        }
        let same = |at: usize| others.iter().all(|row| row[at] == first[at]);
        let is_common: Vec<bool> = (0..self.columns.len())
            .map(|at| self.columns[at].setting && same(at))
            .collect();
        for (at, column) in self.columns.iter().enumerate() {
            if is_common[at] {
                common.push(format!("{} {}", column.title, first[at]));
            }
        }
        let kept = |at: &usize| !is_common[*at];
        let keep = |row: &[String]| -> Vec<String> {
            let places = (0..row.len()).filter(kept);
            places.map(|at| row[at].clone()).collect()
        };
        let places = (0..self.columns.len()).filter(kept);
        rest.columns = places.map(|at| self.columns[at].clone()).collect();
        rest.rows = self.rows.iter().map(|row| keep(row)).collect();
        let names: Vec<&str> = self.rows.iter().map(|row| row[0].as_str()).collect();
        let indices = common_indices(&names);
        common.extend(
            indices
                .iter()
                .map(|(index, value)| format!("{index}: {value}")),
        );
        for row in &mut rest.rows {
            row[0] = without_indices(&row[0], &indices);
        }
        (common, rest)
    }

    /// Each name on a line of its own, above what belongs to it.
    fn stacked(&self, width: usize) -> String {
        let rest = |row: &Vec<String>| row[1..].to_vec();
        let numbers = Table {
            columns: self.columns[1..].to_vec(),
            rows: self.rows.iter().map(rest).collect(),
        };
        let indent = "  ";
        let drawn = numbers.drawn(Some(width.saturating_sub(indent.len())));
        let (head, rows): (Vec<&str>, Vec<&str>) = {
            let lines: Vec<&str> = drawn.lines().collect();
            let at = lines.len().saturating_sub(self.rows.len());
            (lines[..at].to_vec(), lines[at..].to_vec())
        };
        let options = textwrap::Options::new(width)
            .initial_indent(" ")
            .subsequent_indent("   ");
        let mut lines = vec![format!(" {}", self.columns[0].title)];
        lines.extend(head.into_iter().map(|line| format!("{indent}{line}")));
        for (row, line) in self.rows.iter().zip(rows) {
            lines.push(textwrap::fill(&row[0], &options));
            lines.push(format!("{indent}{line}"));
        }
        lines.join("\n")
    }

    fn drawn(&self, width: Option<usize>) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(STYLE);
        let titles = self.columns.iter().map(|column| column.title.as_str());
        table.set_header(cells(titles));
        for row in &self.rows {
            table.add_row(cells(row.iter().map(String::as_str)));
        }
        if let Some(width) = width {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(width.try_into().unwrap_or(u16::MAX));
            // Titles and names are broken between words; numbers have none.
            for (at, column) in self.columns.iter().enumerate() {
                let cells = self.rows.iter().map(|row| row[at].as_str());
                let words = cells.chain([column.title.as_str()]);
                let words = words.flat_map(|text| text.split(' '));
                let longest = words.map(textwrap::core::display_width).max();
                let least = longest.unwrap_or(0) + PADDING;
                let least = Width::Fixed(least.try_into().unwrap_or(u16::MAX));
                if let Some(column) = table.column_mut(at) {
                    column.set_constraint(ColumnConstraint::LowerBoundary(least));
                }
            }
        }
        table.trim_fmt()
    }
}

/// The blanks around a cell.
const PADDING: usize = 2;

/// The first to the left, the others to the right.
fn cells<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Cell> {
    let cells = texts.enumerate().map(|(at, text)| match at {
        0 => Cell::new(text),
        _ => Cell::new(text).set_alignment(CellAlignment::Right),
    });
    cells.collect()
}

fn is_wider(text: &str, width: usize) -> bool {
    let wide = |line: &str| textwrap::core::display_width(line) > width;
    text.lines().any(wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new("deviation")
            .setting("runs")
            .setting("on")
            .result("slope")
            .result("where least sure");
        for (way, slope) in [
            ("kd", "1.213\u{a0}±\u{a0}0.020"),
            ("switched", "0.930\u{a0}±\u{a0}0.100"),
        ] {
            let name = format!("gap[data: noisy_cifar, depth: 56, way: {way}]");
            let cells = [
                &name,
                "3",
                "noisy_cifar.test",
                slope,
                "1.034\u{a0}±\u{a0}0.010",
            ];
            table.row(cells.map(String::from).to_vec());
        }
        table
    }

    #[test]
    fn what_all_rows_have_in_common_stands_above_a_table_that_is_too_wide() {
        let whole = table().told(None);
        assert!(
            whole.lines().all(|line| line.chars().count() > 80),
            "{whole}"
        );
        assert_eq!(table().told(Some(200)), whole);
        let narrow = table().told(Some(70));
        assert_eq!(
            narrow,
            concat!(
                " in all rows: runs 3, on noisy_cifar.test, data: noisy_cifar, depth:\n",
                "   56\n",
                "\n",
                " deviation                    slope   where least sure\n",
                "───────────────────────────────────────────────────────\n",
                " gap[way: kd]         1.213\u{a0}±\u{a0}0.020      1.034\u{a0}±\u{a0}0.010\n",
                " gap[way: switched]   0.930\u{a0}±\u{a0}0.100      1.034\u{a0}±\u{a0}0.010",
            )
        );
    }

    #[test]
    fn what_is_still_too_wide_is_broken_between_words() {
        let narrow = table().told(Some(50));
        assert!(!is_wider(&narrow, 50), "{narrow}");
        let rows = " gap[way:       0.930\u{a0}±\u{a0}0.100   1.034\u{a0}±\u{a0}0.010\n switched]";
        assert!(narrow.ends_with(rows), "{narrow}");
    }

    #[test]
    fn what_is_too_wide_even_so_has_its_name_on_a_line_of_its_own() {
        let narrow = table().told(Some(42));
        assert!(!is_wider(&narrow, 42), "{narrow}");
        let rows = " gap[way: switched]\n   0.930\u{a0}±\u{a0}0.100      1.034\u{a0}±\u{a0}0.010";
        assert!(narrow.ends_with(rows), "{narrow}");
    }

    #[test]
    fn a_lone_row_stays_whole() {
        let mut lone = table();
        lone.rows.truncate(1);
        assert!(lone.told(Some(70)).contains("noisy_cifar"));
        assert!(!lone.told(Some(70)).contains("in all rows"));
    }
}
