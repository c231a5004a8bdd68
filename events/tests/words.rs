//! Do the words of fixed lists stay what they are? Bytes of the log are made of them, and a variant's name makes them.

#![expect(clippy::unwrap_used, reason = "a test may end where it is wrong")]

use edgecoder_events::{agent::*, anchor::*, blacklist::*, credit::*, node::*, person::*, task::*};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fmt::Debug, fs, path::PathBuf};

const DOCUMENT: &str = include_str!("../../docs/LEDGER.md");
const BEFORE: &str = "| field | of | words |\n|---|---|---|\n";

/// A list of words, and where one of them stands: the field's name and the kinds that have it.
struct List {
    variants: &'static str,
    words: Vec<&'static str>,
    fields: &'static [(&'static str, &'static [&'static str])],
}

/// Reads each list, and proves it for each word in both directions. The `match` has no other arm: a new variant does not
/// compile before it has its word here.
macro_rules! lists {
    ($($list:ident in $fields:expr => { $($variant:ident => $word:literal),+ $(,)? })+) => {
        fn lists() -> Vec<List> {
            vec![$({
                let word_of = |variant: $list| match variant { $($list::$variant => $word),+ };
                let variants = [$($list::$variant),+];
                List {
                    variants: stringify!($list),
                    words: variants.into_iter().map(|variant| proven(variant, word_of(variant))).collect(),
                    fields: $fields,
                }
            }),+]
        }
    };
}

lists! {
    NodeKind in &[("kind", &["node.enrolled"])] => { Agent => "agent", Coordinator => "coordinator" }
    AgentMode in &[("mode", &["node.mode_changed", "agent.registered"])] => {
        SwarmOnly => "swarm-only",
        IdeEnabled => "ide-enabled",
    }
    PowerSource in &[("power", &["node.power_policy_set"])] => { Any => "any", Mains => "mains" }
    SandboxMode in &[("sandbox", &["agent.registered", "agent.capabilities_changed"])] => {
        Wasm => "wasm",
        Process => "process",
        Docker => "docker",
        None => "none",
    }
    Language in &[
        ("languages", &["agent.registered", "agent.capabilities_changed"]),
        ("language", &["task.submitted", "task.planned"]),
    ] => { Python => "python", Javascript => "javascript" }
    OfflineReason in &[("reason", &["agent.went_offline"])] => { Silent => "silent", Drained => "drained" }
    BlacklistReason in &[("reason_code", &["agent.blacklisted"])] => {
        AbuseSpam => "abuse_spam",
        AbuseMalware => "abuse_malware",
        PolicyViolation => "policy_violation",
        CredentialAbuse => "credential_abuse",
        DosBehavior => "dos_behavior",
        ForgedResults => "forged_results",
        ManualReview => "manual_review",
    }
    WorkKind in &[("work", &["task.submitted", "task.planned"])] => { Program => "program", Prompt => "prompt" }
    ResourceClass in &[("resource", &["task.submitted"])] => { Cpu => "cpu", Gpu => "gpu" }
    Planner in &[("planner", &["task.planned"])] => {
        Submission => "submission",
        Model => "model",
        Fallback => "fallback",
    }
    ReturnReason in &[("reason", &["task.subtask_returned"])] => {
        LeaseExpired => "lease_expired",
        AgentDrained => "agent_drained",
        AgentBlacklisted => "agent_blacklisted",
        AgentUnable => "agent_unable",
        ModelUnavailable => "model_unavailable",
        SnapshotUnavailable => "snapshot_unavailable",
        SandboxUnavailable => "sandbox_unavailable",
    }
    Verdict in &[("verdict", &["task.subtask_finished"])] => { Passed => "passed", Failed => "failed" }
    FailReason in &[("reason", &["task.failed"])] => {
        ProgramFailed => "program_failed",
        AttemptsExhausted => "attempts_exhausted",
        BudgetExhausted => "budget_exhausted",
        PlanningFailed => "planning_failed",
        NoModel => "no_model",
    }
    ReviewDecision in &[("decision", &["task.reviewed"])] => {
        Accepted => "accepted",
        Rejected => "rejected",
        Edited => "edited",
    }
    IssueReason in &[("reason", &["credit.issued"])] => { Faucet => "faucet" }
    AnchorWay in &[("way", &["anchor.requested"])] => {
        OpenTimestamps => "open_timestamps",
        OwnTransaction => "own_transaction",
    }
    Role in &[("role", &["person.role_given", "person.role_taken"])] => { Operator => "operator" }
}

/// The word, once the variant is written so and nothing else, and read back from it.
fn proven<T>(variant: T, word: &'static str) -> &'static str
where
    T: Copy + Debug + PartialEq + Serialize + DeserializeOwned,
{
    assert_eq!(serde_json::to_value(variant).unwrap(), json!(word));
    assert_eq!(serde_json::from_value::<T>(json!(word)).unwrap(), variant);
    let bytes = rmp_serde::to_vec(word).unwrap();
    assert_eq!(rmp_serde::to_vec(&variant).unwrap(), bytes, "{variant:?} is not written as {word:?}");
    assert_eq!(rmp_serde::from_slice::<T>(&bytes).unwrap(), variant);
    word
}

/// What stands in fields of this name, wherever in the event they are.
fn values<'a>(event: &'a Value, field: &str, found: &mut Vec<&'a Value>) {
    match event {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == field {
                    found.extend(value.as_array().map_or_else(|| vec![value], |values| values.iter().collect()));
                } else {
                    values(value, field, found);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                values(item, field, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn first_sample(kind: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("samples/{kind}.v1.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The enums of this crate that serialise to a word, as its source has them.
fn enums_with_words() -> BTreeSet<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let texts = fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let named = |text: String| {
        let after: Vec<_> = text.split("rename_all").skip(1).map(str::to_owned).collect();
        let name = |after: String| after.split_once("pub enum ").unwrap().1.split_once(' ').unwrap().0.to_owned();
        after.into_iter().map(name).collect::<Vec<_>>()
    };
    texts.flat_map(named).collect()
}

fn table() -> String {
    let quoted = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let rows = |list: List| {
        let row =
            |(field, kinds): &(&str, &[&str])| format!("| `{field}` | {} | {} |\n", quoted(kinds), quoted(&list.words));
        list.fields.iter().map(row).collect::<String>()
    };
    lists().into_iter().map(rows).collect()
}

#[test]
fn every_word_is_this_for_ever() {
    let listed: BTreeSet<_> = lists().into_iter().map(|list| list.variants.to_owned()).collect();
    assert_eq!(listed, enums_with_words(), "every enum with `rename_all` has its list of words in this file");
}

#[test]
fn the_fields_of_a_list_hold_its_words() {
    for list in lists() {
        for (field, kinds) in list.fields {
            for kind in *kinds {
                let (sample, mut found) = (first_sample(kind), Vec::new());
                values(&sample["fields"], field, &mut found);
                assert!(!found.is_empty(), "{kind} has no field {field}");
                let strange = found.iter().find(|word| !list.words.contains(&word.as_str().unwrap_or_default()));
                assert_eq!(strange, None, "{field} of {kind} is no {}", list.variants);
            }
        }
    }
}

#[test]
fn the_page_lists_the_words_of_every_field() {
    let (_, after) = DOCUMENT.split_once(BEFORE).expect("the page has a table of words");
    let (shown, expected) = (after.split("\n\n").next().unwrap(), table());
    assert_eq!(shown, expected.trim_end(), "the table should be:\n{expected}");
}
