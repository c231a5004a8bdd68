//! Are the deciding floors pure, and do services leave SQL to the floors below?

use crate::{
    code::{product_code_of, words},
    sources::lines_where,
    workspace::{SourceFile, Workspace},
};

/// Where only functions of their arguments live, besides every `changes.rs`.
const PURE_FOLDERS: [&str; 3] = ["events/src/", "crates/ledger/src/", "crates/domain/src/"];

/// Words by which waiting, time, chance, a database or something said comes in.
const IMPURE_WORDS: [&str; 14] = [
    "async",
    "await",
    "chrono",
    "eprintln",
    "fastrand",
    "getrandom",
    "Instant",
    "println",
    "rand",
    "sqlx",
    "SystemTime",
    "tokio",
    "tracing",
    "uuid",
];

/// All that the crates of pure code may build on.
const PURE_DEPENDENCIES: [(&str, &[&str]); 3] = [
    ("edgecoder-events", &["hex", "rmp-serde", "serde", "thiserror"]),
    ("edgecoder-ledger", &["base64", "blake3", "ed25519-dalek", "hex", "sha2", "thiserror"]),
    ("edgecoder-domain", &["edgecoder-events", "thiserror"]),
];

/// Parts of the standard library by which the machine comes in. A `rand_core` generator that is an argument is none.
const IMPURE_MODULES: [&str; 6] = ["env", "fs", "io", "net", "process", "thread"];

const SERVICES: [&str; 7] = [
    "crates/anchor-service/",
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

/// Whether a line says `std::fs` or its like.
fn names_the_machine(line: &str) -> bool {
    line.split("std::").skip(1).any(|rest| words(rest).next().is_some_and(|word| IMPURE_MODULES.contains(&word)))
}

/// The same, hidden in `use std::{…};`, over however many lines it is written.
pub fn impure_imports(workspace: &Workspace) -> Vec<String> {
    let mut offences = Vec::new();
    for file in workspace.rust_files().filter(|file| is_pure(file)) {
        let code = product_code_of(&file.text);
        let groups = code.split("use std::{").skip(1).map(|rest| rest.split(';').next().unwrap_or(rest));
        let named = groups.flat_map(words).filter(|word| IMPURE_MODULES.contains(word));
        offences.extend(named.map(|word| format!("{}: std::{word}", file.path)));
    }
    offences
}

/// What pure crates build on beyond what they need.
pub fn impure_dependencies(workspace: &Workspace) -> Vec<String> {
    let mut offences = Vec::new();
    for (package, _) in workspace.members() {
        let Some((_, allowed)) = PURE_DEPENDENCIES.iter().find(|(name, _)| *name == package.name) else { continue };
        let used = package.uses.iter().filter(|it| !it.dev_only && !allowed.contains(&it.package.as_str()));
        offences.extend(used.map(|it| format!("{} builds on {}", package.name, it.package)));
    }
    offences
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
    use crate::workspace::{Package, Use};

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
        let text = "use std::fs;\nuse std::io::Read;\nuse std::{fmt, net::IpAddr};\nlet id = std::process::id();\nuse std::fmt;\nlet env = 1;\nprocess(env);";
        let workspace = |text| workspace("crates/domain/src/a.rs", text);
        assert_eq!(impure_lines(&workspace(text)).len(), 3);
        assert_eq!(impure_imports(&workspace(text)), ["crates/domain/src/a.rs: std::net"]);
        let over_lines = "use std::{\n    collections::{BTreeMap, BTreeSet},\n    fs,\n};\nuse crate::{env, net};";
        assert_eq!(impure_imports(&workspace(over_lines)), ["crates/domain/src/a.rs: std::fs"]);
    }

    #[test]
    fn what_pure_code_builds_on_is_counted_and_what_its_tests_need_is_not() {
        let on = |package: &str, dev_only| Use { package: package.into(), dev_only, ..Use::default() };
        let uses = vec![on("thiserror", false), on("fastrand", false), on("proptest", true)];
        let domain = Package {
            name: "edgecoder-domain".into(),
            member: Some("crates/domain".into()),
            uses,
            ..Package::default()
        };
        let workspace = Workspace { packages: vec![domain], ..Workspace::default() };
        assert_eq!(impure_dependencies(&workspace), ["edgecoder-domain builds on fastrand"]);
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
