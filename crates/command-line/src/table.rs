//! How do rows become columns that a person can follow?

use crate::{
    safe::one_line,
    text::{Style, Text},
};

const GAP: usize = 2;

/// Rows under a heading; every column but the last is as wide as its widest cell.
#[derive(Debug)]
pub struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<(Style, String)>>,
}

impl Table {
    /// A table without rows.
    pub fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), rows: Vec::new() }
    }

    /// Adds a row with as many cells as there are headings.
    pub fn row(&mut self, cells: Vec<(Style, String)>) {
        self.rows.push(cells.into_iter().map(|(style, cell)| (style, one_line(&cell))).collect());
    }

    /// The whole table, its lines cut at `width` columns where that is given.
    pub fn text(&self, width: Option<usize>) -> Text {
        let headings = self.headings.iter().map(|heading| (Style::Dim, (*heading).to_owned())).collect::<Vec<_>>();
        let widths = self.widths(&headings);
        let lines = std::iter::once(&headings).chain(&self.rows);
        lines.fold(Text::new(), |text, row| text.then(line(row, &widths, width.unwrap_or(usize::MAX))))
    }

    fn widths(&self, headings: &[(Style, String)]) -> Vec<usize> {
        let widest = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).chain(headings.get(column));
            cells.map(|(_, cell)| cell.chars().count()).max().unwrap_or(0)
        };
        (0..headings.len()).map(widest).collect()
    }
}

fn line(row: &[(Style, String)], widths: &[usize], mut room: usize) -> Text {
    let mut text = Text::new();
    for (column, (style, cell)) in row.iter().enumerate() {
        let is_last = column + 1 == row.len();
        let shown = shortened(cell, room);
        let used = shown.chars().count();
        text = text.styled(*style, &shown);
        let padded = widths[column] + GAP;
        if !is_last && room > padded {
            text = text.plain(" ".repeat(padded - used));
        }
        room = room.saturating_sub(padded);
    }
    text.end_line()
}

fn shortened(cell: &str, room: usize) -> String {
    if cell.chars().count() <= room {
        return cell.to_owned();
    }
    let kept = cell.chars().take(room.saturating_sub(1)).collect::<String>();
    if room == 0 { kept } else { kept + "…" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&["NAME", "STATE"]);
        table.row(vec![(Style::Plain, "a-long-name".into()), (Style::Plain, "completed".into())]);
        table.row(vec![(Style::Plain, "b".into()), (Style::Plain, "failed\u{1b}".into())]);
        table
    }

    #[test]
    fn columns_stand_below_each_other() {
        let expected = "NAME         STATE\na-long-name  completed\nb            failed\\u{1b}\n";
        assert_eq!(table().text(None).render(false), expected);
    }

    #[test]
    fn a_narrow_terminal_cuts_lines_and_breaks_none() {
        for width in 1..30 {
            let rendered = table().text(Some(width)).render(false);
            assert_eq!(rendered.lines().count(), 3);
            assert!(rendered.lines().all(|line| line.chars().count() <= width), "{width}: {rendered}");
        }
    }
}
