//! Where did credit come from, where did it go? Double entry: every event names what it takes and what it gives.

use crate::{AccountId, AgentId, MicroCredits, SubtaskIndex, TaskId};
use serde::{Deserialize, Serialize};

/// A wallet was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountOpened {
    pub account: AccountId,
}

/// Where new credit comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueReason {
    /// A gift of the development faucet; refused in production.
    Faucet,
}

/// Credit was created: from issuance to `available`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditsIssued {
    pub account: AccountId,
    pub amount: MicroCredits,
    pub reason: IssueReason,
}

/// Credit was set aside for a task: from `available` to `reserved`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditsReserved {
    pub account: AccountId,
    pub task: TaskId,
    pub amount: MicroCredits,
}

/// Work was paid: from the payer's `reserved` to clearing. [`CreditsEarned`] follows in the same append.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditsSpent {
    pub account: AccountId,
    pub task: TaskId,
    pub subtask: SubtaskIndex,
    pub attempt: u16,
    pub amount: MicroCredits,
    pub payee: AccountId,
}

/// Work was rewarded: from clearing to the payee's `available`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditsEarned {
    pub account: AccountId,
    pub agent: AgentId,
    pub task: TaskId,
    pub subtask: SubtaskIndex,
    pub attempt: u16,
    pub amount: MicroCredits,
    pub payer: AccountId,
}

/// What a task did not use came back: from `reserved` to `available`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditsReleased {
    pub account: AccountId,
    pub task: TaskId,
    pub amount: MicroCredits,
}
