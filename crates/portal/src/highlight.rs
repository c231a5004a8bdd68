//! What is what in a program? Enough of it to read: words of the language, texts, notes, numbers; and lines of a change.

/// Longer programs are shown as they are.
const MAX_BYTES: usize = 64 * 1024;

const PYTHON: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];
const JAVASCRIPT: [&str; 41] = [
    "async",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "import",
    "in",
    "instanceof",
    "let",
    "new",
    "null",
    "of",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "yield",
];

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    Python,
    Javascript,
    /// A unified diff.
    Change,
    Plain,
}

/// Some letters of a program, with the class that the style sheet knows; empty for ordinary ones.
#[derive(Debug, PartialEq, Eq)]
pub struct Token {
    pub class: &'static str,
    pub text: String,
}

impl Tongue {
    /// By the name that stands behind a fence, or the ending of a file's name.
    pub fn of_name(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "python" | "py" | "python3" => Self::Python,
            "javascript" | "js" | "mjs" | "cjs" | "node" => Self::Javascript,
            "diff" | "patch" => Self::Change,
            _ => Self::Plain,
        }
    }

    /// By a file's name.
    pub fn of_file(path: &str) -> Self {
        Self::of_name(path.rsplit('.').next().unwrap_or_default())
    }

    fn has_word(self, word: &str) -> bool {
        match self {
            Self::Python => PYTHON.contains(&word),
            Self::Javascript => JAVASCRIPT.contains(&word),
            Self::Change | Self::Plain => false,
        }
    }
}

/// The letters of a program, in their order and all of them.
pub fn tokens(code: &str, tongue: Tongue) -> Vec<Token> {
    let mut tokens = Tokens::default();
    match tongue {
        Tongue::Change => {
            for line in code.split_inclusive('\n') {
                tokens.push(class_of_line(line), line);
            }
        }
        Tongue::Python | Tongue::Javascript if code.len() <= MAX_BYTES => {
            let mut rest = code;
            while let Some(first) = rest.chars().next() {
                let (class, len) = next(rest, first, tongue);
                let (text, behind) = rest.split_at(len);
                tokens.push(class, text);
                rest = behind;
            }
        }
        Tongue::Python | Tongue::Javascript | Tongue::Plain => tokens.push("", code),
    }
    tokens.0
}

#[derive(Default)]
struct Tokens(Vec<Token>);

impl Tokens {
    /// Neighbours of one class become one.
    fn push(&mut self, class: &'static str, text: &str) {
        match self.0.last_mut().filter(|last| last.class == class) {
            Some(last) => last.text.push_str(text),
            None => self.0.push(Token { class, text: text.to_owned() }),
        }
    }
}

fn class_of_line(line: &str) -> &'static str {
    match line.as_bytes().first() {
        Some(b'+') => "added",
        Some(b'-') => "removed",
        Some(b'@') => "note",
        Some(_) | None => "",
    }
}

/// Class and length of what a program goes on with.
fn next(rest: &str, first: char, tongue: Tongue) -> (&'static str, usize) {
    let line = || rest.find('\n').unwrap_or(rest.len());
    match (tongue, first) {
        (Tongue::Python, '#') => return ("note", line()),
        (Tongue::Javascript, '/') if rest.starts_with("//") => return ("note", line()),
        (Tongue::Javascript, '/') if rest.starts_with("/*") => {
            return ("note", rest.find("*/").map_or(rest.len(), |at| at.saturating_add(2)));
        }
        (_, '"' | '\'') | (Tongue::Javascript, '`') => return ("text", text_len(rest, first)),
        (_, _) => {}
    }
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    if !is_word(first) {
        return ("", first.len_utf8());
    }
    let len = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
    let class = match &rest[..len] {
        _ if first.is_ascii_digit() => "number",
        word if tongue.has_word(word) => "keyword",
        _ => "",
    };
    (class, len)
}

/// How long a text between quotation marks is, with them.
fn text_len(rest: &str, mark: char) -> usize {
    let three = String::from_iter([mark; 3]);
    if let Some(behind) = rest.strip_prefix(&three) {
        return behind.find(&three).map_or(rest.len(), |at| at.saturating_add(2 * three.len()));
    }
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '\n' if mark != '`' => return at,
            letter if letter == mark => return at.saturating_add(1),
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(code: &str, tongue: Tongue) -> Vec<(&'static str, String)> {
        let found = tokens(code, tongue);
        assert_eq!(found.iter().map(|it| it.text.as_str()).collect::<String>(), code, "nothing is lost");
        found.into_iter().filter(|it| !it.class.is_empty()).map(|it| (it.class, it.text)).collect()
    }

    #[test]
    fn python_and_javascript_are_read_as_far_as_colours_need() {
        let found = classes("def f(x):  # why\n    return \"a\\\"b\" + '''c\nd''' * 12\n", Tongue::Python);
        let expected = [
            ("keyword", "def"),
            ("note", "# why"),
            ("keyword", "return"),
            ("text", "\"a\\\"b\""),
            ("text", "'''c\nd'''"),
            ("number", "12"),
        ];
        assert_eq!(found, expected.map(|(class, text)| (class, text.to_owned())));
        let found = classes("const a = `x\ny`; /* b */ // c", Tongue::Javascript);
        let texts: Vec<_> = found.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["const", "`x\ny`", "/* b */", "// c"]);
    }

    #[test]
    fn whatever_is_written_no_letter_is_lost() {
        for odd in ["'", "\"\"\"", "/*", "#", "ü'ß\\", "\\", "`", "'\n'"] {
            for tongue in [Tongue::Python, Tongue::Javascript, Tongue::Change, Tongue::Plain] {
                classes(odd, tongue);
            }
        }
        assert_eq!(classes("+a\n-b\n c\n", Tongue::Change), [("added", "+a\n".into()), ("removed", "-b\n".into())]);
    }
}
