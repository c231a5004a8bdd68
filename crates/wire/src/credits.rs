//! Credits: accounts, balances, movements, the development faucet.

use edgecoder_events::{AccountId, MicroCredits, TaskId, UnixMillis};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /credits/accounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenAccount {
    #[schema(value_type = String)]
    pub account_id: AccountId,
}

/// The answer to `POST /credits/accounts`: the only time that the token is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountOpened {
    #[schema(value_type = String)]
    pub account_id: AccountId,
    /// What names the token in `GET /credits/{accountId}/tokens`.
    pub token_id: String,
    /// The bearer token with which the account submits and reads its tasks.
    pub token: String,
}

/// `POST /credits/{accountId}/forget`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForgetAccount {
    /// The account's name once more: what is forgotten stays forgotten.
    #[schema(value_type = String)]
    pub confirm: AccountId,
    /// Why; it is recorded for ever, so it must not say what is to be forgotten.
    pub reason: String,
}

/// The answer to `POST /credits/{accountId}/forget`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountForgotten {
    #[schema(value_type = String)]
    pub account_id: AccountId,
    /// Where it is recorded; `None` where nothing was sealed for the account.
    pub position: Option<u64>,
}

/// `GET /credits/{accountId}/tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountTokens {
    #[schema(value_type = String)]
    pub account_id: AccountId,
    /// The newest first; at most 64.
    pub tokens: Vec<AccountToken>,
}

/// A token that speaks for an account; the token itself is nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountToken {
    /// Names it; worth nothing to a thief.
    pub token_id: String,
    #[schema(value_type = u64)]
    pub given_at_ms: UnixMillis,
}

/// `POST /credits/{accountId}/faucet`: refused in production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Faucet {
    /// Whole credits, 1 to 10,000.
    pub credits: u64,
}

/// `GET /credits/{accountId}/balance`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Balance {
    #[schema(value_type = String)]
    pub account_id: AccountId,
    #[schema(value_type = u64)]
    pub available_micro_credits: MicroCredits,
    #[schema(value_type = u64)]
    pub reserved_micro_credits: MicroCredits,
    /// The log position that this balance has seen.
    pub position: u64,
}

/// `GET /credits/totals`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreditTotals {
    /// Everything that was ever issued.
    pub issued_micro_credits: u64,
    pub available_micro_credits: i64,
    /// Set aside for tasks that have not ended.
    pub reserved_micro_credits: i64,
    /// Whether what was issued is the sum of the other two.
    pub balanced: bool,
    /// The log position that these sums have seen.
    pub position: u64,
}

/// One movement of credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Movement {
    /// The event that caused it.
    pub position: u64,
    #[schema(value_type = u64)]
    pub recorded_at_ms: UnixMillis,
    /// `issued`, `reserved`, `spent`, `earned`, `released`.
    pub kind: String,
    /// What it changed of `available`, in micro-credits.
    pub available_delta: i64,
    /// What it changed of `reserved`, in micro-credits.
    pub reserved_delta: i64,
    #[schema(value_type = Option<String>)]
    pub task_id: Option<TaskId>,
    /// The wallet at the other end, where there is one.
    #[schema(value_type = Option<String>)]
    pub counterparty: Option<AccountId>,
}

/// `GET /credits/{accountId}/history`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// Newest first.
    pub movements: Vec<Movement>,
    /// Give this as `before` to read on; `None` on the last page.
    pub next: Option<u64>,
}
