//! When a machine asks for work, as its owner wishes, and why it rests.

use edgecoder_events::node::PowerSource;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What its owner wishes of a machine: in the answers to `POST /register` and `POST /heartbeat`, and as
/// `POST /agents/{id}/power`. A machine that does not know it asks always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PowerPolicy {
    /// `any`, or `mains` for never on its battery.
    #[schema(value_type = String, example = "mains")]
    pub power: PowerSource,
    /// The whole day where there are none.
    #[serde(default)]
    pub hours: Option<Hours>,
    /// At most so many tasks at once; as many as the machine offers where there is none.
    #[serde(default)]
    pub max_tasks: Option<u16>,
}

/// A part of the machine's own day, over midnight where it ends with the smaller hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hours {
    /// From this hour, 0 to 23.
    pub from: u8,
    /// Until this hour begins, 0 to 23.
    pub until: u8,
}

/// Why a machine asks for no work at this moment. It finishes what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestReason {
    OnBattery,
    OutsideHours,
}
