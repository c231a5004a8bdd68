//! Where does a package come from? From this repository, or from the registry that cargo asks, with its checksum in the
//! lock file; never from a branch of somebody's repository, and never from a folder outside this one.

use crate::workspace::Workspace;

/// How cargo names its default registry.
const REGISTRY: &str = concat!("registry+https://github.com/rust-lang/crates", ".io-index");

/// Packages that come from elsewhere.
pub fn elsewhere(workspace: &Workspace) -> Vec<String> {
    let mut offences = Vec::new();
    for package in workspace.packages.iter().filter(|package| package.member.is_none()) {
        if package.source.as_deref() != Some(REGISTRY) {
            let source = package.source.as_deref().unwrap_or("a folder outside the workspace");
            offences.push(format!("{} {} comes from {source}", package.name, package.version));
        }
    }
    offences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Package;

    #[test]
    fn a_branch_and_a_folder_are_no_registry() {
        let package = |name: &str, source: Option<&str>, member: Option<&str>| Package {
            name: name.into(),
            version: "1.0.0".into(),
            source: source.map(str::to_owned),
            member: member.map(str::to_owned),
            ..Package::default()
        };
        let packages = vec![
            package("ours", None, Some("crates/ours")),
            package("known", Some(REGISTRY), None),
            package("branch", Some("git+https://example.org/a?branch=main#0"), None),
            package("folder", None, None),
        ];
        let found = elsewhere(&Workspace { packages, ..Workspace::default() });
        let expected = [
            "branch 1.0.0 comes from git+https://example.org/a?branch=main#0",
            "folder 1.0.0 comes from a folder outside the workspace",
        ];
        assert_eq!(found, expected);
    }
}
