//! Would a new event or command be noticed where it is decided on and taken in? Only where no arm takes whatever is left.

use crate::{
    code::{product_code_of, words},
    sources::lines_where,
    workspace::{SourceFile, Workspace},
};

/// Where is decided, where events make states, and where it is audited that they were the right ones; besides every
/// `changes.rs`.
const DECIDING: [&str; 2] = ["crates/domain/src/", "crates/auditor/src/rules/"];

/// Arms that take everything: clippy sees them over an enum, and not over a pair of state and command.
///
/// A bare name in a pair takes as much as `_` does, and counts like it; alone it is what is left over when a guard fails,
/// and does not. A pattern over several lines is read as one, from the line with its opening bracket alone. What is not
/// seen: names behind `@`, `matches!`, and `let … else`.
pub fn that_take_the_rest(workspace: &Workspace) -> Vec<String> {
    let files = || workspace.rust_files().filter(|file| is_deciding(file));
    let mut offences = lines_where(files(), product_code_of, takes_the_rest);
    for file in files() {
        let code = product_code_of(&file.text);
        let split = split_patterns(&code).into_iter().filter(|(_, pattern)| takes_the_rest(pattern));
        offences.extend(split.map(|(line, pattern)| format!("{}:{line}: {pattern}", file.path)));
    }
    offences
}

/// Patterns that rustfmt wrote over several lines, `(` to `) =>`, each with the number of its first line.
fn split_patterns(code: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (end, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("=>")) {
        let closing = line.trim_start();
        if !closing.starts_with(')') {
            continue;
        }
        let indent = &line[..line.len() - closing.len()];
        let opens = |line: &&str| line.strip_prefix(indent).is_some_and(|rest| rest.trim_end() == "(");
        if let Some(start) = lines[..end].iter().rposition(opens) {
            let pattern: Vec<&str> = lines[start..=end].iter().map(|line| line.trim()).collect();
            found.push((start + 1, pattern.join(" ")));
        }
    }
    found
}

fn is_deciding(file: &SourceFile) -> bool {
    let is_test = file.path.contains("/tests/") || file.path.ends_with("/tests.rs");
    !is_test && (DECIDING.iter().any(|folder| file.path.starts_with(folder)) || file.path.ends_with("/changes.rs"))
}

/// Whether the pattern before the arrow is made of `_` alone, or, in a pair, of `_` and bare names; with or without a
/// condition.
fn takes_the_rest(line: &str) -> bool {
    let Some((before, _)) = line.split_once("=>") else { return false };
    let pattern = before.split(" if ").next().unwrap_or(before);
    let pattern = pattern.rsplit('{').next().unwrap_or(pattern).trim();
    let pair = pattern.trim_start_matches('|').trim().strip_prefix('(').and_then(|it| it.strip_suffix(')'));
    if let Some(pair) = pair {
        let mut parts = pair.split(',').map(str::trim).filter(|part| !part.is_empty()).peekable();
        return parts.peek().is_some() && parts.all(is_bare);
    }
    let mut parts = words(pattern).peekable();
    parts.peek().is_some() && parts.all(|part| part == "_")
}

/// Whether a part of a pair takes anything: `_`, or a name for the whole.
fn is_bare(part: &str) -> bool {
    let is_of_a_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    part.chars().all(is_of_a_name)
        && !["true", "false"].contains(&part)
        && !part.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(path: &str, text: &str) -> usize {
        let files = vec![SourceFile { path: path.into(), text: text.into() }];
        that_take_the_rest(&Workspace { files, ..Workspace::default() }).len()
    }

    #[test]
    fn an_arm_that_takes_whatever_is_left_is_found() {
        for arm in [
            "_ => 1,",
            "    (_, _) => {",
            "_ if late => 1,",
            "| _ => 1,",
            "let a = match b { _ => 1 };",
            "(_, command) => 1,",
            "(state, event) if late => 1,",
            "(\n    _,\n    command,\n) => {",
        ] {
            assert_eq!(found_in("crates/domain/src/task/decide.rs", arm), 1, "{arm}");
            assert_eq!(found_in("projections/src/task_board/changes.rs", arm), 1, "{arm}");
            assert_eq!(found_in("crates/auditor/src/rules/work.rs", arm), 1, "{arm}");
            assert_eq!(found_in("crates/coordinator/src/a.rs", arm), 0, "{arm}");
        }
    }

    #[test]
    fn an_arm_that_names_the_state_or_the_command_is_not() {
        for arm in [
            "(None, _) => 1,",
            "Some(_) => 1,",
            "Task { id: _ } => 1,",
            ") => {",
            "(_, Command::Cancel) => 1,",
            "(true, _) => 1,",
            "already => 1,",
            "(\n    None,\n    _,\n) => {",
        ] {
            assert_eq!(found_in("crates/domain/src/task/decide.rs", arm), 0, "{arm}");
        }
        assert_eq!(found_in("crates/domain/src/task/tests.rs", "_ => 1,"), 0);
    }
}
