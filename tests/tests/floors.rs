//! Does this tree keep the rules of the house? One test per rule; a failure lists every place that breaks it.

use edgecoder_system_tests::{
    arms, clients, duplicates, floors, fuzz, heavy, licences, lints, origins, policy::Policy, purity, registries,
    routes, sources, statements, unused, workspace::Workspace,
};
use std::sync::LazyLock;

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::read);

fn workspace() -> &'static Workspace {
    static READ: LazyLock<Result<Workspace, String>> = LazyLock::new(Workspace::read);
    READ.as_ref().unwrap_or_else(|error| panic!("no rule could be checked: {error}"))
}

fn none(rule: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{rule}:\n  {}\n", offences.join("\n  "));
}

#[test]
fn every_crate_stands_on_a_floor() {
    none("a workspace crate stands on no floor", &floors::homeless(workspace()));
}

#[test]
fn every_package_is_named_after_its_folder() {
    none("package and folder are named alike", &floors::misnamed(workspace()));
}

#[test]
fn a_crate_uses_only_floors_below_its_own() {
    none("a crate uses only floors strictly below its own", &floors::climbs(workspace()));
}

#[test]
fn heavy_crates_stay_in_their_wrapper_and_banned_ones_outside() {
    none("deny.toml, bans.deny", &heavy::outside_their_wrapper(workspace(), &POLICY.bans.deny));
}

#[test]
fn every_package_comes_from_the_registry() {
    none("a package comes from elsewhere", &origins::elsewhere(workspace()));
}

#[test]
fn every_licence_is_one_that_we_accept() {
    none("deny.toml, licenses: not accepted", &licences::unknown(workspace(), &POLICY.licenses));
}

#[test]
fn a_crate_is_built_in_one_version_or_says_why() {
    none("a crate in several versions", &duplicates::unexplained(workspace(), &POLICY.bans.skip));
}

#[test]
fn every_ban_and_every_second_version_has_a_reason() {
    let bans = POLICY.bans.deny.iter().map(|ban| (&ban.package, &ban.reason));
    let skips = POLICY.bans.skip.iter().map(|skip| (&skip.package, &skip.reason));
    let silent = bans.chain(skips).filter(|(_, reason)| reason.trim().is_empty()).map(|(package, _)| package.clone());
    none("deny.toml: reasons missing", &silent.collect::<Vec<_>>());
}

#[test]
fn every_exception_is_needed() {
    none("deny.toml, bans.skip", &duplicates::stale(workspace(), &POLICY.bans.skip));
    none("deny.toml, bans.deny", &heavy::idle_wrappers(workspace(), &POLICY.bans.deny));
    none("tests/src/routes.rs", &routes::stale_exceptions(workspace()));
}

#[test]
fn every_route_is_documented() {
    none("add it with `.routes(routes!(…))`", &routes::undocumented(workspace()));
}

#[test]
fn every_dependency_is_used() {
    none(
        "remove it, move it to [dev-dependencies], or name it in package.metadata.cargo-machete.ignored with a comment",
        &unused::dependencies(workspace()),
    );
}

#[test]
fn unsafe_code_is_in_the_sandbox_only() {
    none("`unsafe` outside crates/sandbox", &sources::unsafe_code(workspace()));
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    none("write #[expect(lint, reason = \"…\")]", &sources::allow_attributes(workspace()));
    none("write #[expect(lint, reason = \"…\")]", &sources::silent_expectations(workspace()));
}

#[test]
fn every_crate_stands_under_the_lints() {
    none("a crate without the lints of the workspace", &lints::without_lints(workspace()));
    none("clippy has one file of settings", &lints::nested_settings(workspace()));
}

#[test]
fn every_test_runs() {
    none("a test is ignored; make it run, or remove it", &sources::ignored_tests(workspace()));
}

#[test]
fn nothing_is_left_unfinished() {
    none("finish it or leave it out", &sources::unfinished(workspace()));
}

#[test]
fn a_file_answers_one_question() {
    none("files that should be several", &sources::oversized(workspace()));
}

#[test]
fn folders_are_named_after_the_product() {
    none("name it after what it is in the product", &sources::empty_names(workspace()));
}

#[test]
fn deciding_code_is_pure() {
    let rule = "time, chance, waiting and databases stay out of deciding code";
    none(rule, &purity::impure_lines(workspace()));
    none(rule, &purity::impure_imports(workspace()));
    none(rule, &purity::impure_dependencies(workspace()));
}

#[test]
fn no_arm_takes_whatever_is_left() {
    none("name every event and every command (docs/STYLE.md, rule 4)", &arms::that_take_the_rest(workspace()));
}

#[test]
fn every_client_is_made_in_one_room() {
    none("clients are made by `edgecoder_outbound`", &clients::made_elsewhere(workspace()));
}

#[test]
fn every_fuzz_target_has_its_rule() {
    none("fuzz/rules.rs, fuzz/fuzz_targets and fuzz/Cargo.toml say the same", &fuzz::unpaired(workspace()));
}

#[test]
fn no_database_writes_its_statements_into_the_log() {
    none("options of a connection say `disable_statement_logging`", &statements::in_the_log(workspace()));
}

#[test]
fn services_speak_no_sql() {
    none("SQL belongs in store and projections", &purity::sql_in_services(workspace()));
}

#[test]
fn no_file_names_a_package_registry() {
    none("registry addresses come from the machine's configuration", &registries::addresses(workspace()));
}
