//! Which parts of a reply are fenced blocks?

/// The most blocks that are looked at in one reply.
const MAX_BLOCKS: usize = 64;

/// A fenced block: what its first fence says, and the lines up to its last one.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Block<'a> {
    pub info: &'a str,
    lines: Vec<&'a str>,
}

impl Block<'_> {
    /// The first word beside the fence, which by custom is the language.
    pub fn tag(&self) -> &str {
        self.info.split([' ', '\t', ',', '{']).next().unwrap_or_default()
    }

    /// The contents, with a line end after each line.
    pub fn text(&self) -> String {
        self.lines.iter().flat_map(|line| [line, "\n"]).collect()
    }

    /// The first line that says something.
    pub fn first_line(&self) -> &str {
        self.lines.iter().map(|line| line.trim()).find(|line| !line.is_empty()).unwrap_or_default()
    }
}

/// A row of at least three backticks or tildes.
#[derive(Clone, Copy)]
struct Fence {
    mark: char,
    length: usize,
    indent: usize,
}

impl Fence {
    fn opening(line: &str) -> Option<(Self, &str)> {
        let text = line.trim_start();
        let mark = text.chars().next().filter(|first| matches!(first, '`' | '~'))?;
        let info = text.trim_start_matches(mark);
        let length = text.len() - info.len();
        let is_inline_code = mark == '`' && info.contains('`');
        (length >= 3 && !is_inline_code).then(|| (Self { mark, length, indent: line.len() - text.len() }, info.trim()))
    }

    fn is_closed_by(self, line: &str) -> bool {
        let text = line.trim();
        text.len() >= self.length && text.chars().all(|c| c == self.mark)
    }

    /// A block inside a list is indented as a whole; its code is not.
    fn unindent(self, line: &str) -> &str {
        let spaces = line.bytes().take(self.indent).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        &line[spaces..]
    }
}

/// The fenced blocks of a reply in their order. A block without an end goes to the end of the reply.
pub fn blocks(reply: &str) -> Vec<Block<'_>> {
    split(reply).0
}

/// What stands around the blocks.
pub fn prose(reply: &str) -> String {
    split(reply).1.join("\n").trim().to_owned()
}

fn split(reply: &str) -> (Vec<Block<'_>>, Vec<&str>) {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut prose = Vec::new();
    let mut open: Option<Fence> = None;
    for line in reply.lines() {
        match (open, blocks.last_mut()) {
            (Some(fence), _) if fence.is_closed_by(line) => open = None,
            (Some(fence), Some(block)) => block.lines.push(fence.unindent(line)),
            _ => match Fence::opening(line) {
                Some((fence, info)) if blocks.len() < MAX_BLOCKS => {
                    blocks.push(Block { info, lines: Vec::new() });
                    open = Some(fence);
                }
                _ => prose.push(line),
            },
        }
    }
    (blocks, prose)
}

/// A fence that nothing inside `text` can close.
pub fn fence_around(text: &str) -> String {
    let longest = text.lines().map(|line| line.trim().chars().take_while(|c| *c == '`').count()).max();
    "`".repeat(longest.unwrap_or(0).max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_fence_holds_a_shorter_one() {
        let found = blocks("````markdown\n```python\nx\n```\n````");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].text(), "```python\nx\n```\n");
        assert_eq!(fence_around("```python\nx\n```"), "````");
    }

    #[test]
    fn a_block_in_a_list_loses_the_indent_of_the_list() {
        let found = blocks("1. so:\n   ```python\n   if x:\n       y\n   ```");
        assert_eq!(found[0].text(), "if x:\n    y\n");
    }

    #[test]
    fn inline_code_with_three_backticks_opens_nothing() {
        assert_eq!(blocks("```x = 1``` is all"), []);
    }
}
