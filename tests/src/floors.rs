//! Which crate may use which? Only floors strictly below its own.

use crate::workspace::{Package, Workspace};

/// The floors from the ground up, as `docs/ARCHITECTURE.md` draws them, by folder name. Crates that are still to come
/// (ide-provider, lightning) have their places already.
const FLOORS: [(&str, &[&str]); 7] = [
    ("ground", &["durable-file", "events", "ledger", "outbound"]),
    (
        "rules and tools",
        &[
            "anchoring",
            "discovery",
            "domain",
            "identity",
            "lightning",
            "models",
            "openid",
            "passkeys",
            "sandbox",
            "search-index",
            "seed-wallet",
            "wire",
        ],
    ),
    ("store", &["store"]),
    ("projections", &["projections"]),
    ("kit", &["service-kit", MEASURING, TEST_ONLY]),
    (
        "services",
        &[
            "anchor-service",
            "auditor",
            "command-line",
            "control-plane",
            "coordinator",
            "ide-provider",
            "inference",
            "portal",
            "worker",
        ],
    ),
    ("binaries", &["edgecoder", "tests", "xtask"]),
];

/// The crate that every floor may use in its tests, and none in its product.
pub const TEST_ONLY: &str = "testkit";
/// The crate that every program which measures may use, on every floor, and no product.
const MEASURING: &str = "measuring";
/// The crate that is no product: it measures, too.
const GATES: &str = "xtask";

fn floor_of(folder: &str) -> Option<usize> {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    FLOORS.iter().position(|(_, crates)| crates.contains(&name))
}

/// Members that stand on no floor.
pub fn homeless(workspace: &Workspace) -> Vec<String> {
    let homeless = workspace.members().filter(|(_, folder)| floor_of(folder).is_none());
    homeless.map(|(_, folder)| format!("{folder}: give it a floor in FLOORS of tests/src/floors.rs")).collect()
}

/// Members whose package is not named after their folder.
pub fn misnamed(workspace: &Workspace) -> Vec<String> {
    let mut offences = Vec::new();
    for (package, folder) in workspace.members() {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let expected = match name {
            "edgecoder" => name.to_owned(),
            "tests" => "edgecoder-system-tests".to_owned(),
            _ => format!("edgecoder-{name}"),
        };
        if package.name != expected {
            offences.push(format!("{folder}/Cargo.toml: the package is {}, expected {expected}", package.name));
        }
    }
    offences
}

/// Uses of a crate on the same floor or above, and uses of the test kit in a product.
pub fn climbs(workspace: &Workspace) -> Vec<String> {
    let mut offences = Vec::new();
    for (package, folder) in workspace.members() {
        for used in &package.uses {
            let target = workspace.members().find(|(member, _)| member.name == used.package);
            let Some((_, target)) = target else { continue };
            if let Some(name) = [MEASURING, TEST_ONLY].into_iter().find(|name| target.ends_with(*name)) {
                if !used.dev_only && !folder.ends_with(GATES) {
                    offences.push(format!("{folder}/Cargo.toml: {name} is for [dev-dependencies] only"));
                }
            } else if let Some(step) = forbidden_step(folder, target) {
                offences.push(describe(package, folder, target, step));
            }
        }
    }
    offences
}

fn forbidden_step(from: &str, to: &str) -> Option<(usize, usize)> {
    let (from, to) = (floor_of(from)?, floor_of(to)?);
    (to >= from).then_some((from, to))
}

fn describe(package: &Package, folder: &str, target: &str, (from, to): (usize, usize)) -> String {
    let way = if from == to { "a step sideways" } else { "a climb" };
    let (from_name, to_name) = (FLOORS[from].0, FLOORS[to].0);
    format!(
        "{folder}/Cargo.toml: {} (floor {from}, {from_name}) uses {target} (floor {to}, {to_name}): {way}; move what both \
         need to a floor below {from}",
        package.name
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Use;

    fn member(folder: &str, uses: &[(&str, bool)]) -> Package {
        let name = |folder: &str| format!("edgecoder-{}", folder.rsplit('/').next().unwrap());
        let uses =
            uses.iter().map(|(folder, dev_only)| Use { package: name(folder), dev_only: *dev_only, ..Use::default() });
        Package { name: name(folder), member: Some(folder.into()), uses: uses.collect(), ..Package::default() }
    }

    fn workspace(packages: &[Package]) -> Workspace {
        Workspace { packages: packages.to_vec(), ..Workspace::default() }
    }

    #[test]
    fn a_climb_and_a_step_sideways_are_found_and_a_step_down_is_not() {
        let store = member("crates/store", &[("events", false), ("crates/ledger", false)]);
        let ledger = member("crates/ledger", &[("events", false)]);
        let events = member("events", &[("crates/store", true)]);
        let found = climbs(&workspace(&[store, ledger, events]));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("sideways") && found[1].contains("climb"), "{found:?}");
    }

    #[test]
    fn the_test_kit_in_a_product_is_found_and_in_tests_is_not() {
        let kit = member("crates/testkit", &[("events", false)]);
        let events = member("events", &[("crates/testkit", true)]);
        let portal = member("crates/portal", &[("crates/testkit", false)]);
        let found = climbs(&workspace(&[kit, events, portal]));
        assert_eq!(found, ["crates/portal/Cargo.toml: testkit is for [dev-dependencies] only"]);
    }

    #[test]
    fn what_measures_is_open_to_every_floor_and_to_no_product() {
        let measuring = member("crates/measuring", &[]);
        let ledger = member("crates/ledger", &[("crates/measuring", true)]);
        let gates = member("crates/xtask", &[("crates/measuring", false)]);
        let worker = member("crates/worker", &[("crates/measuring", false)]);
        let found = climbs(&workspace(&[measuring, ledger, gates, worker]));
        assert_eq!(found, ["crates/worker/Cargo.toml: measuring is for [dev-dependencies] only"]);
    }

    #[test]
    fn a_crate_without_a_floor_or_with_another_name_is_found() {
        let mut lost = member("crates/lost", &[]);
        lost.name = "lost".into();
        let workspace = workspace(&[lost]);
        assert_eq!(homeless(&workspace).len(), 1);
        assert_eq!(misnamed(&workspace), ["crates/lost/Cargo.toml: the package is lost, expected edgecoder-lost"]);
    }
}
