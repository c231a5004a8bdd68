//! What does a person read, and in which colours?
//!
//! Every piece is made harmless when it is rendered ([`crate::safe`]), so no caller can forget to.

use crate::safe::{one_line, printable};

/// How a piece of text looks where colours are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Bold,
    Dim,
    Good,
    Bad,
    Notice,
}

impl Style {
    /// The number in the escape sequence that begins the style.
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Bold => Some("1"),
            Self::Dim => Some("2"),
            Self::Good => Some("32"),
            Self::Bad => Some("31"),
            Self::Notice => Some("33"),
        }
    }
}

/// Pieces of text, each with its style.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    pieces: Vec<(Style, String)>,
}

impl Text {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One line of one style.
    pub fn line(style: Style, text: impl AsRef<str>) -> Self {
        Self::new().styled(style, text).end_line()
    }

    /// Adds a piece that stays within its line.
    #[must_use]
    pub fn styled(mut self, style: Style, text: impl AsRef<str>) -> Self {
        self.pieces.push((style, one_line(text.as_ref())));
        self
    }

    /// Adds a piece without a style.
    #[must_use]
    pub fn plain(self, text: impl AsRef<str>) -> Self {
        self.styled(Style::Plain, text)
    }

    /// Ends the line.
    #[must_use]
    pub fn end_line(mut self) -> Self {
        self.pieces.push((Style::Plain, "\n".to_owned()));
        self
    }

    /// Adds a text of several lines, each behind `margin`, in the style that `style_of` has for the line.
    #[must_use]
    pub fn block(mut self, margin: &str, text: &str, style_of: impl Fn(&str) -> Style) -> Self {
        for line in text.lines() {
            self = self.styled(Style::Dim, margin).styled(style_of(line), line.replace('\t', "    ")).end_line();
        }
        self
    }

    /// Adds another text.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The bytes for a terminal or a file.
    pub fn render(&self, color: bool) -> String {
        let rendered = self.pieces.iter().map(|(style, piece)| match style.code().filter(|_| color) {
            Some(code) => format!("\u{1b}[{code}m{}\u{1b}[0m", printable(piece)),
            None => printable(piece),
        });
        rendered.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_ours_and_escape_sequences_of_others_are_shown() {
        let text = Text::new().styled(Style::Bad, "x\u{1b}[32m").end_line();
        assert_eq!(text.render(true), "\u{1b}[31mx\\u{1b}[32m\u{1b}[0m\n");
        assert_eq!(text.render(false), "x\\u{1b}[32m\n");
    }

    #[test]
    fn a_piece_can_not_begin_a_line_of_its_own() {
        assert_eq!(Text::line(Style::Plain, "a\nb").render(false), "a\\nb\n");
    }

    #[test]
    fn a_block_keeps_its_margin_on_every_line() {
        let text = Text::new().block("  | ", "one\r\ntwo\rthree\tx\n", |_| Style::Plain);
        assert_eq!(text.render(false), "  | one\n  | two\\rthree    x\n");
    }
}
