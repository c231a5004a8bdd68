//! May this machine ask for work now, as its owner wishes? The owner tells the coordinator, which answers heartbeats with it.
//!
//! A machine that rests asks for nothing, finishes what it holds, and says with its heartbeats why it rests.

mod supply;

use crate::diary::Diary;
use chrono::{DateTime, Local, Timelike};
use edgecoder_events::{Clock, UnixMillis, node::PowerSource};
use edgecoder_wire::power::{Hours, PowerPolicy, RestReason};
use std::{path::PathBuf, time::Duration};
use tokio::sync::watch;

/// How often power and hour are looked at: a battery is spared soon, and an idle machine hardly woken.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What the owner wishes, and whether the machine rests for it.
pub struct Power {
    /// Where the system shows its power supplies.
    supplies: PathBuf,
    leave: watch::Sender<Leave>,
}

/// What the slots of the machine may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leave {
    policy: PowerPolicy,
    resting: Option<RestReason>,
}

impl Leave {
    /// Whether the slot of this number, from 0, asks for work.
    fn has(self, slot: u16) -> bool {
        self.resting.is_none() && self.policy.max_tasks.is_none_or(|most| slot < most)
    }
}

impl Power {
    /// Nothing is wished before a coordinator says so.
    pub fn of(supplies: PathBuf) -> Self {
        Self { supplies, leave: watch::Sender::default() }
    }

    /// Takes in what a coordinator says that the owner wishes; nothing is the same as no wish.
    pub fn hear(&self, policy: Option<PowerPolicy>, clock: &dyn Clock, diary: &Diary) {
        self.look(policy.unwrap_or_default(), clock, diary);
    }

    /// Why the machine rests, where it does.
    pub fn resting(&self) -> Option<RestReason> {
        self.leave.borrow().resting
    }

    /// Changes with what is wished, and with whether the machine rests.
    pub fn watch(&self) -> watch::Receiver<Leave> {
        self.leave.subscribe()
    }

    /// Waits until the slot of this number may ask for work.
    pub async fn lets(&self, slot: u16) {
        self.comes_to(|leave| leave.has(slot)).await;
    }

    /// Waits until the slot of this number may ask for no more.
    pub async fn stops(&self, slot: u16) {
        self.comes_to(|leave| !leave.has(slot)).await;
    }

    /// Looks at power and hour again and again, for as long as it is polled.
    pub async fn keep_looking(&self, clock: &dyn Clock, diary: &Diary) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let policy = self.leave.borrow().policy;
            self.look(policy, clock, diary);
        }
    }

    async fn comes_to(&self, wanted: impl Fn(Leave) -> bool) {
        let mut leaves = self.leave.subscribe();
        let _as_wanted = leaves.wait_for(|leave| wanted(*leave)).await.expect("the sender lives as long as this");
    }

    fn look(&self, policy: PowerPolicy, clock: &dyn Clock, diary: &Diary) {
        let is_on_battery = policy.power == PowerSource::Mains && supply::is_on_battery(&self.supplies);
        let resting = rest(policy, is_on_battery, hour_of(clock.now()));
        let was_resting = self.resting();
        let leave = Leave { policy, resting };
        self.leave.send_if_modified(|known| {
            let is_new = *known != leave;
            *known = leave;
            is_new
        });
        if resting != was_resting {
            let why = said(resting);
            tracing::info!(why, "what the owner wishes of this machine");
            diary.note(why);
        }
    }
}

fn rest(policy: PowerPolicy, is_on_battery: bool, hour: u8) -> Option<RestReason> {
    if policy.hours.is_some_and(|hours| !is_within(hours, hour)) {
        return Some(RestReason::OutsideHours);
    }
    let needs_mains = policy.power == PowerSource::Mains;
    (needs_mains && is_on_battery).then_some(RestReason::OnBattery)
}

const fn is_within(hours: Hours, hour: u8) -> bool {
    let Hours { from, until } = hours;
    if from < until { from <= hour && hour < until } else { from <= hour || hour < until }
}

/// The hour of the machine's own day.
fn hour_of(now: UnixMillis) -> u8 {
    let instant = DateTime::from_timestamp_millis(i64::try_from(now.0).unwrap_or(i64::MAX)).unwrap_or_default();
    u8::try_from(instant.with_timezone(&Local).hour()).unwrap_or_default()
}

const fn said(resting: Option<RestReason>) -> &'static str {
    match resting {
        Some(RestReason::OnBattery) => "rests: on battery",
        Some(RestReason::OutsideHours) => "rests: outside of the hours that its owner chose",
        None => "asks for work again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NIGHT: Hours = Hours { from: 22, until: 6 };
    const DAY: Hours = Hours { from: 9, until: 17 };

    #[test]
    fn hours_may_go_over_midnight_and_end_before_the_last_one() {
        let within = |hours| (0..24).filter(|hour| is_within(hours, *hour)).collect::<Vec<u8>>();
        assert_eq!(within(NIGHT), [0, 1, 2, 3, 4, 5, 22, 23]);
        assert_eq!(within(DAY), (9..17).collect::<Vec<_>>());
    }

    #[test]
    fn a_machine_rests_only_for_what_its_owner_wished() {
        let mains = PowerPolicy { power: PowerSource::Mains, ..PowerPolicy::default() };
        let nights = PowerPolicy { hours: Some(NIGHT), ..PowerPolicy::default() };
        assert_eq!(rest(PowerPolicy::default(), true, 12), None);
        assert_eq!((rest(mains, true, 12), rest(mains, false, 12)), (Some(RestReason::OnBattery), None));
        assert_eq!((rest(nights, true, 12), rest(nights, true, 23)), (Some(RestReason::OutsideHours), None));
    }

    #[test]
    fn as_many_slots_ask_as_the_owner_lets_and_none_while_the_machine_rests() {
        let two = PowerPolicy { max_tasks: Some(2), ..PowerPolicy::default() };
        let asking = |leave: Leave| (0..4).filter(|slot| leave.has(*slot)).count();
        assert_eq!(asking(Leave::default()), 4);
        assert_eq!(asking(Leave { policy: two, resting: None }), 2);
        assert_eq!(asking(Leave { policy: two, resting: Some(RestReason::OnBattery) }), 0);
    }
}
