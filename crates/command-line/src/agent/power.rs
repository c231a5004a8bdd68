//! When does a machine ask for work, and how much of it?

use super::{OneAgent, standing::done};
use crate::{context::Context, error::CliError};
use clap::Args;
use edgecoder_events::node::PowerSource;
use edgecoder_wire::power::{Hours, PowerPolicy};
use serde_json::json;

/// What can be wished of a machine, by the names of the arguments.
const WISHES: [&str; 3] = ["mains_only", "hours", "at_most"];

/// Says for its owner when a machine asks for work.
#[derive(Debug, Args)]
pub struct Power {
    #[command(flatten)]
    node: OneAgent,
    /// Always, and as much as it offers: takes back what was said before
    #[arg(long, conflicts_with_all = WISHES, required_unless_present_any = WISHES)]
    always: bool,
    /// Never on its battery
    #[arg(long)]
    mains_only: bool,
    /// From one hour of its own day until another begins, as 22-6
    #[arg(long, value_name = "HOURS", value_parser = parse_hours)]
    hours: Option<Hours>,
    /// No more tasks at once than these
    #[arg(long, value_name = "TASKS", value_parser = clap::value_parser!(u16).range(1..=64))]
    at_most: Option<u16>,
}

/// A text is no part of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected two different hours from 0 to 23, as 22-6")]
struct HoursError;

fn parse_hours(text: &str) -> Result<Hours, HoursError> {
    let hour = |text: &str| text.parse().ok().filter(|hour| *hour < 24_u8);
    let (from, until) = text.split_once('-').ok_or(HoursError)?;
    let (from, until) = hour(from).zip(hour(until)).filter(|(from, until)| from != until).ok_or(HoursError)?;
    Ok(Hours { from, until })
}

impl Power {
    fn policy(&self) -> PowerPolicy {
        if self.always {
            return PowerPolicy::default();
        }
        let power = if self.mains_only { PowerSource::Mains } else { PowerSource::Any };
        PowerPolicy { power, hours: self.hours, max_tasks: self.at_most }
    }

    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        let agent = &self.node.agent;
        let policy = self.policy();
        context.control_plane()?.command(&["agents", agent.as_str(), "power"], Some(&policy)).await?;
        let answer = json!({ "agentId": agent, "powerPolicy": policy });
        context.console.answer(&answer, |_| done(agent, &format!("asks for work {} from now on", told(policy))))?;
        Ok(())
    }
}

/// When a machine asks, in words: `on mains power, from 22 to 6 o'clock, for 2 tasks at most`.
pub fn told(policy: PowerPolicy) -> String {
    let parts = [
        (policy.power == PowerSource::Mains).then(|| "on mains power".to_owned()),
        policy.hours.map(|Hours { from, until }| format!("from {from} to {until} o'clock of its own day")),
        policy.max_tasks.map(|tasks| format!("for {tasks} tasks at most")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "always".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_two_different_ones_of_a_day() {
        assert_eq!(parse_hours("22-6"), Ok(Hours { from: 22, until: 6 }));
        for wrong in ["", "22", "22-", "-6", "6-6", "24-6", "6-24", "a-b", "1-2-3"] {
            assert_eq!(parse_hours(wrong), Err(HoursError), "{wrong}");
        }
    }

    #[test]
    fn a_policy_is_told_in_the_words_of_its_parts() {
        assert_eq!(told(PowerPolicy::default()), "always");
        let hours = Some(Hours { from: 22, until: 6 });
        let all = PowerPolicy { power: PowerSource::Mains, hours, max_tasks: Some(2) };
        assert_eq!(told(all), "on mains power, from 22 to 6 o'clock of its own day, for 2 tasks at most");
    }
}
