//! Why is there no answer, and what can the caller do about it?

use edgecoder_wire::problem::ProblemDetails;
use std::time::Duration;

const NO_PROBLEM_DETAILS: &str = "no_problem_details";

/// A coordinator's own word that something can not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the coordinator refuses ({status} {code}): {detail}")]
pub struct Refusal {
    pub status: u16,
    /// A stable code, as `agent_not_registered`.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
}

impl Refusal {
    pub(super) fn of(problem: ProblemDetails) -> Self {
        Self { status: problem.status, code: problem.error, detail: problem.detail }
    }

    /// An answer that is no success and no problem document either: a proxy's, perhaps.
    pub(super) fn without_words(status: u16) -> Self {
        let detail = "the answer says no more: is this address a coordinator's?".to_owned();
        Self { status, code: NO_PROBLEM_DETAILS.to_owned(), detail }
    }

    fn is_the_coordinators_own(&self) -> bool {
        self.code != NO_PROBLEM_DETAILS
    }
}

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the coordinator cannot be reached: {0}")]
    Unreachable(#[source] reqwest::Error),
    #[error("the coordinator did not answer {path} within {} ms", .wait.as_millis())]
    TimedOut { path: String, wait: Duration },
    #[error("the answer to {path} is longer than {limit} bytes")]
    TooLong { path: String, limit: usize },
    #[error("{base} cannot be a coordinator's address: set COORDINATOR_URL to something like http://host:4301")]
    BadAddress { base: String },
    #[error("the answer to {path} is not what was expected: {source}")]
    Unexpected { path: String, source: serde_json::Error },
    #[error("it shows another key than the one that DNS names: this is not the coordinator that was meant")]
    Stranger,
    #[error("this machine has no usable TLS: {0}")]
    NoTls(#[source] reqwest::Error),
}

impl CallError {
    /// Whether the coordinator wants this machine to register.
    pub fn wants_registration(&self) -> bool {
        matches!(self, Self::Refused(Refusal { status: 401, code, .. }) if code == "agent_not_registered")
    }

    /// Whether nothing is missing but an operator's approval.
    pub fn awaits_approval(&self) -> bool {
        matches!(self, Self::Refused(Refusal { status: 403, code, .. }) if code == "node_not_activated")
    }

    /// What the machine's owner can do, where the coordinator's own words do not say it: it knows the agent's key, and not
    /// which other one this machine has.
    pub fn advice(&self) -> Option<&'static str> {
        let is_unsigned =
            matches!(self, Self::Refused(Refusal { status: 401, code, .. }) if code == "signature_invalid");
        is_unsigned.then_some(
            "where the clock of this machine is right, the coordinator knows it by another key: bring back worker/worker-keys \
             of the data directory in which it first registered, or enrol this one under another name (AGENT_ID)",
        )
    }

    /// Whether nobody at this address could tell: another coordinator may.
    pub fn is_absence(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.status >= 500 || !refusal.is_the_coordinators_own(),
            Self::Unreachable(_)
            | Self::TimedOut { .. }
            | Self::TooLong { .. }
            | Self::BadAddress { .. }
            | Self::Unexpected { .. }
            | Self::Stranger
            | Self::NoTls(_) => true,
        }
    }

    /// Whether the same body will never be taken. The machine's own standing (401, 403), the pace (429) and the
    /// coordinator's troubles (5xx) may change; that a lease is over, or a body is not understood, may not.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Refused(refusal) => {
                refusal.is_the_coordinators_own() && matches!(refusal.status, 400 | 404 | 409 | 410 | 413 | 415 | 422)
            }
            Self::Unreachable(_)
            | Self::TimedOut { .. }
            | Self::TooLong { .. }
            | Self::BadAddress { .. }
            | Self::Unexpected { .. }
            | Self::Stranger
            | Self::NoTls(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: &str) -> CallError {
        CallError::Refused(Refusal { status, code: code.to_owned(), detail: String::new() })
    }

    #[test]
    fn only_the_coordinators_own_word_ends_a_delivery() {
        assert!(refused(409, "lease_over").is_final() && refused(400, "invalid_field").is_final());
        for error in [refused(404, NO_PROBLEM_DETAILS), refused(401, "signature_invalid"), refused(429, "slow")] {
            assert!(!error.is_final(), "{error}");
        }
    }

    #[test]
    fn another_coordinator_is_asked_only_when_nobody_speaks_here() {
        assert!(refused(503, "not_now").is_absence() && refused(404, NO_PROBLEM_DETAILS).is_absence());
        assert!(!refused(403, "agent_may_not_work").is_absence());
    }

    #[test]
    fn approval_is_awaited_by_one_code_alone() {
        assert!(refused(403, "node_not_activated").awaits_approval());
        assert!(!refused(403, "node_rejected").awaits_approval());
        assert!(!refused(403, "registration_token_invalid").awaits_approval());
    }

    #[test]
    fn who_signs_with_another_key_hears_what_to_do() {
        assert!(refused(401, "signature_invalid").advice().unwrap().contains("worker-keys"));
        assert_eq!(refused(401, "agent_not_registered").advice(), None);
    }

    #[test]
    fn registration_is_wanted_by_one_code_alone() {
        assert!(refused(401, "agent_not_registered").wants_registration());
        assert!(!refused(401, "signature_invalid").wants_registration());
        assert!(!refused(403, "agent_not_registered").wants_registration());
    }
}
