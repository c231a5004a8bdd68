//! What does a unified diff say, file by file, and does it fit the files that it begins with?

use edgecoder_wire::tasks::SourceFile;

/// How a diff calls a file that is not there.
const NOWHERE: &str = "/dev/null";
/// Further down in a file there is no line.
const MAX_LINE: usize = 100_000_000;
const NO_LAST_LINE_END: char = '\\';
/// What tools write around the files of a diff: it says nothing of their lines.
const PREAMBLES: [&str; 7] =
    ["diff ", "index ", "new file mode ", "deleted file mode ", "old mode ", "new mode ", "similarity index "];

/// What a diff says of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDiff {
    /// Its path before; none where it is new.
    pub before: Option<String>,
    /// Its path after; none where it is removed.
    pub after: Option<String>,
    /// Nothing of them where its bytes are no text.
    pub hunks: Vec<Hunk>,
}

/// A stretch of lines, with where it begins in the file before and after, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    pub before: usize,
    pub after: usize,
    pub lines: Vec<Line>,
}

/// A line, without the sign that says what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub change: Change,
    pub text: String,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Kept,
    Removed,
    Added,
}

/// Why a text is no unified diff, or not one of these files. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiffError {
    #[error("line {0}: expected --- and the path of a file")]
    NoFile(usize),
    #[error("line {0}: expected +++ and the path of a file")]
    NoSecondPath(usize),
    #[error("line {0}: expected a hunk such as @@ -1,3 +1,4 @@")]
    NoHunk(usize),
    #[error("line {0}: the hunk has other lines than its @@ says")]
    WrongCount(usize),
    #[error("nothing is changed")]
    Empty,
    #[error("{0} is not among the files that the change begins with")]
    NotThere(String),
    #[error("{0} is there already")]
    ThereAlready(String),
    #[error("{path}: line {line} of the file is another one than the diff says")]
    DoesNotFit { path: String, line: usize },
}

impl FileDiff {
    /// The path by which people know the file.
    pub fn path(&self) -> &str {
        self.after.as_deref().or(self.before.as_deref()).unwrap_or(NOWHERE)
    }

    /// How many lines change so.
    pub fn count(&self, change: Change) -> usize {
        self.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.change == change).count()
    }

    fn fits(&self, files: &[SourceFile], is_all: bool) -> Result<(), DiffError> {
        let named = |path: &String| files.iter().find(|file| file.path == *path);
        match (&self.before, self.before.as_ref().and_then(named)) {
            (Some(path), Some(file)) => {
                let lines: Vec<&str> = file.content.lines().collect();
                self.hunks.iter().try_for_each(|hunk| hunk.fits(path, &lines))
            }
            (Some(path), None) if is_all => Err(DiffError::NotThere(path.clone())),
            (None, _) => match self.after.as_ref().and_then(named) {
                Some(file) => Err(DiffError::ThereAlready(file.path.clone())),
                None => Ok(()),
            },
            (Some(_), None) => Ok(()),
        }
    }
}

impl Hunk {
    fn fits(&self, path: &str, file: &[&str]) -> Result<(), DiffError> {
        let old = self.lines.iter().filter(|line| line.change != Change::Added);
        for (line, number) in old.zip(self.before..) {
            let there = number.checked_sub(1).and_then(|place| file.get(place));
            if there.is_none_or(|there| *there != line.text) {
                return Err(DiffError::DoesNotFit { path: path.to_owned(), line: number });
            }
        }
        Ok(())
    }
}

/// Reads a unified diff as `diff -u`, git and the workers of EdgeCoder write it.
///
/// # Errors
/// Names the line that is none of a unified diff.
pub fn parse(text: &str) -> Result<Vec<FileDiff>, DiffError> {
    let mut reader = Reader { lines: text.lines().collect(), next: 0 };
    let mut files = Vec::new();
    while let Some(line) = reader.peek() {
        if let Some(told) = line.strip_prefix("Binary files ") {
            reader.next += 1;
            files.push(binary(told));
        } else if line.trim().is_empty() || PREAMBLES.iter().any(|it| line.starts_with(it)) {
            reader.next += 1;
        } else {
            files.push(reader.file()?);
        }
    }
    if files.is_empty() { Err(DiffError::Empty) } else { Ok(files) }
}

