//! Which settings are there, and which of them did somebody mean who mistyped one?

/// Every setting; `docs/operators/running.md` says what each means.
pub(super) const NAMES: [&str; 39] = [
    "ADMIN_API_TOKEN",
    "AGENT_CLIENT_TYPE",
    "AGENT_ID",
    "AGENT_MODE",
    "AGENT_OS",
    "AGENT_REGISTRATION_TOKEN",
    "ALLOWED_ADMIN_IPS",
    "CONTROL_PLANE_PORT",
    "CONTROL_PLANE_URL",
    "COORDINATOR_DOMAIN",
    "COORDINATOR_NAME_SERVER",
    "COORDINATOR_PORT",
    "COORDINATOR_URL",
    "DATABASE_URL",
    "EDGECODER_DATA_DIR",
    "EDGECODER_ENV",
    "EDGECODER_HOST",
    "EDGECODER_LOG",
    "EDGECODER_LOG_FORMAT",
    "EDGECODER_SERVICE_TOKEN",
    "EDGECODER_TOKEN",
    "EDGE_RUNTIME_MODE",
    "INFERENCE_PORT",
    "INFERENCE_URL",
    "LEDGER_ORIGIN",
    "LOCAL_MODEL_PROVIDER",
    "MAX_CONCURRENT_TASKS",
    "OLLAMA_HOST",
    "OLLAMA_MODEL",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_MODEL",
    "SANDBOX_MODE",
    "SUBMISSIONS_PER_MINUTE",
    "SUBMITTED_BYTES_PER_MINUTE",
    "TRUSTED_PROXIES",
    "WITNESS_LOGS",
    "WITNESS_POLICY",
    "WORKER_PORT",
];

/// A name that differs in more letters than this was not mistyped.
const MAX_TYPOS: usize = 2;

/// The settings whose names are nearly this one; all of them where none is.
pub(super) fn near(mistyped: &str) -> Vec<&'static str> {
    let mistyped = mistyped.to_uppercase();
    let near: Vec<_> = NAMES.into_iter().filter(|name| typos(&mistyped, name) <= MAX_TYPOS).collect();
    if near.is_empty() { NAMES.to_vec() } else { near }
}

/// How many letters must be put in, taken out or changed to make one text of the other (Levenshtein's distance).
fn typos(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (above, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], above + 1);
        for (left, wanted) in other.chars().enumerate() {
            let changed = diagonal + usize::from(letter != wanted);
            diagonal = row[left + 1];
            row[left + 1] = changed.min(diagonal + 1).min(row[left] + 1);
        }
    }
    row[row.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOR_OPERATORS: &str = include_str!("../../../../docs/operators/running.md");

    #[test]
    fn operators_are_told_of_every_setting_and_of_no_other() {
        for name in NAMES {
            assert!(FOR_OPERATORS.contains(&format!("`{name}`")), "{name} is not in docs/operators/running.md");
        }
        let (_, table) = FOR_OPERATORS.split_once("| name | default | meaning |").unwrap();
        let rows = table.trim_start().lines().take_while(|line| line.starts_with('|'));
        let told = rows.filter_map(|row| row.split('|').nth(1)).flat_map(|cell| cell.split('`').skip(1).step_by(2));
        let told: Vec<_> = told.filter(|word| !word.starts_with("--")).collect();
        assert!(told.len() > 30, "{told:?}");
        for name in told {
            assert!(NAMES.contains(&name), "{name} is not in NAMES");
        }
    }

    #[test]
    fn a_mistyped_name_has_its_neighbours_and_a_strange_one_all() {
        assert_eq!(near("COORDINATR_PORT"), ["COORDINATOR_PORT"]);
        assert_eq!(near("agent_ids"), ["AGENT_ID", "AGENT_OS"]);
        assert_eq!(near("SOMETHING_ELSE_ALTOGETHER"), NAMES);
        assert_eq!((typos("kitten", "sitting"), typos("", "abc"), typos("abc", "abc")), (3, 3, 0));
    }
}
