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
pub fn that_take_the_rest(workspace: &Workspace) -> Vec<String> {
    lines_where(workspace.rust_files().filter(|file| is_deciding(file)), product_code_of, takes_the_rest)
}

fn is_deciding(file: &SourceFile) -> bool {
    let is_test = file.path.contains("/tests/") || file.path.ends_with("/tests.rs");
    !is_test && (DECIDING.iter().any(|folder| file.path.starts_with(folder)) || file.path.ends_with("/changes.rs"))
}

/// Whether the pattern before the arrow is made of `_` alone, with or without a condition.
fn takes_the_rest(line: &str) -> bool {
    let Some((before, _)) = line.split_once("=>") else { return false };
    let pattern = before.split(" if ").next().unwrap_or(before);
    let mut parts = words(pattern.rsplit('{').next().unwrap_or(pattern)).peekable();
    parts.peek().is_some() && parts.all(|part| part == "_")
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
        for arm in ["_ => 1,", "    (_, _) => {", "_ if late => 1,", "| _ => 1,", "let a = match b { _ => 1 };"] {
            assert_eq!(found_in("crates/domain/src/task/decide.rs", arm), 1, "{arm}");
            assert_eq!(found_in("projections/src/task_board/changes.rs", arm), 1, "{arm}");
            assert_eq!(found_in("crates/auditor/src/rules/work.rs", arm), 1, "{arm}");
            assert_eq!(found_in("crates/coordinator/src/a.rs", arm), 0, "{arm}");
        }
    }

    #[test]
    fn an_arm_that_names_the_state_or_the_command_is_not() {
        for arm in ["(None, _) => 1,", "Some(_) => 1,", "Task { id: _ } => 1,", ") => {", "(_, Command::Cancel) => 1,"]
        {
            assert_eq!(found_in("crates/domain/src/task/decide.rs", arm), 0, "{arm}");
        }
        assert_eq!(found_in("crates/domain/src/task/tests.rs", "_ => 1,"), 0);
    }
}
