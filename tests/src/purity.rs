//! Are the deciding floors pure, and do services leave SQL to the floors below?

use crate::{
    code::{product_code_of, words},
    sources::lines_where,
    workspace::{SourceFile, Workspace},
};

/// Where only functions of their arguments live, besides every `changes.rs`.
const PURE_FOLDERS: [&str; 3] = ["events/src/", "crates/ledger/src/", "crates/domain/src/"];

/// Words by which waiting, time, chance or a database come in.
const IMPURE_WORDS: [&str; 8] = ["async", "await", "getrandom", "Instant", "SystemTime", "rand", "sqlx", "tokio"];

/// Parts of the standard library by which the machine comes in. A `rand_core` generator that is an argument is none.
const IMPURE_MODULES: [&str; 5] = ["env", "fs", "net", "process", "thread"];

const SERVICES: [&str; 6] = [
    "crates/control-plane/",
    "crates/coordinator/",
    "crates/ide-provider/",
    "crates/inference/",
    "crates/portal/",
    "crates/worker/",
];

/// How a text that is a statement begins.
const STATEMENTS: [&str; 5] = ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM ", "\"CREATE TABLE "];

/// Product lines of pure code that name time, chance, waiting or a database.
pub fn impure_lines(workspace: &Workspace) -> Vec<String> {
    let files = workspace.rust_files().filter(|file| is_pure(file));
    lines_where(files, product_code_of, |line| {
        words(line).any(|word| IMPURE_WORDS.contains(&word)) || names_the_machine(line)
    })
}

/// Whether a line says `std::fs` or its like, also as one of several in `std::{…}`.
fn names_the_machine(line: &str) -> bool {
    let grouped = line.trim_start().starts_with("use std::{");
    let is_impure = |word: &str| IMPURE_MODULES.contains(&word);
    let follows_std = || line.split("std::").skip(1).any(|rest| words(rest).next().is_some_and(is_impure));
    follows_std() || (grouped && words(line).any(is_impure))
}

fn is_pure(file: &SourceFile) -> bool {
    let in_folder = PURE_FOLDERS.iter().any(|folder| file.path.starts_with(folder));
    (in_folder || file.path.ends_with("/changes.rs")) && !file.path.ends_with("/tests.rs")
}

/// Lines of services that speak to a database.
pub fn sql_in_services(workspace: &Workspace) -> Vec<String> {
    let services = || workspace.rust_files().filter(|file| SERVICES.iter().any(|folder| file.path.starts_with(folder)));
    let mut offences = lines_where(services(), product_code_of, |line| words(line).any(|word| word == "sqlx"));
    let statements = |line: &str| STATEMENTS.iter().any(|statement| line.contains(statement));
    offences.extend(lines_where(services(), str::to_owned, statements));
    offences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(path: &str, text: &str) -> Workspace {
        Workspace { files: vec![SourceFile { path: path.into(), text: text.into() }], ..Workspace::default() }
    }

    #[test]
    fn waiting_time_chance_and_databases_are_found_in_pure_code() {
        let text =
            "async fn f() {}\nlet t = SystemTime::now();\nuse rand::Rng;\nsqlx::query(x);\nuse rand_core::RngCore;";
        for path in ["events/src/a.rs", "crates/domain/src/task/mod.rs", "projections/src/wallets/changes.rs"] {
            assert_eq!(impure_lines(&workspace(path, text)).len(), 4, "{path}");
        }
        assert_eq!(impure_lines(&workspace("crates/store/src/a.rs", text)), Vec::<String>::new());
    }

    #[test]
    fn the_machine_is_found_in_pure_code_and_its_words_are_not() {
        let text = "use std::fs;\nuse std::{fmt, net::IpAddr};\nlet id = std::process::id();\nuse std::fmt;\nlet env = 1;\nprocess(env);";
        assert_eq!(impure_lines(&workspace("crates/domain/src/a.rs", text)).len(), 3);
    }

    #[test]
    fn the_tests_of_pure_code_may_draw_lots() {
        let text = "fn f() {}\n#[cfg(test)]\nmod tests { use rand::rng; }";
        assert_eq!(impure_lines(&workspace("crates/ledger/src/a.rs", text)), Vec::<String>::new());
    }

    #[test]
    fn sql_is_found_in_a_service_and_not_in_a_projection() {
        let text = "use sqlx::query;\nlet s = \"SELECT 1\";";
        assert_eq!(sql_in_services(&workspace("crates/portal/src/a.rs", text)).len(), 2);
        assert_eq!(sql_in_services(&workspace("projections/src/a.rs", text)), Vec::<String>::new());
    }
}
