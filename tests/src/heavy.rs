//! Is each heavy crate behind its wrappers, ours and others', and what we ban nowhere? As `cargo deny` asks.

use crate::{
    policy::Ban,
    workspace::{Package, Workspace},
};

/// Direct uses of a wrapped package by any other in the graph, and any presence of a banned one.
pub fn outside_their_wrapper(workspace: &Workspace, bans: &[Ban]) -> Vec<String> {
    bans.iter()
        .flat_map(|ban| if ban.wrappers.is_empty() { present(workspace, ban) } else { leaks(workspace, ban) })
        .collect()
}

fn present(workspace: &Workspace, ban: &Ban) -> Vec<String> {
    let users = |banned: &Package| {
        let uses = |user: &&Package| user.uses.iter().any(|used| used.package == banned.name);
        workspace.packages.iter().filter(uses).map(|user| user.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let found = workspace.packages.iter().filter(|package| package.name == ban.package);
    found
        .map(|banned| format!("{} {}, brought by {}: {}", banned.name, banned.version, users(banned), ban.reason))
        .collect()
}

fn leaks(workspace: &Workspace, ban: &Ban) -> Vec<String> {
    let outside = workspace.packages.iter().filter(|package| !ban.wrappers.contains(&package.name));
    let leaking = outside.filter(|package| package.uses.iter().any(|used| used.package == ban.package));
    leaking.map(|package| describe(package, ban)).collect()
}

/// Wrappers that do not use what they wrap. Crates of ours that are still to come may be named already.
pub fn idle_wrappers(workspace: &Workspace, bans: &[Ban]) -> Vec<String> {
    let is_idle = |wrapper: &str, ban: &Ban| match workspace.packages.iter().find(|it| it.name == wrapper) {
        Some(package) => package.uses.iter().all(|used| used.package != ban.package),
        None => !wrapper.starts_with("edgecoder-"),
    };
    let idle = |ban: &Ban| {
        let idle = ban.wrappers.iter().filter(|wrapper| is_idle(wrapper, ban));
        idle.map(|wrapper| format!("{wrapper} does not use {}", ban.package)).collect::<Vec<_>>()
    };
    bans.iter().flat_map(idle).collect()
}

fn describe(package: &Package, ban: &Ban) -> String {
    let place = package.member.as_ref().map_or_else(|| package.name.clone(), |folder| format!("{folder}/Cargo.toml"));
    format!("{place}: only {} may use {}: {}", ban.wrappers.join(", "), ban.package, ban.reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Use;

    fn package(name: &str, member: Option<&str>, uses: &str) -> Package {
        Package {
            name: name.into(),
            member: member.map(str::to_owned),
            uses: vec![Use { package: uses.into(), ..Use::default() }],
            ..Package::default()
        }
    }

    fn ban(wrappers: &[&str]) -> [Ban; 1] {
        let wrappers = wrappers.iter().map(|&name| name.to_owned()).collect();
        [Ban { package: "wasmtime".into(), wrappers, reason: "heavy".into() }]
    }

    #[test]
    fn a_heavy_crate_outside_its_wrapper_is_found() {
        let packages = vec![
            package("edgecoder-sandbox", Some("crates/sandbox"), "wasmtime"),
            package("edgecoder-portal", Some("crates/portal"), "wasmtime"),
            package("eryx", None, "wasmtime"),
        ];
        let workspace = Workspace { packages, ..Workspace::default() };
        let found = outside_their_wrapper(&workspace, &ban(&["edgecoder-sandbox"]));
        assert_eq!(
            found,
            [
                "crates/portal/Cargo.toml: only edgecoder-sandbox may use wasmtime: heavy",
                "eryx: only edgecoder-sandbox may use wasmtime: heavy",
            ]
        );
    }

    #[test]
    fn a_wrapper_that_does_not_use_its_crate_is_found_unless_it_is_still_to_come() {
        let packages = vec![
            package("edgecoder-sandbox", Some("crates/sandbox"), "wasmtime"),
            package("edgecoder-worker", Some("crates/worker"), "serde"),
        ];
        let workspace = Workspace { packages, ..Workspace::default() };
        let wrappers = ["edgecoder-sandbox", "edgecoder-worker", "edgecoder-portal", "wiggle"];
        let found = idle_wrappers(&workspace, &ban(&wrappers));
        assert_eq!(found, ["edgecoder-worker does not use wasmtime", "wiggle does not use wasmtime"]);
    }

    #[test]
    fn a_banned_crate_is_found_however_deep_it_sits() {
        let packages = vec![package("eryx", None, "wasmtime"), package("wasmtime", None, "")];
        let workspace = Workspace { packages, ..Workspace::default() };
        let found = outside_their_wrapper(&workspace, &ban(&[]));
        assert_eq!(found, ["wasmtime , brought by eryx: heavy"]);
    }
}
