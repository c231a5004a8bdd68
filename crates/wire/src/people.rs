//! People of the portal: what operators say of them.

use edgecoder_events::person::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /people/{accountId}/role`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeRole {
    #[schema(value_type = String, example = "operator")]
    pub role: Role,
    /// Whether the person has it from now on, or not any more.
    pub given: bool,
}
