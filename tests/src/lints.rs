//! Does every crate stand under the lints of the house? One that does not say so has none.

use crate::workspace::Workspace;
use toml::Table;

/// Members whose manifest does not take the lints of the workspace.
pub fn without_lints(workspace: &Workspace) -> Vec<String> {
    let folders = workspace.members().map(|(_, folder)| folder);
    let lax = folders.filter(|folder| !takes_the_lints(workspace, &format!("{folder}/Cargo.toml")));
    lax.map(|folder| format!("{folder}/Cargo.toml: write `[lints]` and `workspace = true`")).collect()
}

/// Files of clippy's settings beside the root's: clippy reads the nearest alone, and what the root bans is allowed there.
pub fn nested_settings(workspace: &Workspace) -> Vec<String> {
    let is_nested = |path: &&str| path.ends_with("/clippy.toml") || path.ends_with(".clippy.toml");
    let paths = workspace.files.iter().map(|file| file.path.as_str());
    paths.filter(is_nested).map(|path| format!("{path}: it takes the place of the root's clippy.toml")).collect()
}

fn takes_the_lints(workspace: &Workspace, manifest: &str) -> bool {
    let file = workspace.files.iter().find(|file| file.path == manifest);
    let manifest = file.and_then(|file| file.text.parse::<Table>().ok());
    let lints = manifest.as_ref().and_then(|manifest| manifest.get("lints"));
    lints.and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{Package, SourceFile};

    fn found_in(manifest: &str) -> usize {
        let package = Package { member: Some("crates/a".into()), ..Package::default() };
        let file = SourceFile { path: "crates/a/Cargo.toml".into(), text: manifest.into() };
        without_lints(&Workspace { packages: vec![package], files: vec![file] }).len()
    }

    #[test]
    fn settings_of_clippy_are_found_everywhere_but_in_the_root() {
        let file = |path: &str| SourceFile { path: path.into(), text: String::new() };
        let files = ["clippy.toml", "crates/a/clippy.toml", ".clippy.toml", "crates/a/.clippy.toml"].map(file);
        let found = nested_settings(&Workspace { files: files.to_vec(), ..Workspace::default() });
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn a_crate_that_takes_no_lints_is_found() {
        assert_eq!(found_in("[package]\nname = \"a\"\n[lints]\nworkspace = true"), 0);
        assert_eq!(found_in("[package]\nname = \"a\""), 1);
        assert_eq!(found_in("# [lints] workspace = true\n[lints]\nworkspace = false"), 1);
        assert_eq!(found_in("[lints.clippy]\nall = \"allow\""), 1);
    }
}
