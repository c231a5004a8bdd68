//! What happens by the clock? Leases and machines that fell silent are let go, and tasks that nobody helped.

mod expire_leases;
mod give_up_unanswered;
mod notice_silence;

use crate::Coordinator;
use expire_leases::LeaseWatch;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

const TICK: Duration = Duration::from_secs(1);
/// How often tasks are looked for that wait for an answer: people think for longer.
const LOOK_FOR_UNANSWERED: Duration = Duration::from_mins(1);

/// Looks every second, until `stop`. Looking costs no event.
pub async fn run(coordinator: Coordinator, stop: CancellationToken) {
    let mut watch = LeaseWatch::default();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looks = interval(LOOK_FOR_UNANSWERED);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = looks.tick() => give_up_unanswered::tick(&coordinator).await,
            () = stop.cancelled() => return,
        }
        expire_leases::tick(&coordinator, &mut watch).await;
        notice_silence::tick(&coordinator).await;
    }
}