/// Checks that the lines which a diff keeps or removes are those of `files`, as far as they are known: `is_all` says
/// that there are no others.
///
/// # Errors
/// Names the file and the line that is another one.
pub fn fits(diff: &[FileDiff], files: &[SourceFile], is_all: bool) -> Result<(), DiffError> {
    diff.iter().try_for_each(|file| file.fits(files, is_all))
}

/// `a/x and b/x differ`: that is all there is to know.
fn binary(told: &str) -> FileDiff {
    let paths = told.strip_suffix(" differ").unwrap_or(told).split_once(" and ");
    let (before, after) = paths.map_or((None, path(told)), |(before, after)| (path(before), path(after)));
    FileDiff { before, after, hunks: Vec::new() }
}

/// A path without the side's mark before it and a time behind it.
fn path(told: &str) -> Option<String> {
    let told = told.split('\t').next().unwrap_or_default().trim_end();
    let bare = told.strip_prefix("a/").or_else(|| told.strip_prefix("b/")).unwrap_or(told);
    (told != NOWHERE).then(|| bare.to_owned())
}

struct Reader<'a> {
    lines: Vec<&'a str>,
    next: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.lines.get(self.next).copied()
    }

    /// The number of the line that is read next.
    fn number(&self) -> usize {
        self.next + 1
    }

    fn file(&mut self) -> Result<FileDiff, DiffError> {
        let before = self.header("--- ").ok_or(DiffError::NoFile(self.number()))?;
        let after = self.header("+++ ").ok_or(DiffError::NoSecondPath(self.number()))?;
        let mut hunks = Vec::new();
        while let Some(line) = self.peek().filter(|line| line.starts_with("@@")) {
            let spans = spans(line).ok_or(DiffError::NoHunk(self.number()))?;
            self.next += 1;
            hunks.push(self.hunk(spans)?);
        }
        if hunks.is_empty() {
            return Err(DiffError::NoHunk(self.number()));
        }
        Ok(FileDiff { before: path(before), after: path(after), hunks })
    }

    fn header(&mut self, mark: &str) -> Option<&'a str> {
        let told = self.peek()?.strip_prefix(mark)?;
        self.next += 1;
        Some(told)
    }

    fn hunk(&mut self, (before, after): (Span, Span)) -> Result<Hunk, DiffError> {
        let (mut old, mut new, mut lines) = (before.lines, after.lines, Vec::new());
        while old > 0 || new > 0 {
            let wrong = DiffError::WrongCount(self.number());
            let Some((change, text)) = self.peek().and_then(line) else { return Err(wrong) };
            let left = match change {
                Some(Change::Kept) => (old.checked_sub(1), new.checked_sub(1)),
                Some(Change::Removed) => (old.checked_sub(1), Some(new)),
                Some(Change::Added) => (Some(old), new.checked_sub(1)),
                None => (Some(old), Some(new)),
            };
            let (Some(old_left), Some(new_left)) = left else { return Err(wrong) };
            (old, new) = (old_left, new_left);
            lines.extend(change.map(|change| Line { change, text: text.to_owned() }));
            self.next += 1;
        }
        if self.peek().is_some_and(|line| line.starts_with(NO_LAST_LINE_END)) {
            self.next += 1;
        }
        Ok(Hunk { before: before.first, after: after.first, lines })
    }
}

/// A line of a hunk; no change where it only says that a last line has no end. Editors cut the blank of an empty line.
fn line(line: &str) -> Option<(Option<Change>, &str)> {
    let mut letters = line.chars();
    let change = match letters.next() {
        None | Some(' ') => Some(Change::Kept),
        Some('-') => Some(Change::Removed),
        Some('+') => Some(Change::Added),
        Some(NO_LAST_LINE_END) => None,
        Some(_) => return None,
    };
    Some((change, letters.as_str()))
}

