//! Has every fuzz target its rule, and every rule its target? A rule alone is not fuzzed, and a target alone is not held by
//! any test.

use crate::{
    code::code_of,
    workspace::{SourceFile, Workspace},
};
use std::collections::BTreeSet;

/// Below the folder of a crate: where its rules are, where their targets, and what names these to cargo.
const RULES: &str = "/fuzz/rules.rs";
const TARGETS: &str = "/fuzz/fuzz_targets/";
const MANIFEST: &str = "/fuzz/Cargo.toml";

/// What of rule, target, and place in the manifest is there without the others.
pub fn unpaired(workspace: &Workspace) -> Vec<String> {
    let files = workspace.files.iter();
    let of_crate = |file: &SourceFile| file.path.split_once("/fuzz/").map(|(folder, _)| folder.to_owned());
    let crates: BTreeSet<String> = files.filter_map(of_crate).collect();
    crates.iter().flat_map(|folder| unpaired_in(workspace, folder)).collect()
}

fn unpaired_in(workspace: &Workspace, folder: &str) -> Vec<String> {
    let text = |path: &str| {
        let file = workspace.files.iter().find(|file| file.path.strip_prefix(folder) == Some(path));
        file.map(|file| file.text.as_str()).unwrap_or_default()
    };
    let rules = names_of_rules(text(RULES));
    let targets = targets(workspace, folder);
    let named = |name: &String| text(MANIFEST).contains(&format!("path = \"fuzz_targets/{name}.rs\""));
    let without_target = rules.difference(&targets).map(|name| format!("{folder}{RULES}: {name} has no target"));
    let without_rule = targets.difference(&rules).map(|name| format!("{folder}{TARGETS}{name}.rs: it has no rule"));
    let unnamed = targets.iter().filter(|name| !named(name));
    let unnamed = unnamed.map(|name| format!("{folder}{MANIFEST}: it does not name the target {name}"));
    without_target.chain(without_rule).chain(unnamed).collect()
}

/// The public functions: what only helps them is private.
fn names_of_rules(text: &str) -> BTreeSet<String> {
    let code = code_of(text);
    let heads = code.lines().filter_map(|line| line.strip_prefix("pub fn "));
    heads.filter_map(|head| head.split(['(', '<']).next()).map(str::to_owned).collect()
}

/// The targets that hold the rule of their name.
fn targets(workspace: &Workspace, folder: &str) -> BTreeSet<String> {
    let name = |file: &SourceFile| {
        let name = file.path.strip_prefix(folder)?.strip_prefix(TARGETS)?.strip_suffix(".rs")?;
        code_of(&file.text).contains(&format!("rules::{name}(")).then(|| name.to_owned())
    };
    workspace.files.iter().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(rules: &str, target: (&str, &str), manifest: &str) -> Vec<String> {
        let file = |path: &str, text: &str| SourceFile { path: format!("crates/a{path}"), text: text.into() };
        let files = vec![
            file(RULES, rules),
            file(&format!("{TARGETS}{}.rs", target.0), target.1),
            file(MANIFEST, manifest),
            file("/src/lib.rs", "pub fn other() {}"),
        ];
        unpaired(&Workspace { files, ..Workspace::default() })
    }

    #[test]
    fn a_rule_and_its_target_that_is_named_are_a_pair() {
        let found = found_in(
            "pub fn note(text: &str) {}\nfn helper() {}",
            ("note", "fuzz_target!(|text: &str| rules::note(text));"),
            "path = \"fuzz_targets/note.rs\"",
        );
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn each_of_them_without_the_others_is_found() {
        let found = found_in("pub fn note(text: &str) {}", ("tile", "rules::tile(text)"), "");
        assert_eq!(found.len(), 3, "{found:?}");
        let found =
            found_in("pub fn note(text: &str) {}", ("note", "rules::other(text)"), "path = \"fuzz_targets/note.rs\"");
        assert_eq!(found, ["crates/a/fuzz/rules.rs: note has no target"]);
    }
}
