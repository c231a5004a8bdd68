//! What does a caller hear when the rules say no?

use super::Problem;
use axum::http::StatusCode;
use edgecoder_domain::{
    agent::AgentRefusal, anchor::AnchorRefusal, person::PersonRefusal, submission::SubmissionRefusal,
    task::TaskRefusal, wallet::WalletRefusal,
};

/// Any rule that a request can run into.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Task(#[from] TaskRefusal),
    #[error(transparent)]
    Agent(#[from] AgentRefusal),
    #[error(transparent)]
    Wallet(#[from] WalletRefusal),
    #[error(transparent)]
    Anchor(#[from] AnchorRefusal),
    #[error(transparent)]
    Person(#[from] PersonRefusal),
}

impl From<SubmissionRefusal> for Refusal {
    fn from(refusal: SubmissionRefusal) -> Self {
        match refusal {
            SubmissionRefusal::Task(task) => Self::Task(task),
            SubmissionRefusal::Wallet(wallet) => Self::Wallet(wallet),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Task(task) => of_task(&task, detail),
            Refusal::Agent(agent) => of_agent(&agent, detail),
            Refusal::Wallet(wallet) => of_wallet(&wallet, detail),
            Refusal::Anchor(_) => Problem::conflict("anchor_out_of_order", detail),
            Refusal::Person(_) => Problem::conflict("person_out_of_order", detail),
        }
    }
}

fn of_task(refusal: &TaskRefusal, detail: String) -> Problem {
    match refusal {
        TaskRefusal::NoSuchTask => Problem::not_found("task_not_found", detail),
        TaskRefusal::NoSuchSubtask(_) => Problem::not_found("subtask_not_found", detail),
        TaskRefusal::TaskExists => Problem::conflict("task_exists", detail),
        TaskRefusal::Ended(_) => Problem::conflict("task_ended", detail),
        TaskRefusal::PlannedAlready => Problem::conflict("task_planned", detail),
        TaskRefusal::NotReady => Problem::conflict("subtask_not_ready", detail),
        TaskRefusal::BudgetBound => Problem::conflict("budget_bound", detail),
        TaskRefusal::NotLeaseHolder => Problem::conflict("not_lease_holder", detail),
        TaskRefusal::LeaseOver => Problem::conflict("lease_over", detail),
        TaskRefusal::NotEscalated => Problem::conflict("not_escalated", detail),
        TaskRefusal::Plan(_) => Problem::bad_request("invalid_plan", detail),
        TaskRefusal::AnsweredTooOften => Problem::conflict("answered_too_often", detail),
        TaskRefusal::NotCompleted => Problem::conflict("not_completed", detail),
        TaskRefusal::ReviewedTooOften => Problem::conflict("reviewed_too_often", detail),
        TaskRefusal::NoBudget => Problem::bad_field("maxCostMicroCredits", detail),
    }
}

fn of_agent(refusal: &AgentRefusal, detail: String) -> Problem {
    match refusal {
        AgentRefusal::NotEnrolled => Problem::forbidden("node_not_enrolled", detail),
        AgentRefusal::NotApproved => Problem::forbidden("node_not_activated", detail),
        AgentRefusal::Rejected => Problem::forbidden("node_rejected", detail),
        AgentRefusal::NotAnAgent | AgentRefusal::OtherKind => Problem::forbidden("node_kind_mismatch", detail),
        AgentRefusal::OwnedByAnother => Problem::conflict("node_owned_by_another", detail),
        AgentRefusal::KeyNotProven | AgentRefusal::OldKeyNotProven => Problem::unauthorized("key_not_proven", detail),
        AgentRefusal::NotRegistered => Problem::unauthorized("agent_not_registered", detail),
        AgentRefusal::Blacklisted => Problem::forbidden("agent_blacklisted", detail),
        AgentRefusal::AlreadyBlacklisted => Problem::conflict("agent_already_blacklisted", detail),
        AgentRefusal::NotBlacklisted => Problem::conflict("agent_not_blacklisted", detail),
        AgentRefusal::PolicyNotToBeKept => Problem::bad_request("invalid_power_policy", detail),
    }
}

fn of_wallet(refusal: &WalletRefusal, detail: String) -> Problem {
    match refusal {
        WalletRefusal::InsufficientCredits { .. } => {
            Problem::new(StatusCode::PAYMENT_REQUIRED, "insufficient_credits", detail)
        }
        WalletRefusal::NoSuchAccount => Problem::not_found("account_not_found", detail),
        WalletRefusal::NothingToMove | WalletRefusal::FaucetLimit | WalletRefusal::TooMuch => {
            Problem::bad_request("invalid_amount", detail)
        }
    }
}
