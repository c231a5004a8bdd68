//! What operators see and steer. Each action goes the way of the command line's; to everybody else nothing of it is there.

pub mod approve;
pub mod blacklist;
pub mod events;
pub mod lift;
pub mod machine;
pub mod machines;
pub mod mode;
pub mod overview;
pub mod people;
pub mod reject;
pub mod report;
pub mod role;

use crate::{Portal, callers::Operator, http::nodes};
use edgecoder_domain::agent::{AgentCommand, AgentRefusal};
use edgecoder_events::AgentId;
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    commands::CommandError,
    http::{Problem, Refusal, check_text},
    steering::{Steerer, steer_machine},
};

/// The most characters of a reason that an operator gives.
const MAX_REASON_CHARS: usize = 500;

/// Records what an operator says of a machine, as the command line does, and waits until it is shown.
async fn steer(portal: &Portal, operator: &Operator, node: &AgentId, command: AgentCommand) -> Result<(), Problem> {
    let by = Steerer::Person(operator.person.account());
    let done = steer_machine(&portal.commands, by, node, command).await.map_err(of_named_node)?;
    portal.show(&[Question::AgentDirectory, Question::Blacklist], &done).await;
    Ok(())
}

/// A refusal about a machine that the operator named.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other refusals mean the same to every caller")]
fn of_named_node(error: CommandError<Refusal>) -> Problem {
    match error {
        CommandError::Refused(Refusal::Agent(AgentRefusal::NotEnrolled)) => nodes::no_such_node(),
        CommandError::Refused(Refusal::Agent(refusal @ AgentRefusal::NotRegistered)) => {
            Problem::conflict("agent_not_registered", refusal.to_string())
        }
        other => other.into(),
    }
}

/// A reason that says something and is no book.
fn reason(typed: &str) -> Result<String, Problem> {
    let reason = typed.trim();
    check_text("reason", reason, MAX_REASON_CHARS)?;
    Ok(reason.to_owned())
}
