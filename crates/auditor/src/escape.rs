//! What does a text from the log look like when a terminal must not obey it?

/// Writes control characters, and those that turn the direction of writing, as `\u{…}`.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || turns_direction(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn a_terminal_sees_no_command_and_no_second_line() {
        assert_eq!(escape("a\x1b[2Jb\nc\u{9b}d\u{202e}e\u{61c}"), "a\\u{1b}[2Jb\\nc\\u{9b}d\\u{202e}e\\u{61c}");
        assert_eq!(escape("grüße 漢字"), "grüße 漢字");
    }
}