/// Where a stretch begins in a file, and how many lines of it there are.
struct Span {
    first: usize,
    lines: usize,
}

/// `@@ -1,3 +1,4 @@` and whatever stands behind it.
fn spans(line: &str) -> Option<(Span, Span)> {
    let (before, rest) = line.strip_prefix("@@ -")?.split_once(" +")?;
    let (after, _) = rest.split_once(" @@")?;
    Some((span(before)?, span(after)?))
}

fn span(text: &str) -> Option<Span> {
    let (first, lines) = text.split_once(',').unwrap_or((text, "1"));
    let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number <= MAX_LINE);
    Some(Span { first: number(first)?, lines: number(lines)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGED: &str = "--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n";
    const NEW: &str = "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+hi\n\\ No newline at end of file\n";

    fn file(path: &str, content: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), content: content.to_owned() }
    }

    #[test]
    fn what_workers_and_git_write_is_read_file_by_file() {
        let files = parse(&format!("diff --git a/a.py b/a.py\nindex 1..2 100644\n{CHANGED}{NEW}")).unwrap();
        assert_eq!(files.iter().map(FileDiff::path).collect::<Vec<_>>(), ["a.py", "new.py"]);
        assert_eq!((files[0].count(Change::Added), files[0].count(Change::Removed)), (1, 1));
        assert_eq!((&files[1].before, files[1].hunks[0].after), (&None, 1));
        let binary = parse("Binary files a/x.bin and b/x.bin differ\n").unwrap();
        assert_eq!((binary[0].path(), binary[0].hunks.len()), ("x.bin", 0));
    }

    #[test]
    fn lines_that_look_like_the_head_of_a_file_are_lines_of_a_hunk() {
        let files = parse("--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n--- old\n+++ new\n+@@ -1 +1 @@\n").unwrap();
        assert_eq!((files.len(), files[0].hunks[0].lines.len()), (1, 3));
        assert_eq!(files[0].hunks[0].lines[0], Line { change: Change::Removed, text: "-- old".to_owned() });
    }

    #[test]
    fn what_is_no_unified_diff_is_refused_by_the_line() {
        for (text, wrong) in [
            ("", DiffError::Empty),
            ("hello", DiffError::NoFile(1)),
            ("--- a/x\n@@ -1 +1 @@\n", DiffError::NoSecondPath(2)),
            ("--- a/x\n+++ b/x\n", DiffError::NoHunk(3)),
            ("--- a/x\n+++ b/x\n@@ 1 @@\n", DiffError::NoHunk(3)),
            ("--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-x\n", DiffError::WrongCount(5)),
            ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n-y\n", DiffError::WrongCount(5)),
            ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n+y\n+z\n", DiffError::NoFile(6)),
            ("--- a/x\n+++ b/x\n@@ -99999999999999999999999 +1 @@\n", DiffError::NoHunk(3)),
            ("--- a/x\n+++ b/x\n@@ -18446744073709551615 +1 @@\n", DiffError::NoHunk(3)),
        ] {
            assert_eq!(parse(text), Err(wrong), "{text:?}");
        }
    }

    #[test]
    fn a_diff_fits_only_the_files_that_it_begins_with() {
        let (changed, new) = (parse(CHANGED).unwrap(), parse(NEW).unwrap());
        let fitting = [file("a.py", "one\ntwo\nthree")];
        assert_eq!(fits(&changed, &fitting, true), Ok(()));
        let other = fits(&changed, &[file("a.py", "one\n2\nthree\n")], true);
        assert_eq!(other, Err(DiffError::DoesNotFit { path: "a.py".to_owned(), line: 2 }));
        assert_eq!(fits(&changed, &[], true), Err(DiffError::NotThere("a.py".to_owned())));
        assert_eq!(fits(&changed, &[], false), Ok(()), "it may be in the snapshot");
        assert_eq!(fits(&new, &fitting, true), Ok(()));
        assert_eq!(fits(&new, &[file("new.py", "")], false), Err(DiffError::ThereAlready("new.py".to_owned())));
    }
}
