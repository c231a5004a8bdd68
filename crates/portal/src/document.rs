//! What stands in a document of the product? Its headings, paragraphs, lists, steps, tables and programs, as far as our own pages
//! use such marks; its pictures are left out. Text stays text: the template escapes every piece.

const FENCE: &str = "```";
const PICTURE: &str = "![";

/// A part of a document that stands by itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    shape: Shape,
    /// Points of a list, steps, rows of a table; one of everything else but a program.
    pub rows: Vec<Row>,
    /// Of a program.
    pub code: String,
}

/// The cells of a row of a table; one cell elsewhere.
pub type Row = Vec<Vec<Piece>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Title,
    Heading,
    Paragraph,
    List,
    Steps,
    Table,
    Code,
}

/// Some words of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub is_code: bool,
    pub is_strong: bool,
    /// The document that the words lead to, as it is linked.
    pub target: Option<String>,
}

impl Block {
    pub fn is_title(&self) -> bool {
        self.shape == Shape::Title
    }

    pub fn is_heading(&self) -> bool {
        self.shape == Shape::Heading
    }

    pub fn is_list(&self) -> bool {
        self.shape == Shape::List
    }

    pub fn is_steps(&self) -> bool {
        self.shape == Shape::Steps
    }

    pub fn is_table(&self) -> bool {
        self.shape == Shape::Table
    }

    pub fn is_code(&self) -> bool {
        self.shape == Shape::Code
    }
}

/// The parts of a document.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut lines = text.lines();
    let (mut blocks, mut open): (Vec<Block>, Option<(Shape, Vec<String>)>) = (Vec::new(), None);
    while let Some(line) = lines.next() {
        if line.starts_with(FENCE) {
            close(&mut open, &mut blocks);
            let code: Vec<&str> = lines.by_ref().take_while(|it| !it.starts_with(FENCE)).collect();
            blocks.push(Block { shape: Shape::Code, rows: Vec::new(), code: code.join("\n") });
            continue;
        }
        if line.trim().is_empty() || line.trim_start().starts_with(PICTURE) {
            close(&mut open, &mut blocks);
            continue;
        }
        let (begun, words) = begins(line);
        match (&mut open, begun) {
            (Some((_, rows)), None) => go_on(rows, words),
            (Some((shape, rows)), Some(begun)) if *shape == begun => rows.push(words.to_owned()),
            (_, begun) => {
                close(&mut open, &mut blocks);
                let shape = begun.unwrap_or(Shape::Paragraph);
                open = Some((shape, vec![words.to_owned()]));
                if matches!(shape, Shape::Title | Shape::Heading) {
                    close(&mut open, &mut blocks);
                }
            }
        }
    }
    close(&mut open, &mut blocks);
    blocks
}

/// What a line begins, and its words; nothing where it goes on with what was begun before.
fn begins(line: &str) -> (Option<Shape>, &str) {
    let behind_number = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let numbered = if behind_number.len() < line.len() { behind_number.strip_prefix(". ") } else { None };
    if let Some(words) = line.strip_prefix("# ") {
        (Some(Shape::Title), words)
    } else if line.starts_with('#') {
        (Some(Shape::Heading), line.trim_start_matches('#').trim_start())
    } else if let Some(words) = line.strip_prefix("- ") {
        (Some(Shape::List), words)
    } else if let Some(words) = numbered {
        (Some(Shape::Steps), words)
    } else if line.starts_with('|') {
        (Some(Shape::Table), line)
    } else {
        (None, line.trim_start())
    }
}

fn go_on(rows: &mut [String], words: &str) {
    if let Some(last) = rows.last_mut() {
        last.push(' ');
        last.push_str(words);
    }
}

