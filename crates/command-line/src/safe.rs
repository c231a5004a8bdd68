//! How is a text of strangers shown so that it can not steer the terminal?
//!
//! Programs of strangers print what they like: escape sequences that rename windows, colour everything or write into
//! the clipboard, and marks that turn the direction of reading. What would steer is shown as `\u{1b}`.

/// Makes a text of several lines harmless; line ends and tabs stay.
pub fn printable(text: &str) -> String {
    escape_where(text, |c| !matches!(c, '\n' | '\t') && steers(c))
}

/// Makes a text harmless and one line of it, so that it can not pose as the next one.
pub fn one_line(text: &str) -> String {
    escape_where(text, steers)
}

fn escape_where(text: &str, dangerous: impl Fn(char) -> bool) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if dangerous(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Control characters (C0, DEL, C1), line and paragraph separators, and marks of writing direction.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_steers_a_terminal_is_shown_and_not_sent() {
        assert_eq!(printable("\u{1b}]0;owned\u{7}\u{9b}31mred\u{202e}"), r"\u{1b}]0;owned\u{7}\u{9b}31mred\u{202e}");
        assert_eq!(printable("100 %\rdone\u{8}"), r"100 %\rdone\u{8}");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        assert_eq!(printable("grüße\n\tπ ≈ 3 🙂\n"), "grüße\n\tπ ≈ 3 🙂\n");
        assert_eq!(one_line("a\nb"), r"a\nb");
    }

    proptest! {
        #[test]
        fn no_text_carries_a_control_character_through(text in any::<String>()) {
            prop_assert!(printable(&text).chars().all(|c| matches!(c, '\n' | '\t') || !c.is_control()));
            prop_assert!(!one_line(&text).chars().any(char::is_control));
        }
    }
}
