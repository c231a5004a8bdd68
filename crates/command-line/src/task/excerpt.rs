//! What of a long output is worth a terminal's room?

use std::borrow::Cow;

/// The most lines of an output that are shown at its beginning, and at its end.
const LINES_AT_EACH_END: usize = 60;
/// The most characters of a line that are shown.
const CHARS_OF_A_LINE: usize = 400;

/// The beginning and the end of a text, with a word about what lies between; `--json` has all of it.
pub fn of(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let between = lines.len().saturating_sub(2 * LINES_AT_EACH_END);
    if between < 2 {
        return joined(&lines);
    }
    let (head, tail) = (&lines[..LINES_AT_EACH_END], &lines[lines.len() - LINES_AT_EACH_END..]);
    format!("{}\n… {between} lines more; --json has all of them …\n{}", joined(head), joined(tail))
}

fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| shortened(line)).collect::<Vec<_>>().join("\n")
}

fn shortened(line: &str) -> Cow<'_, str> {
    match line.char_indices().nth(CHARS_OF_A_LINE) {
        None => line.into(),
        Some((end, _)) => {
            let (shown, rest) = line.split_at(end);
            format!("{shown} … {} characters more; --json has all of them", rest.chars().count()).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_short_output_is_shown_whole() {
        let text = (0..121).map(|line| line.to_string()).collect::<Vec<_>>().join("\n");
        assert_eq!(of(&text), text);
        assert_eq!(of("é".repeat(400).as_str()), "é".repeat(400));
    }

    #[test]
    fn of_a_long_output_both_ends_are_shown() {
        let text = (0..1_000).map(|line| format!("line {line}")).collect::<Vec<_>>().join("\n");
        let shown = of(&text);
        assert!(shown.starts_with("line 0\n") && shown.ends_with("line 999"), "{shown}");
        assert!(shown.contains("line 59\n… 880 lines more; --json has all of them …\nline 940\n"), "{shown}");
    }

    #[test]
    fn of_a_long_line_the_beginning_is_shown() {
        assert_eq!(
            of(&"é".repeat(1_048)),
            format!("{} … 648 characters more; --json has all of them", "é".repeat(400))
        );
    }
}
