//! What of a report fits into the size that a coordinator takes?
//!
//! What fits is decided by adding up lengths, each taken once: a program's files must not decide how long this takes.

use super::report::note;
use edgecoder_wire::tasks::{MAX_REPORT_BYTES, Report};
use serde::Serialize;
use std::{io, mem};

/// What a report that was cut says of itself.
const CUT: &str = "the diff, some files or some output are left out: the report would be too long";
/// Kept free for [`CUT`], with all that comes around it.
const NOTE_ROOM: usize = 256;
const _: () = assert!(CUT.len() + 64 <= NOTE_ROOM && NOTE_ROOM < MAX_REPORT_BYTES, "the note itself fits");
/// Output that was halved so often is empty, however long it was.
const MAX_HALVINGS: u32 = usize::BITS;

/// The JSON of a report. Where it is too long, the diff goes first, then files, the last ones before the first, then output.
pub fn within_limit(mut report: Report) -> Vec<u8> {
    let limit = MAX_REPORT_BYTES.saturating_sub(NOTE_ROOM);
    let (mut files, diff) = (mem::take(&mut report.files), report.diff.take());
    let output = cut_output(&mut report, limit);
    let mut room = limit.saturating_sub(output.length);
    let kept = how_many_fit(&files, &mut room);
    let mut is_cut = output.is_cut || kept < files.len();
    files.truncate(kept);
    report.files = files;
    if let Some(diff) = diff {
        if !is_cut && length(&diff) <= room {
            report.diff = Some(diff);
        } else {
            is_cut = true;
        }
    }
    if is_cut {
        note(&mut report, CUT);
    }
    serde_json::to_vec(&report).expect("texts and numbers are JSON")
}

struct Output {
    length: usize,
    is_cut: bool,
}

/// Halves what a report says without files and diff until it takes at most `limit`.
fn cut_output(report: &mut Report, limit: usize) -> Output {
    let mut output = Output { length: length(report), is_cut: false };
    for _ in 0..MAX_HALVINGS {
        if output.length <= limit {
            break;
        }
        keep_begin(&mut report.stdout);
        keep_begin(&mut report.stderr);
        if let Some(tests) = &mut report.tests {
            tests.failures.truncate(tests.failures.len() / 2);
        }
        output = Output { length: length(report), is_cut: true };
    }
    output
}

/// Keeps the first half of a text.
fn keep_begin(text: &mut String) {
    let half = text.floor_char_boundary(text.len() / 2);
    text.truncate(half);
}

/// How many of the first items fit into a list that may grow by `room` bytes; their bytes are taken out of it.
fn how_many_fit<T: Serialize>(items: &[T], room: &mut usize) -> usize {
    let fits = |item: &&T| {
        // With the comma that parts it from the next one.
        let left = room.checked_sub(length(*item).saturating_add(1));
        if let Some(left) = left {
            *room = left;
        }
        left.is_some()
    };
    items.iter().take_while(fits).count()
}

/// How long the JSON of a value is, which nobody keeps.
fn length(value: &impl Serialize) -> usize {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, value).expect("texts and numbers are JSON, and counting does not fail");
    length.0
}

/// Takes bytes and remembers how many.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::report::refused;
    use edgecoder_wire::tasks::{SourceFile, TestFailure, TestReport};
    use serde::Serializer;
    use std::cell::Cell;

    /// A program of a stranger writes this: its JSON is six times as long.
    const CONTROL: &str = "\u{1}";

    fn file(number: usize, content: String) -> SourceFile {
        SourceFile { path: format!("f{number:04}"), content }
    }

    fn cut(report: Report) -> Report {
        let json = within_limit(report);
        assert!(json.len() <= MAX_REPORT_BYTES, "{} bytes", json.len());
        serde_json::from_slice(&json).unwrap()
    }

    /// A file that counts how often somebody encodes it.
    struct Watched<'a>(SourceFile, &'a Cell<usize>);

    impl Serialize for Watched<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.1.set(self.1.get() + 1);
            self.0.serialize(serializer)
        }
    }

    #[test]
    fn a_file_is_looked_at_once_and_none_behind_the_first_that_does_not_fit() {
        let looks = Cell::new(0);
        let files: Vec<_> = (0..4_880).map(|number| Watched(file(number, CONTROL.repeat(6_500)), &looks)).collect();
        let mut room = MAX_REPORT_BYTES;
        let kept = how_many_fit(&files, &mut room);
        assert_eq!((kept, looks.get()), (107, 108));
    }

    #[test]
    fn thousands_of_files_of_control_characters_are_cut_to_the_first_ones() {
        let files = (0..4_880).map(|number| file(number, CONTROL.repeat(6_500))).collect();
        let report = cut(Report { files, diff: Some(CONTROL.repeat(1_000)), ..refused("said".to_owned()) });
        assert_eq!(report.files.len(), 107);
        assert_eq!(report.files[106].path, "f0106");
        assert_eq!((report.diff, report.stderr), (None, format!("said\n[edgecoder] {CUT}\n")));
    }

    #[test]
    fn the_diff_goes_before_a_file_does() {
        let files = vec![file(1, "x".repeat(MAX_REPORT_BYTES / 2))];
        let report = Report { files, diff: Some("x".repeat(MAX_REPORT_BYTES / 2)), ..refused(String::new()) };
        let report = cut(report);
        assert_eq!((report.files.len(), report.diff), (1, None));
        assert_eq!(report.stderr, format!("[edgecoder] {CUT}\n"));
    }

    #[test]
    fn what_fits_is_left_as_it_is() {
        let (files, diff) = (vec![file(1, CONTROL.repeat(9)), file(2, String::new())], Some("+x".to_owned()));
        let whole = Report { files, diff, ..refused("why".to_owned()) };
        assert_eq!(cut(whole.clone()), whole);
    }

    #[test]
    fn output_that_is_too_long_alone_keeps_its_begin_and_says_so() {
        let failures = vec![TestFailure { name: String::new(), message: CONTROL.repeat(MAX_REPORT_BYTES) }; 3];
        let tests = Some(TestReport { passed: 1, failures });
        let report = cut(Report { stdout: CONTROL.repeat(1_000_000), tests, ..refused(String::new()) });
        assert!(report.tests.unwrap().failures.is_empty());
        assert!(!report.stdout.is_empty() && report.stdout.len() < 1_000_000);
        assert!(report.stderr.ends_with(&format!("[edgecoder] {CUT}\n")));
    }

    #[test]
    fn a_length_is_that_of_the_json() {
        let report = refused("\u{1}\"\\ä\n".to_owned());
        assert_eq!(length(&report), serde_json::to_vec(&report).unwrap().len());
    }
}
