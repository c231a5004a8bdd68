//! Is any crate built in two versions without a reason?

use crate::{policy::Skip, workspace::Workspace};
use std::collections::BTreeMap;

/// Packages that appear in several versions, beyond those that `skip` explains.
pub fn unexplained(workspace: &Workspace, skip: &[Skip]) -> Vec<String> {
    let mut versions = BTreeMap::<&str, Vec<&str>>::new();
    for package in &workspace.packages {
        if !skip.iter().any(|skip| covers(&skip.package, &package.name, &package.version)) {
            versions.entry(&package.name).or_default().push(&package.version);
        }
    }
    versions.retain(|_, versions| versions.len() > 1);
    versions.into_iter().map(|(name, versions)| describe(workspace, name, &versions)).collect()
}

/// Entries of `skip` that speak of no package that is there.
pub fn stale(workspace: &Workspace, skip: &[Skip]) -> Vec<String> {
    let speaks = |skip: &Skip| workspace.packages.iter().any(|it| covers(&skip.package, &it.name, &it.version));
    skip.iter().filter(|skip| !speaks(skip)).map(|skip| format!("{}: nobody brings it", skip.package)).collect()
}

/// Whether `sha2@0.10` speaks of `sha2` `0.10.9`.
fn covers(spec: &str, name: &str, version: &str) -> bool {
    let Some((skipped, prefix)) = spec.split_once('@') else { return spec == name };
    let rest = version.strip_prefix(prefix);
    skipped == name && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '+', '-']))
}

fn describe(workspace: &Workspace, name: &str, versions: &[&str]) -> String {
    let brought = versions.iter().map(|version| format!("{version} by {}", users(workspace, name, version)));
    let brought = brought.collect::<Vec<_>>().join("; ");
    format!("{name}: {brought}. Use one version, or list the older in `skip` of deny.toml with its reason")
}

fn users(workspace: &Workspace, name: &str, version: &str) -> String {
    let users = workspace
        .packages
        .iter()
        .filter(|package| package.uses.iter().any(|used| used.package == name && used.version == version));
    users.map(|user| user.name.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Package;

    fn two_versions() -> Workspace {
        let version = |version: &str| Package { name: "sha2".into(), version: version.into(), ..Package::default() };
        Workspace { packages: vec![version("0.10.9"), version("0.11.1")], ..Workspace::default() }
    }

    fn skip(package: &str) -> [Skip; 1] {
        [Skip { package: package.into(), reason: "eryx".into() }]
    }

    #[test]
    fn a_second_version_is_found_unless_it_is_explained() {
        assert_eq!(unexplained(&two_versions(), &[]).len(), 1);
        assert_eq!(unexplained(&two_versions(), &skip("sha2@0.9")).len(), 1);
        assert_eq!(unexplained(&two_versions(), &skip("sha2@0.10")), Vec::<String>::new());
    }

    #[test]
    fn an_exception_for_what_nobody_brings_is_found() {
        assert_eq!(stale(&two_versions(), &skip("sha2@0.9")), ["sha2@0.9: nobody brings it"]);
        assert_eq!(stale(&two_versions(), &skip("sha2@0.10")), Vec::<String>::new());
    }

    #[test]
    fn a_version_prefix_ends_at_a_dot() {
        assert!(covers("toml@0.9", "toml", "0.9.12+spec-1.1.0"));
        assert!(!covers("toml@0.1", "toml", "0.10.1"));
        assert!(!covers("toml@0.9", "toml_edit", "0.9.1"));
    }
}
