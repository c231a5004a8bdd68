//! Which files did the model write?

use super::{extract_code, fences, fences::Block, languages::LanguageNames, without_thoughts};
use edgecoder_events::task::Language;

/// The most files that are taken from one reply.
pub const MAX_FILES: usize = 20;
const MAX_PATH_BYTES: usize = 120;
const MAX_PATH_DEPTH: usize = 6;

/// One file: its place in the workspace and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative, with forward slashes, and never out of the workspace.
    pub path: String,
    pub text: String,
}

/// Reads the files of a reply.
///
/// A block names its file by `path=` beside its fence, by a path as the whole of its first comment, or not at all:
/// then what looks like tests is the language's test file and the first other block of the language its solution.
/// When a path comes twice, the later text is the file. A reply without blocks is one file.
pub fn parse_files(reply: &str, language: Language) -> Vec<SourceFile> {
    let names = LanguageNames::of(language);
    let blocks = fences::blocks(without_thoughts(reply));
    let mut files: Vec<SourceFile> = Vec::new();
    for block in &blocks {
        if let Some(path) = named_path(block, names) {
            put(&mut files, path.to_owned(), block.text());
        }
    }
    for block in blocks.iter().filter(|block| named_path(block, names).is_none() && may_be_code(block, names)) {
        let path = usual_path(&block.text(), names);
        if files.iter().all(|file| file.path != path) {
            put(&mut files, path.to_owned(), block.text());
        }
    }
    let whole = extract_code(reply, language);
    if blocks.is_empty() && !whole.is_empty() {
        files.push(SourceFile { path: usual_path(&whole, names).to_owned(), text: whole });
    }
    files
}

fn put(files: &mut Vec<SourceFile>, path: String, text: String) {
    if let Some(file) = files.iter_mut().find(|file| file.path == path) {
        file.text = text;
    } else if files.len() < MAX_FILES {
        files.push(SourceFile { path, text });
    }
}

fn named_path<'a>(block: &'a Block<'_>, names: &LanguageNames) -> Option<&'a str> {
    let beside_the_fence = block.info.split_whitespace().find_map(|word| word.strip_prefix("path="));
    let path = beside_the_fence.map(|path| path.trim_matches(['"', '\'', '`'])).or_else(|| {
        let comment = block.first_line().strip_prefix(names.comment)?.trim();
        comment.ends_with(extension(names)).then_some(comment)
    })?;
    let path = path.strip_prefix("./").unwrap_or(path);
    is_inside_the_workspace(path).then_some(path)
}

fn extension(names: &LanguageNames) -> &'static str {
    names.solution_file.strip_prefix("solution").unwrap_or_default()
}

fn is_inside_the_workspace(path: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    path.len() <= MAX_PATH_BYTES && path.split('/').count() <= MAX_PATH_DEPTH && path.split('/').all(is_name)
}

fn may_be_code(block: &Block<'_>, names: &LanguageNames) -> bool {
    block.tag().is_empty() || names.is_tag(block.tag())
}

fn usual_path(text: &str, names: &LanguageNames) -> &'static str {
    let is_test = names.test_words.iter().any(|word| text.contains(word));
    if is_test { names.test_file } else { names.solution_file }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(reply: &str) -> Vec<String> {
        parse_files(reply, Language::Python).into_iter().map(|file| file.path).collect()
    }

    #[test]
    fn files_are_named_beside_the_fence() {
        let reply = "```python path=app/main.py\nx = 1\n```\ntext\n```json path=\"data.json\"\n{}\n```";
        let files = parse_files(reply, Language::Python);
        assert_eq!(files[0], SourceFile { path: "app/main.py".into(), text: "x = 1\n".into() });
        assert_eq!(files[1], SourceFile { path: "data.json".into(), text: "{}\n".into() });
    }

    #[test]
    fn files_are_named_by_their_first_comment() {
        assert_eq!(paths("```python\n# primes.py\nx = 1\n```"), ["primes.py"]);
        assert_eq!(paths("```python\n# counts things\nx = 1\n```"), ["solution.py"]);
    }

    #[test]
    fn files_without_names_are_told_apart_by_what_they_hold() {
        let reply =
            "```bash\nls\n```\n```python\ndef f(): pass\n```\n```python\nimport unittest\nfrom solution import f\n```";
        assert_eq!(paths(reply), ["solution.py", "test_solution.py"]);
        let reply = "```js\nexport const f = 1;\n```\n```js\nimport { f } from './solution.js';\n```";
        let files = parse_files(reply, Language::Javascript);
        assert_eq!(files.iter().map(|f| f.path.as_str()).collect::<Vec<_>>(), ["solution.js", "test_solution.js"]);
    }

    #[test]
    fn no_path_leads_out_of_the_workspace() {
        for bad in ["../x.py", "/etc/x.py", "a//b.py", "a\\b.py", "~/.ssh/x", ".git/hooks/x", "a/../b.py", "C:x.py"] {
            assert_eq!(paths(&format!("```python path={bad}\nx = 1\n```")), ["solution.py"], "{bad}");
        }
    }

    #[test]
    fn a_corrected_file_replaces_the_first() {
        let reply = "```python path=a.py\nx = 1\n```\nOops:\n```python path=a.py\nx = 2\n```";
        assert_eq!(parse_files(reply, Language::Python), [SourceFile { path: "a.py".into(), text: "x = 2\n".into() }]);
    }

    #[test]
    fn a_bare_reply_is_one_file_and_an_empty_one_is_none() {
        assert_eq!(paths("x = 1"), ["solution.py"]);
        assert_eq!(paths(" \n"), [] as [String; 0]);
    }

    #[test]
    fn no_more_than_so_many_files_are_taken() {
        let blocks = (0..50).map(|n| format!("```python path=f{n}.py\nx\n```\n")).collect::<Vec<_>>();
        assert_eq!(paths(&blocks.concat()).len(), MAX_FILES);
    }
}
