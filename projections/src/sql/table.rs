//! How are many rows written, and many keys looked up, with few statements?

use super::{Cell, Colour, Database, Row, Tx, database::Placeholders};
use crate::ProjectionError;
use std::fmt::Write as _;

/// How many rows one statement carries: few different numbers, so that a connection prepares few statements.
const SIZES: [usize; 4] = [256, 32, 4, 1];

/// A table as its projection writes it; names carry a double underscore for the colour.
pub(crate) struct Table {
    pub name: &'static str,
    pub columns: &'static [&'static str],
    /// A row with the same key is replaced; where there is no key, rows are only added.
    pub key: &'static [&'static str],
}

/// `($1,$2),($3,$4)` or `(?,?),(?,?)` for two rows of two columns.
fn placeholders(style: Placeholders, rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { "," };
            match style {
                Placeholders::Numbered => write!(text, "{comma}${}", row * columns + column + 1),
                Placeholders::Unnumbered => write!(text, "{comma}?"),
            }
            .expect("a text takes any text");
        }
        text.push(')');
    }
    text
}

fn size_for(left: usize) -> usize {
    SIZES.into_iter().find(|size| *size <= left).unwrap_or(1)
}

/// The keys in portions of a few sizes.
fn portions(keys: &[Cell]) -> impl Iterator<Item = Vec<Cell>> {
    keys.chunks(SIZES[0]).map(|portion| {
        let size = SIZES.into_iter().rev().find(|size| *size >= portion.len()).unwrap_or(SIZES[0]);
        let fill = portion.last().into_iter().cycle().cloned();
        portion.iter().cloned().chain(fill).take(size).collect()
    })
}

impl Table {
    /// Writes the rows: adds those that are new, replaces those that are not.
    pub(crate) async fn write(&self, tx: &mut Tx, colour: Colour, rows: Vec<Vec<Cell>>) -> Result<(), ProjectionError> {
        let style = tx.placeholder_style();
        let mut left = rows.len();
        let mut rows = rows.into_iter();
        while left > 0 {
            let size = size_for(left);
            let cells = rows.by_ref().take(size).flatten().collect();
            tx.execute(self.insert(style, colour, size), cells).await?;
            left -= size;
        }
        Ok(())
    }

    /// Reads with a statement that ends in `IN`, in portions of a few sizes: the last key fills a portion up.
    pub(crate) async fn read_where_in(tx: &mut Tx, sql: &str, keys: &[Cell]) -> Result<Vec<Row>, ProjectionError> {
        let style = tx.placeholder_style();
        let mut found = Vec::new();
        for cells in portions(keys) {
            found.extend(tx.read(format!("{sql} {}", placeholders(style, 1, cells.len())), cells).await?);
        }
        Ok(found)
    }

    /// As [`Self::read_where_in`], beside whoever writes. The statement has no other values.
    pub(crate) async fn read_where_in_of(
        database: &Database,
        sql: &str,
        keys: &[Cell],
    ) -> Result<Vec<Row>, ProjectionError> {
        let style = database.placeholder_style();
        let mut found = Vec::new();
        for cells in portions(keys) {
            let sql = format!("{sql} {}", placeholders(style, 1, cells.len()));
            found.extend(database.read(&sql, cells).await?);
        }
        Ok(found)
    }

    fn insert(&self, style: Placeholders, colour: Colour, rows: usize) -> String {
        let columns = self.columns.join(",");
        let values = placeholders(style, rows, self.columns.len());
        let mut sql = format!("INSERT INTO {} ({columns}) VALUES {values}", colour.paint(self.name));
        if !self.key.is_empty() {
            let changed = self.columns.iter().filter(|it| !self.key.contains(it));
            let set: Vec<_> = changed.map(|it| format!("{it}=excluded.{it}")).collect();
            write!(sql, " ON CONFLICT ({}) DO UPDATE SET {}", self.key.join(","), set.join(","))
                .expect("a text takes any text");
        }
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_with_the_same_key_is_replaced_in_the_colour_that_is_written() {
        let table = Table { name: "a__b", columns: &["k", "v"], key: &["k"] };
        assert_eq!(
            table.insert(Placeholders::Numbered, Colour::Green, 2),
            "INSERT INTO a_green_b (k,v) VALUES ($1,$2),($3,$4) ON CONFLICT (k) DO UPDATE SET v=excluded.v"
        );
    }
}
