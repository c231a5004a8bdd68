//! What does an operator hear when a machine or an account is not there?

use edgecoder_domain::agent::AgentRefusal;
use edgecoder_service_kit::{
    commands::CommandError,
    http::{Problem, Refusal},
};

/// A refusal about a machine that the caller named but is not.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other refusals mean the same to every caller")]
pub fn of_named_agent(error: CommandError<Refusal>) -> Problem {
    match error {
        CommandError::Refused(Refusal::Agent(AgentRefusal::NotEnrolled)) => no_such_agent(),
        CommandError::Refused(Refusal::Agent(refusal @ AgentRefusal::NotRegistered)) => {
            Problem::conflict("agent_not_registered", refusal.to_string())
        }
        other => other.into(),
    }
}

/// 404 for a machine that nobody enrolled.
pub fn no_such_agent() -> Problem {
    Problem::not_found("agent_not_found", "there is no enrolled node of this name")
}

/// 404 for an account that is not there, or not the caller's.
pub fn no_such_account() -> Problem {
    Problem::not_found("account_not_found", "there is no account of this name, or it is not yours")
}
