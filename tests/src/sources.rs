//! Does each file keep the rules of size, of names, and of words that must not stand in it?

use crate::{
    code::{code_of, words},
    workspace::{SourceFile, Workspace},
};
use std::{collections::BTreeSet, path::Path};

/// A file with more lines than this owns several questions.
const MAX_LINES: usize = 600;

/// Folders that say nothing about the product; everything would end up in them.
const EMPTY_NAMES: [&str; 5] = ["common", "core", "helpers", "types", "utils"];

/// The one crate that may state why it needs `unsafe`.
const UNSAFE_CRATE: &str = "crates/sandbox/";

/// The lines of code, without comments and texts, in which `bad` finds something.
pub fn lines_where<'a>(
    files: impl Iterator<Item = &'a SourceFile>,
    code: impl Fn(&str) -> String,
    bad: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut offences = Vec::new();
    for file in files {
        let code = code(&file.text);
        let lines = code.lines().zip(file.text.lines()).enumerate();
        let offending = lines.filter(|(_, (code, _))| bad(code));
        offences.extend(offending.map(|(index, (_, text))| format!("{}:{}: {}", file.path, index + 1, text.trim())));
    }
    offences
}

/// `unsafe` outside the sandbox.
pub fn unsafe_code(workspace: &Workspace) -> Vec<String> {
    let files = workspace.rust_files().filter(|file| !file.path.starts_with(UNSAFE_CRATE));
    lines_where(files, code_of, |line| words(line).any(|word| word == "unsafe"))
}

/// Lints switched off by `allow` where `expect` with a reason belongs.
pub fn allow_attributes(workspace: &Workspace) -> Vec<String> {
    lines_where(workspace.rust_files(), code_of, |line| {
        line.contains("#[allow") || line.contains("#![allow") || (line.contains("cfg_attr") && line.contains("allow("))
    })
}

/// Lints that are expected without saying why.
pub fn silent_expectations(workspace: &Workspace) -> Vec<String> {
    let mut offences = Vec::new();
    for file in workspace.rust_files() {
        let code = code_of(&file.text);
        for (start, _) in code.match_indices("expect(").filter(|(start, _)| is_attribute(&code[..*start])) {
            let arguments = &code[start..code[start..].find(")]").map_or(code.len(), |end| start + end)];
            if !words(arguments).any(|word| word == "reason") {
                offences.push(format!(
                    "{}:{}: an expectation without its reason",
                    file.path,
                    code[..start].lines().count()
                ));
            }
        }
    }
    offences
}

/// Whether what follows stands in an attribute of its own, or at the end of a conditional one.
fn is_attribute(before: &str) -> bool {
    let before = before.trim_end();
    let line = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
    before.ends_with("#[") || before.ends_with("#![") || (line.contains("cfg_attr(") && before.ends_with(','))
}

/// Tests that do not run.
pub fn ignored_tests(workspace: &Workspace) -> Vec<String> {
    lines_where(workspace.rust_files(), code_of, |line| {
        line.contains("#[ignore") || (line.contains("cfg_attr") && words(line).any(|word| word == "ignore"))
    })
}

/// Macros that stand for work not done.
pub fn unfinished(workspace: &Workspace) -> Vec<String> {
    lines_where(workspace.rust_files(), code_of, |line| {
        ["todo", "unimplemented", "dbg"].iter().any(|name| calls_macro(line, name))
    })
}

fn calls_macro(line: &str, name: &str) -> bool {
    let call = format!("{name}!");
    line.match_indices(&call).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// Rust files that should be several; tests may be long lists.
pub fn oversized(workspace: &Workspace) -> Vec<String> {
    let in_tests = |path: &str| Path::new(path).iter().any(|part| part == "tests" || part == "tests.rs");
    let files = workspace.rust_files().filter(|file| !in_tests(&file.path));
    let sized = files.map(|file| (file.path.as_str(), file.text.lines().count()));
    sized
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(path, lines)| format!("{path}: {lines} lines, at most {MAX_LINES}: which questions does it answer?"))
        .collect()
}

/// Folders and modules named after nothing in the product.
pub fn empty_names(workspace: &Workspace) -> Vec<String> {
    let mut offences = BTreeSet::new();
    for file in &workspace.files {
        let parts: Vec<_> = file.path.split('/').collect();
        for (depth, part) in parts.iter().enumerate() {
            let name = part.strip_suffix(".rs").unwrap_or(part);
            if EMPTY_NAMES.contains(&name) {
                offences.insert(format!("{}: {name:?} says nothing about the product", parts[..=depth].join("/")));
            }
        }
    }
    offences.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(path: &str, text: &str) -> Workspace {
        Workspace { files: vec![SourceFile { path: path.into(), text: text.into() }], ..Workspace::default() }
    }

    fn found_in(rule: fn(&Workspace) -> Vec<String>, text: &str) -> Vec<String> {
        rule(&workspace("crates/a/src/lib.rs", text))
    }

    #[test]
    fn unsafe_is_found_with_its_line_and_permitted_in_the_sandbox_only() {
        let text = "// unsafe\nfn f() { unsafe { g() } }";
        assert_eq!(found_in(unsafe_code, text), ["crates/a/src/lib.rs:2: fn f() { unsafe { g() } }"]);
        assert_eq!(unsafe_code(&workspace("crates/sandbox/src/lib.rs", text)), Vec::<String>::new());
        assert_eq!(found_in(unsafe_code, "#![expect(unsafe_code)]"), Vec::<String>::new());
    }

    #[test]
    fn allow_in_its_three_forms_is_found() {
        let text = "#![allow(x)]\n#[allow(x)]\n#[cfg_attr(y, allow(x))]\n#[expect(x)]";
        assert_eq!(found_in(allow_attributes, text).len(), 3);
    }

    #[test]
    fn an_expectation_without_a_reason_is_found() {
        let silent = "#[expect(x)]\n#![expect(\n    x,\n    y\n)]\n#[cfg_attr(z, expect(x))]";
        let found = found_in(silent_expectations, silent);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[1], "crates/a/src/lib.rs:2: an expectation without its reason");
        let told = "#[expect(x, reason = \"y\")]\n#[expect(\n    x,\n    reason = \"y\"\n)]\nf().expect(\"z\");";
        assert_eq!(found_in(silent_expectations, told), Vec::<String>::new());
    }

    #[test]
    fn an_ignored_test_is_found() {
        assert_eq!(found_in(ignored_tests, "#[test]\n#[ignore = \"slow\"]\nfn f() {}").len(), 1);
    }

    #[test]
    fn unfinished_work_is_found_and_a_longer_name_is_not() {
        assert_eq!(found_in(unfinished, "todo!()\nunimplemented!()\ndbg!(x)\nmy_todo!()\n\"todo!\"").len(), 3);
    }

    #[test]
    fn a_long_file_is_found_unless_it_is_a_test() {
        let long = "\n".repeat(MAX_LINES + 1);
        assert_eq!(found_in(oversized, &long).len(), 1);
        assert_eq!(found_in(oversized, &"\n".repeat(MAX_LINES)), Vec::<String>::new());
        assert_eq!(oversized(&workspace("crates/a/tests/b.rs", &long)), Vec::<String>::new());
    }

    #[test]
    fn a_folder_or_module_without_a_meaning_is_found() {
        let found = empty_names(&workspace("crates/a/src/utils/text.rs", ""));
        assert_eq!(found, ["crates/a/src/utils: \"utils\" says nothing about the product"]);
        assert_eq!(empty_names(&workspace("crates/a/src/helpers.rs", "")).len(), 1);
    }
}
