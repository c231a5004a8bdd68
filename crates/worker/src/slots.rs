//! How does a free slot come to work? It pulls, works one lease off, and pulls again.

use crate::{backoff::Backoff, lease, link::Session, outbox::Room, station::Station};
use edgecoder_identity::envelope::Envelope;
use edgecoder_wire::work::LeasedSubtask;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

/// How long the coordinator holds an answer back where there is no work: an idle worker costs it one request in this time.
const PULL_WAIT: Duration = Duration::from_secs(25);
/// Answers without work that come faster than this are paced: the coordinator does not hold them back.
const QUICK_ANSWER: Duration = Duration::from_secs(1);
/// How long a pull that is under way may still bring a lease when the worker stops or rests, so that none is lost.
const LAST_PULL_WAIT: Duration = Duration::from_millis(300);

/// Keeps as many slots as the settings say, until `stop` and until the last one is free.
pub async fn keep(station: &Arc<Station>, stop: &CancellationToken) {
    let (mut slots, mut numbers) = (JoinSet::new(), HashMap::new());
    for number in 0..station.settings.max_concurrent_tasks {
        let slot = slots.spawn(serve(Arc::clone(station), stop.clone(), number));
        numbers.insert(slot.id(), number);
    }
    while let Some(ended) = slots.join_next_with_id().await {
        let Err(error) = ended else { continue };
        tracing::error!(%error, "a slot broke; another takes its place");
        let number = numbers.remove(&error.id()).unwrap_or_default();
        let slot = slots.spawn(serve(Arc::clone(station), stop.clone(), number));
        numbers.insert(slot.id(), number);
    }
}

/// The slot of this number: one lease at a time, until `stop`.
async fn serve(station: Arc<Station>, stop: CancellationToken, number: u16) {
    let mut backoff = Backoff::default();
    while let Some((session, room)) = ready(&station, &stop, number).await {
        let asked = Instant::now();
        match pull(&station, &session, &stop, number).await {
            Pull::Work(leased) => {
                backoff.reset();
                lease::work_off(&station, &session, *leased, room).await;
            }
            Pull::NoWork if asked.elapsed() >= QUICK_ANSWER => backoff.reset(),
            Pull::NoWork | Pull::Failed => {
                let wait = backoff.next(&station.chance);
                stop.run_until_cancelled(tokio::time::sleep(wait)).await;
            }
            Pull::Rests => {}
            Pull::Stopped => break,
        }
    }
}

/// Waits for a coordinator, for leave to ask it, which it brings, and for room for the result.
async fn ready(station: &Station, stop: &CancellationToken, number: u16) -> Option<(Arc<Session>, Room)> {
    let all = async {
        station.link.session().await;
        station.power.lets(number).await;
        let room = station.outbox.room().await;
        (station.link.session().await, room)
    };
    if stop.is_cancelled() { None } else { stop.run_until_cancelled(all).await }
}

enum Pull {
    Work(Box<LeasedSubtask<Envelope>>),
    NoWork,
    Failed,
    /// The owner wishes no more of this slot for now.
    Rests,
    Stopped,
}

async fn pull(station: &Station, session: &Session, stop: &CancellationToken, number: u16) -> Pull {
    let stopped = async {
        stop.cancelled().await;
        tokio::time::sleep(LAST_PULL_WAIT).await;
    };
    let rests = async {
        station.power.stops(number).await;
        tokio::time::sleep(LAST_PULL_WAIT).await;
    };
    let answer = tokio::select! {
        answer = station.client.pull(&session.base, PULL_WAIT) => answer,
        () = stopped => return Pull::Stopped,
        () = rests => return Pull::Rests,
    };
    match answer {
        Ok(pulled) => pulled.subtask.map_or(Pull::NoWork, |leased| Pull::Work(Box::new(leased))),
        Err(error) => {
            if error.wants_registration() {
                station.link.want_registration();
            }
            tracing::warn!(%error, coordinator = %session.base, "no work could be pulled");
            Pull::Failed
        }
    }
}
