//! When does a machine ask for work, and how much of it? What its owner may wish.

use edgecoder_events::{
    AgentId,
    node::{NodePowerPolicySet, PowerSource},
};

/// The most tasks at once that a policy names; no machine takes on more.
const MAX_TASKS: u16 = 64;
const HOURS_OF_A_DAY: u8 = 24;

/// What an owner wishes. Without a word of them, a machine asks always, for as much as it offers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PowerPolicy {
    pub power: PowerSource,
    /// The whole day where there are none.
    pub hours: Option<Hours>,
    /// As many as the machine offers where there is none.
    pub max_tasks: Option<u16>,
}

/// A part of the machine's own day: from the one hour until the other begins, over midnight where that is the smaller one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    pub from: u8,
    pub until: u8,
}

impl PowerPolicy {
    /// Whether a machine can keep it: there are such hours, and some work is left.
    pub fn can_be_kept(self) -> bool {
        let is_part_of_a_day = |it: Hours| it.from < HOURS_OF_A_DAY && it.until < HOURS_OF_A_DAY && it.from != it.until;
        self.hours.is_none_or(is_part_of_a_day) && self.max_tasks.is_none_or(|it| (1..=MAX_TASKS).contains(&it))
    }

    pub(super) fn said_of(self, node: AgentId) -> NodePowerPolicySet {
        let Self { power, hours, max_tasks } = self;
        let (from_hour, until_hour) = (hours.map(|it| it.from), hours.map(|it| it.until));
        NodePowerPolicySet { node, power, from_hour, until_hour, max_tasks }
    }

    pub(super) fn of(said: &NodePowerPolicySet) -> Self {
        let hours = said.from_hour.zip(said.until_hour).map(|(from, until)| Hours { from, until });
        Self { power: said.power, hours, max_tasks: said.max_tasks }
    }
}
