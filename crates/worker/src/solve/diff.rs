//! What is different from what was submitted? A unified diff, as `patch` and people read it.

use super::workspace::Workspace;
use similar::TextDiff;
use std::{fmt::Write, time::Duration};

/// Longer diffs are left out: the files themselves are in the report.
const MAX_DIFF_BYTES: usize = 512 * 1024;
/// The comparison of one file gives up looking for the shortest diff after this time.
const MAX_COMPARE: Duration = Duration::from_millis(500);
const NOWHERE: &str = "/dev/null";

/// The diff from `submitted` to the files of `written`; `None` where nothing differs or it is too long.
pub fn unified(submitted: &Workspace, written: &Workspace) -> Option<String> {
    let mut whole = String::new();
    for (path, bytes) in written.files() {
        let (Ok(after), Ok(before)) = (str::from_utf8(bytes), str::from_utf8(submitted.get(path).unwrap_or_default()))
        else {
            let _ = writeln!(whole, "Binary files a/{path} and b/{path} differ");
            continue;
        };
        let from = submitted.get(path).map_or_else(|| NOWHERE.to_owned(), |_| format!("a/{path}"));
        let diff = TextDiff::configure().timeout(MAX_COMPARE).diff_lines(before, after);
        let _ = write!(whole, "{}", diff.unified_diff().header(&from, &format!("b/{path}")));
        if whole.len() > MAX_DIFF_BYTES {
            return None;
        }
    }
    Some(whole).filter(|diff| !diff.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(pairs: &[(&str, &str)]) -> Workspace {
        let mut files = Workspace::default();
        for (path, text) in pairs {
            files.put(path, text.as_bytes().to_vec());
        }
        files
    }

    #[test]
    fn a_changed_line_and_a_new_file_read_as_patch_expects_them() {
        let submitted = files(&[("a.py", "one\ntwo\nthree\n"), ("untouched.py", "x\n")]);
        let written = files(&[("a.py", "one\n2\nthree\n"), ("new.py", "hi\n")]);
        let expected = "--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n\
                        --- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+hi\n";
        assert_eq!(unified(&submitted, &written).as_deref(), Some(expected));
    }

    #[test]
    fn a_missing_last_line_end_is_told() {
        let diff = unified(&files(&[("a", "x\n")]), &files(&[("a", "x")])).unwrap();
        assert!(diff.ends_with("-x\n+x\n\\ No newline at end of file\n"), "{diff}");
    }

    #[test]
    fn what_is_the_same_makes_no_diff() {
        let same = files(&[("a", "x\n")]);
        assert_eq!(unified(&same, &same), None);
    }

    #[test]
    fn a_diff_longer_than_its_limit_is_left_out() {
        let long = "line\n".repeat(MAX_DIFF_BYTES / 5);
        assert_eq!(unified(&Workspace::default(), &files(&[("a", &long)])), None);
    }
}