fn close(open: &mut Option<(Shape, Vec<String>)>, blocks: &mut Vec<Block>) {
    let Some((shape, rows)) = open.take() else { return };
    let is_ruler = |row: &&String| row.chars().all(|letter| matches!(letter, '|' | '-' | ':' | ' '));
    let rows: Vec<Row> = rows
        .iter()
        .filter(|row| shape != Shape::Table || !is_ruler(row))
        .map(|row| match shape {
            Shape::Table => row.trim_matches('|').split(" | ").map(|cell| pieces(cell.trim())).collect(),
            Shape::Title | Shape::Heading | Shape::Paragraph | Shape::List | Shape::Steps | Shape::Code => {
                vec![pieces(row)]
            }
        })
        .collect();
    match blocks.last_mut() {
        // What is left out between two steps does not begin their count anew.
        Some(last) if shape == Shape::Steps && last.shape == shape => last.rows.extend(rows),
        _ => blocks.push(Block { shape, rows, code: String::new() }),
    }
}

/// The words of a line, with its marks taken out.
fn pieces(line: &str) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), line);
    while let Some(start) = rest.find(['`', '*', '[']) {
        let (before, from) = rest.split_at(start);
        let Some((piece, behind)) = marked(from) else {
            // A mark that marks nothing is a letter like others.
            let after = start.saturating_add(1);
            pieces.push(plain(&rest[..after]));
            rest = &rest[after..];
            continue;
        };
        pieces.extend([plain(before), piece]);
        rest = behind;
    }
    pieces.push(plain(rest));
    pieces.retain(|it| !it.text.is_empty());
    pieces
}

fn plain(text: &str) -> Piece {
    Piece { text: text.to_owned(), is_code: false, is_strong: false, target: None }
}

/// The words with whose mark a text begins, and what is behind them.
fn marked(text: &str) -> Option<(Piece, &str)> {
    if let Some((code, behind)) = text.strip_prefix('`').and_then(|it| it.split_once('`')) {
        return Some((Piece { is_code: true, ..plain(code) }, behind));
    }
    if let Some((strong, behind)) = text.strip_prefix("**").and_then(|it| it.split_once("**")) {
        return Some((Piece { is_strong: true, ..plain(strong) }, behind));
    }
    let (words, after) = text.strip_prefix('[')?.split_once("](")?;
    let (target, behind) = after.split_once(')')?;
    Some((Piece { target: Some(target.to_owned()), ..plain(words) }, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let cell = |pieces: &Vec<Piece>| pieces.iter().map(|it| it.text.as_str()).collect::<String>();
        let row = |row: &Row| row.iter().map(cell).collect::<Vec<_>>().join("/");
        let block =
            |it: &Block| format!("{:?} {}{}", it.shape, it.rows.iter().map(row).collect::<Vec<_>>().join("|"), it.code);
        blocks(text).iter().map(block).collect()
    }

    #[test]
    fn the_parts_of_a_page_are_told_apart() {
        let text = "# T\n\none\ntwo\n\n## H\nbelow\n- a\n  b\n- c\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```\nx - 1\n\n# y\n```\nend";
        let expected = [
            "Title T",
            "Paragraph one two",
            "Heading H",
            "Paragraph below",
            "List a b|c",
            "Table x/y|1/2",
            "Code x - 1\n\n# y",
            "Paragraph end",
        ];
        assert_eq!(told(text), expected);
    }

    #[test]
    fn steps_with_pictures_between_them_are_counted_on() {
        let text = "1. one\n   more\n\n   ![a button](x/1.png)\n\n2. two\n\nend\n\n1. other\n- point";
        assert_eq!(told(text), ["Steps one more|two", "Paragraph end", "Steps other", "List point"]);
    }

    #[test]
    fn marks_within_a_line_are_taken_out_and_nothing_else_is_lost() {
        let pieces = pieces("see [the `x`](a.md#b), **so** `2 * 3 [4]`, and 5 * 6 [7] <b>");
        let whole: String = pieces.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(whole, "see the `x`, so 2 * 3 [4], and 5 * 6 [7] <b>");
        assert_eq!(pieces.iter().filter_map(|it| it.target.as_deref()).collect::<Vec<_>>(), ["a.md#b"]);
        assert_eq!(pieces.iter().filter(|it| it.is_strong || it.is_code).count(), 2);
    }
}
