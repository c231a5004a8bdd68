//! By which words do people name the variants that travel as words?

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::{
    Serialize,
    de::{DeserializeOwned, IntoDeserializer, value::Error},
};

pub const LANGUAGES: &[&str] = &["python", "javascript"];
pub const WORK_KINDS: &[&str] = &["program", "prompt"];
pub const TASK_STATES: &[&str] = &["planning", "queued", "running", "escalated", "completed", "failed", "cancelled"];
pub const AGENT_MODES: &[&str] = &["swarm-only", "ide-enabled"];
pub const NODE_KINDS: &[&str] = &["agent", "coordinator"];
pub const ROLES: &[&str] = &["operator"];
pub const RESOURCES: &[&str] = &["cpu", "gpu"];
pub const BLACKLIST_REASONS: &[&str] = &[
    "abuse_spam",
    "abuse_malware",
    "policy_violation",
    "credential_abuse",
    "dos_behavior",
    "forged_results",
    "manual_review",
];

/// So many of a thing: `1 machine`, `2 machines`.
pub fn counted(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// The verb of so many.
pub const fn verb(number: u64, of_one: &'static str, of_many: &'static str) -> &'static str {
    if number == 1 { of_one } else { of_many }
}

/// Takes one of `words` on the command line and gives the variant of that name.
pub fn one_of<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word: String| {
        let deserializer: serde::de::value::StrDeserializer<'_, Error> = word.as_str().into_deserializer();
        T::deserialize(deserializer)
    })
}

/// The word by which a variant travels, with spaces for underscores: `attempts exhausted`.
pub fn spoken(variant: &impl Serialize) -> String {
    word(variant).replace('_', " ")
}

/// The word by which a variant travels.
pub fn word(variant: &impl Serialize) -> String {
    match serde_json::to_value(variant) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, Command};
    use edgecoder_events::{
        blacklist::BlacklistReason,
        node::{AgentMode, NodeKind},
        person::Role,
        task::{Language, ResourceClass, WorkKind},
    };
    use edgecoder_wire::tasks::TaskState;

    fn round_trip<T>(words: &'static [&'static str])
    where
        T: DeserializeOwned + Serialize + Clone + Send + Sync + 'static,
    {
        for typed in words {
            let command = Command::new("x").arg(Arg::new("word").value_parser(one_of::<T>(words)));
            let matches = command.try_get_matches_from(["x", typed]).unwrap();
            assert_eq!(word(matches.get_one::<T>("word").unwrap()), *typed);
        }
    }

    #[test]
    fn every_word_names_its_variant() {
        round_trip::<Language>(LANGUAGES);
        round_trip::<WorkKind>(WORK_KINDS);
        round_trip::<TaskState>(TASK_STATES);
        round_trip::<AgentMode>(AGENT_MODES);
        round_trip::<NodeKind>(NODE_KINDS);
        round_trip::<Role>(ROLES);
        round_trip::<ResourceClass>(RESOURCES);
        round_trip::<BlacklistReason>(BLACKLIST_REASONS);
    }
}
