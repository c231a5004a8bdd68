//! Which settings are there, and which of them did somebody mean who mistyped one?

/// Every setting; `docs/operators/running.md` says what each means.
pub(super) const NAMES: [&str; 67] = [
    "ADMIN_API_TOKEN",
    "AGENT_CLIENT_TYPE",
    "AGENT_ID",
    "AGENT_MODE",
    "AGENT_OS",
    "AGENT_REGISTRATION_TOKEN",
    "ALLOWED_ADMIN_IPS",
    "ANCHOR_CALENDARS",
    "ANCHOR_DAILY_CAP_SAT",
    "ANCHOR_ESPLORA_URL",
    "ANCHOR_HIGHEST_FEE_RATE",
    "ANCHOR_INTERVAL_SECONDS",
    "ANCHOR_LOOK_SECONDS",
    "ANCHOR_NETWORK",
    "ANCHOR_NODE_COOKIE",
    "ANCHOR_NODE_URL",
    "ANCHOR_PORT",
    "ANCHOR_SERVICE_URL",
    "ANCHOR_SPEND_REAL_MONEY",
    "ANCHOR_WALLET_BIRTHDAY",
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
    "MAIL_API_TOKEN",
    "MAIL_API_URL",
    "MAX_CONCURRENT_TASKS",
    "OLLAMA_HOST",
    "OLLAMA_MODEL",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_MODEL",
    "PORTAL_AUDIT_URL",
    "PORTAL_GOOGLE_CLIENT_ID",
    "PORTAL_GOOGLE_CLIENT_SECRET",
    "PORTAL_MAIL_FROM",
    "PORTAL_MICROSOFT_CLIENT_ID",
    "PORTAL_MICROSOFT_CLIENT_SECRET",
    "PORTAL_OPENID_CLIENT_ID",
    "PORTAL_OPENID_CLIENT_SECRET",
    "PORTAL_OPENID_ISSUER",
    "PORTAL_OPENID_TITLE",
    "PORTAL_PORT",
    "PORTAL_PUBLIC_URL",
    "PORTAL_SMTP_URL",
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

/// As many names are shown: one of them was meant, or none.
const MAX_NEAR: usize = 3;

/// The settings whose names are nearly this one, the nearest first.
pub(super) fn near(mistyped: &str) -> Vec<&'static str> {
    let mistyped = mistyped.to_uppercase();
    let mut near: Vec<_> = NAMES.into_iter().map(|name| (typos(&mistyped, name), name)).collect();
    near.retain(|(typos, _)| *typos <= MAX_TYPOS);
    near.sort_unstable();
    near.into_iter().map(|(_, name)| name).take(MAX_NEAR).collect()
}

/// What helps somebody who mistyped a name that is nearly these.
pub(super) fn advice(near: &[&str]) -> String {
    if near.is_empty() {
        return "docs/operators/running.md lists them all".to_owned();
    }
    format!("did you mean {}?", near.join(" or "))
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
    fn a_mistyped_name_has_its_neighbours_and_a_strange_one_the_list() {
        assert_eq!(near("COORDINATR_PORT"), ["COORDINATOR_PORT"]);
        assert_eq!(near("agent_ids"), ["AGENT_ID", "AGENT_OS"]);
        assert!(near("SOMETHING_ELSE_ALTOGETHER").is_empty());
        assert!(NAMES.iter().all(|name| near(name).first() == Some(name) && near(name).len() <= MAX_NEAR));
        assert_eq!(advice(&["A", "B"]), "did you mean A or B?");
        assert!(advice(&[]).contains("docs/operators/running.md"));
        assert_eq!((typos("kitten", "sitting"), typos("", "abc"), typos("abc", "abc")), (3, 3, 0));
    }
}
