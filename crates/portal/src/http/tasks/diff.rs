//! How is a unified diff shown to people? File by file, each line with its numbers and a sign, not by colour alone.

use crate::text::ENGLISH;
use edgecoder_service_kit::diffs::{self, Change, FileDiff, Hunk};

/// As many lines of one diff are shown.
const MAX_LINES: usize = 2_000;

/// A diff for a page.
pub struct ShownDiff {
    pub files: Vec<ShownFile>,
    /// The text as it came, where it is no diff that can be read.
    pub unread: Option<String>,
    /// Lines that are left out, for there are too many.
    pub left_out: usize,
}

/// What a diff says of one file.
pub struct ShownFile {
    pub path: String,
    /// Whether it is new, changed, removed.
    pub what: &'static str,
    pub added: usize,
    pub removed: usize,
    pub lines: Vec<ShownLine>,
}

/// One line.
pub struct ShownLine {
    /// For the style sheet.
    pub class: &'static str,
    /// Its numbers in the file before and after; nothing where it is not in it.
    pub before: String,
    pub after: String,
    pub sign: &'static str,
    pub text: String,
}

/// Reads a diff for a page.
pub fn shown(diff: &str) -> ShownDiff {
    let Ok(read) = diffs::parse(diff) else {
        return ShownDiff { files: Vec::new(), unread: Some(diff.to_owned()), left_out: 0 };
    };
    let (mut left, mut left_out, mut files) = (MAX_LINES, 0, Vec::with_capacity(read.len()));
    for file in &read {
        let mut lines = lines(file);
        left_out += lines.len().saturating_sub(left);
        lines.truncate(left);
        left -= lines.len();
        files.push(ShownFile {
            path: file.path().to_owned(),
            what: what(file),
            added: file.count(Change::Added),
            removed: file.count(Change::Removed),
            lines,
        });
    }
    ShownDiff { files, unread: None, left_out }
}

fn what(file: &FileDiff) -> &'static str {
    match (&file.before, &file.after) {
        _ if file.hunks.is_empty() => ENGLISH.diff_binary,
        (None, _) => ENGLISH.diff_new,
        (Some(_), None) => ENGLISH.diff_removed,
        (Some(_), Some(_)) => ENGLISH.diff_changed,
    }
}

/// The lines of a file, with one that says "…" between its hunks.
fn lines(file: &FileDiff) -> Vec<ShownLine> {
    let mut lines = Vec::new();
    for hunk in &file.hunks {
        if !lines.is_empty() {
            let gap =
                ShownLine { class: "gap", before: "…".into(), after: "…".into(), sign: "", text: String::new() };
            lines.push(gap);
        }
        lines.extend(lines_of(hunk));
    }
    lines
}

fn lines_of(hunk: &Hunk) -> impl Iterator<Item = ShownLine> {
    let (mut before, mut after) = (hunk.before, hunk.after);
    hunk.lines.iter().map(move |line| {
        let (class, sign) = match line.change {
            Change::Kept => ("kept", " "),
            Change::Removed => ("removed", "−"),
            Change::Added => ("added", "+"),
        };
        let (is_before, is_after) = (line.change != Change::Added, line.change != Change::Removed);
        let before = if is_before { next(&mut before) } else { String::new() };
        let after = if is_after { next(&mut after) } else { String::new() };
        ShownLine { class, before, after, sign, text: line.text.clone() }
    })
}

/// The number of a line; the line behind it has the next.
fn next(number: &mut usize) -> String {
    let shown = number.to_string();
    *number += 1;
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_its_numbers_and_a_sign() {
        let diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n@@ -9 +9,2 @@\n nine\n+ten\n";
        let shown = shown(diff);
        let file = &shown.files[0];
        assert_eq!((file.path.as_str(), file.what, file.added, file.removed), ("x", ENGLISH.diff_changed, 2, 1));
        let told: Vec<String> =
            file.lines.iter().map(|it| format!("{}/{}{}{}", it.before, it.after, it.sign, it.text)).collect();
        assert_eq!(told, ["1/1 one", "2/−two", "/2+2", "…/…", "9/9 nine", "/10+ten"]);
    }

    #[test]
    fn what_is_no_diff_is_shown_as_it_came_and_a_long_one_in_part() {
        assert_eq!(shown("hello").unread.as_deref(), Some("hello"));
        let many = MAX_LINES + 7;
        let long = format!("--- /dev/null\n+++ b/x\n@@ -0,0 +1,{many} @@\n{}", "+line\n".repeat(many));
        let shown = shown(&long);
        assert_eq!((shown.files[0].lines.len(), shown.left_out, shown.files[0].added), (MAX_LINES, 7, many));
    }
}
