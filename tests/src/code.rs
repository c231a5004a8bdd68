//! What is left of a Rust file when comments and texts are taken out? The words that the compiler acts on.

/// Blanks comments, string and character literals; every line stays where it was.
pub fn code_of(text: &str) -> String {
    let mut scan = Scan { rest: text, code: String::with_capacity(text.len()) };
    while !scan.rest.is_empty() {
        scan.step();
    }
    scan.code
}

/// The code of a file without its `#[cfg(test)] mod …` at the end.
pub fn product_code_of(text: &str) -> String {
    let code = code_of(text);
    let test_module = code.match_indices("#[cfg(test)]").map(|(start, _)| start).find(|start| {
        let item = code[start + "#[cfg(test)]".len()..].trim_start();
        item.starts_with("mod ") && item.find('{') < item.find(';').or(Some(usize::MAX))
    });
    code[..test_module.unwrap_or(code.len())].to_owned()
}

/// The identifiers and keywords of a piece of code.
pub fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !is_word(c)).filter(|word| !word.is_empty())
}

/// The words of a piece of code that may be names of crates: where a path begins, as `url::Url`, or alone after `use`.
pub fn crates_named(code: &str) -> impl Iterator<Item = &str> {
    words(code).filter(|word| {
        // A word of `code` is a part of it: where it lies says what stands around it.
        let start = word.as_ptr() as usize - code.as_ptr() as usize;
        let (before, after) = (code[..start].trim_end(), code[start + word.len()..].trim_start());
        let inside_a_path = before.strip_suffix("::").is_some_and(|path| path.ends_with(is_word));
        !inside_a_path && (after.starts_with("::") || words_end_with(before, "use"))
    })
}

fn words_end_with(code: &str, word: &str) -> bool {
    code.strip_suffix(word).is_some_and(|rest| !rest.ends_with(is_word))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Scan<'a> {
    rest: &'a str,
    code: String,
}

impl Scan<'_> {
    fn step(&mut self) {
        if let Some(length) = silent_length(self.rest, self.code.chars().next_back()) {
            self.blank(length);
        } else {
            let length = self.rest.chars().next().map_or(0, char::len_utf8);
            self.code.push_str(&self.rest[..length]);
            self.rest = &self.rest[length..];
        }
    }

    fn blank(&mut self, length: usize) {
        let (silent, rest) = self.rest.split_at(length);
        self.code.extend(silent.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.rest = rest;
    }
}

/// How long the comment or literal is that starts here, if one does.
fn silent_length(rest: &str, before: Option<char>) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment_length(rest));
    }
    if rest.starts_with('"') {
        return Some(text_length(rest));
    }
    if rest.starts_with('\'') {
        return character_length(rest);
    }
    if before.is_none_or(|c| !is_word(c)) { raw_text_length(rest) } else { None }
}

fn block_comment_length(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let step = match rest.as_bytes().get(at..at + 2) {
            Some(b"/*") => {
                depth += 1;
                2
            }
            Some(b"*/") => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

fn text_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    rest.len()
}

/// A character literal; `None` for a lifetime.
fn character_length(rest: &str) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1);
    let (_, first) = characters.next()?;
    if first == '\\' {
        let (escaped_at, escaped) = characters.next()?;
        let after = escaped_at + escaped.len_utf8();
        return rest[after..].find('\'').map(|end| after + end + 1);
    }
    characters.next().filter(|(_, c)| *c == '\'').map(|(at, _)| at + 1)
}

fn raw_text_length(rest: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix).map(|rest| rest.trim_start_matches('#'));
        after.is_some_and(|after| after.starts_with('"'))
    })?;
    let hashes = rest[prefix.len()..].find('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let body = prefix.len() + hashes + 1;
    Some(rest[body..].find(&end).map_or(rest.len(), |at| body + at + end.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(text: &str) -> Vec<String> {
        words(&code_of(text)).map(str::to_owned).collect()
    }

    #[test]
    fn comments_and_texts_hold_no_words() {
        assert_eq!(words_of("let a = 1; // unsafe\nb"), ["let", "a", "1", "b"]);
        assert_eq!(words_of("a /* unsafe /* deeper */ still */ b"), ["a", "b"]);
        assert_eq!(words_of(r#"a("un\"safe", b"x") b"#), ["a", "b", "b"]);
        assert_eq!(words_of("a(r#\"un\"safe\"#) b"), ["a", "b"]);
    }

    #[test]
    fn a_crate_is_named_where_a_path_begins() {
        let named = |code: &str| crates_named(code).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(named("use url::Url;\npub use hex;\n#[tokio::test]"), ["url", "hex", "tokio"]);
        assert_eq!(named("let url = 1; f(url); crate::url::f(); reuse hex"), ["crate"]);
        assert_eq!(named("impl From<::rand :: Error> for X"), ["rand"]);
    }

    #[test]
    fn characters_are_told_from_lifetimes() {
        assert_eq!(words_of(r"f('x', '\'', '\u{1F}', '\n') g"), ["f", "g"]);
        assert_eq!(words_of("fn f<'a>(x: &'a str) {}"), ["fn", "f", "a", "x", "a", "str"]);
    }

    #[test]
    fn lines_keep_their_numbers() {
        assert_eq!(code_of("/* one\ntwo */ x\n\"a\nb\" y").lines().count(), 4);
    }

    #[test]
    fn a_file_ends_where_its_test_module_begins() {
        assert_eq!(product_code_of("fn a() {}\n#[cfg(test)]\nmod tests { fn b() {} }"), "fn a() {}\n");
        let declared = "#[cfg(test)]\nmod tests;\nfn a() {}";
        assert_eq!(product_code_of(declared), declared);
    }
}
