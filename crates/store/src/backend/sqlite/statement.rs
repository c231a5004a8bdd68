//! How are many rows written or asked for in one statement?

use sqlx::AssertSqlSafe;
use std::fmt::Write;

/// The most rows of one statement; its text is cached by its number of rows.
pub(super) const ROWS: usize = 128;
/// How many statements a connection keeps prepared: one per number of rows, and some to spare.
pub(super) const CACHED: usize = ROWS * 2;

/// `head (?,?),(?,?)… tail`, with `rows` groups of `columns` places. Nothing of a caller gets into the text.
pub(super) fn with_rows(head: &'static str, columns: usize, rows: usize, tail: &'static str) -> AssertSqlSafe<String> {
    let group = format!("({})", vec!["?"; columns].join(","));
    let mut text = String::with_capacity(head.len() + tail.len() + rows * (group.len() + 1));
    text.push_str(head);
    for row in 0..rows {
        let comma = if row == 0 { "" } else { "," };
        write!(text, "{comma}{group}").expect("writing to a string cannot fail");
    }
    text.push_str(tail);
    AssertSqlSafe(text)
}
