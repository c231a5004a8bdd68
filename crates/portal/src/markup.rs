//! What do the marks in somebody's words mean? Paragraphs, lists, code and addresses. Text stays text: the template escapes
//! every piece, and nothing of it can become markup of ours.

use crate::highlight::{Token, Tongue, tokens};
use url::Url;

const FENCE: &str = "```";
/// What ends an address, besides white space.
const BEHIND_ADDRESS: &str = "<>\"'()[]`";
/// What may follow an address without being of it.
const AFTER_ADDRESS: [char; 6] = ['.', ',', ';', ':', '!', '?'];

/// A part of a text that stands by itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    shape: Shape,
    /// Of a paragraph, or the points of a list.
    pub lines: Vec<Vec<Piece>>,
    /// Of a program.
    pub code: Vec<Token>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Paragraph,
    List,
    Code,
}

/// Some words of a line.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub is_code: bool,
    /// Where the words lead: to http and https only.
    pub address: Option<String>,
}

impl Block {
    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        self.shape == Shape::List
    }

    /// Whether it is a program.
    pub fn is_code(&self) -> bool {
        self.shape == Shape::Code
    }
}

/// The parts of a text.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut goes_on = false;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(tongue) = line.trim_start().strip_prefix(FENCE) {
            let code: Vec<&str> = lines.by_ref().take_while(|it| !it.trim_start().starts_with(FENCE)).collect();
            let code = tokens(&code.join("\n"), Tongue::of_name(tongue.trim()));
            blocks.push(Block { shape: Shape::Code, lines: Vec::new(), code });
            goes_on = false;
        } else if line.trim().is_empty() {
            goes_on = false;
        } else {
            let (shape, words) = point(line).map_or((Shape::Paragraph, line), |words| (Shape::List, words));
            match blocks.last_mut().filter(|last| goes_on && last.shape == shape) {
                Some(last) => last.lines.push(pieces(words)),
                None => blocks.push(Block { shape, lines: vec![pieces(words)], code: Vec::new() }),
            }
            goes_on = true;
        }
    }
    blocks
}

/// The words of a point of a list: behind `-`, `*` or a number with a full stop.
fn point(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let behind_number = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let numbered = if behind_number.len() < line.len() { behind_number.strip_prefix(". ") } else { None };
    line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")).or(numbered)
}

fn pieces(line: &str) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), line);
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, behind)) = after.split_once('`') else { break };
        with_addresses(before, &mut pieces);
        pieces.push(Piece { text: code.to_owned(), is_code: true, address: None });
        rest = behind;
    }
    with_addresses(rest, &mut pieces);
    pieces
}

fn with_addresses(text: &str, pieces: &mut Vec<Piece>) {
    const BEGIN: &str = "http";
    let plain = |text: &str| Piece { text: text.to_owned(), is_code: false, address: None };
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        let (before, from) = rest.split_at(start);
        let (address, behind) = from.split_at(address_len(from).unwrap_or(BEGIN.len()));
        if !before.is_empty() {
            pieces.push(plain(before));
        }
        let found = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        pieces.push(Piece { address: found.map(String::from), ..plain(address) });
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(plain(rest));
    }
}

/// How long the address is with which a text begins, where it does.
fn address_len(text: &str) -> Option<usize> {
    let is_one = text.starts_with("http://") || text.starts_with("https://");
    let is_behind = |letter: char| letter.is_whitespace() || BEHIND_ADDRESS.contains(letter);
    let whole = text.find(is_behind).map_or(text, |end| &text[..end]);
    is_one.then(|| whole.trim_end_matches(AFTER_ADDRESS).len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let line = |pieces: &Vec<Piece>| pieces.iter().map(|it| it.text.as_str()).collect::<String>();
        let block = |it: &Block| format!("{:?} {}", it.shape, it.lines.iter().map(line).collect::<Vec<_>>().join("|"));
        blocks(text).iter().map(block).collect()
    }

    #[test]
    fn paragraphs_lists_and_code_are_told_apart() {
        let text = "one\ntwo\n\nthree\n- a\n- b\n1. c\n```python\nx = 1\n```\nafter";
        assert_eq!(told(text), ["Paragraph one|two", "Paragraph three", "List a|b|c", "Code ", "Paragraph after"]);
        let code = &blocks(text)[3].code;
        assert_eq!(code.iter().map(|it| it.text.as_str()).collect::<String>(), "x = 1");
        assert_eq!(told("```\nnever closed"), ["Code "]);
    }

    #[test]
    fn code_within_a_line_and_addresses_are_found_and_nothing_is_lost() {
        let line = "see `a http://x` at (https://example.org/x?y=1), not javascript:alert(1), http or ` alone";
        let pieces = pieces(line);
        assert_eq!(
            pieces.iter().filter(|it| it.is_code).map(|it| it.text.as_str()).collect::<Vec<_>>(),
            ["a http://x"]
        );
        let addresses: Vec<_> = pieces.iter().filter_map(|it| it.address.as_deref()).collect();
        assert_eq!(addresses, ["https://example.org/x?y=1"]);
        let whole: String = pieces.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(whole, line.replacen('`', "", 2));
    }
}
