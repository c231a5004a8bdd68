//! How does a result reach its coordinator? Once: until it was taken, or can never be taken.

use super::{Parcel, ParcelNumber};
use crate::{backoff::Backoff, client::CallError, link::Session, station::Station};
use edgecoder_wire::work::ResultAccepted;
use std::{io, sync::Arc};

/// A lease is long over by then, and nobody will take its result.
const MAX_AGE_MS: u64 = 24 * 60 * 60 * 1000;

/// What became of one parcel.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Over,
    /// For another coordinator, or for later.
    Stays,
    /// Nobody is there: the others need not be tried.
    NobodyThere,
}

/// Delivers what the outbox holds, for as long as it is polled.
pub async fn deliver(station: &Station) {
    let mut backoff = Backoff::default();
    loop {
        station.outbox.filled().await;
        let session = station.link.session().await;
        if round(station, &session).await {
            backoff.reset();
        } else {
            tokio::time::sleep(backoff.next(&station.chance)).await;
        }
    }
}

/// Tries each parcel once, oldest first. Whether all are gone.
async fn round(station: &Station, session: &Arc<Session>) -> bool {
    let mut all_gone = true;
    for number in station.outbox.numbers() {
        match hand_over(station, session, number).await {
            Ok(Fate::Over) => {
                if let Err(error) = station.outbox.remove(number).await {
                    tracing::error!(%error, "a delivered result could not be removed from the outbox");
                }
            }
            Ok(Fate::Stays) => all_gone = false,
            Ok(Fate::NobodyThere) => return false,
            Err(error) => {
                all_gone = false;
                tracing::error!(%error, "a kept result could not be read");
            }
        }
    }
    all_gone
}

async fn hand_over(station: &Station, session: &Arc<Session>, number: ParcelNumber) -> io::Result<Fate> {
    let parcel = station.outbox.read(number).await?;
    if station.clock.now().ms_since(parcel.kept_since_ms) > MAX_AGE_MS {
        give_up(station, &parcel, "its coordinator was away for a day");
        return Ok(Fate::Over);
    }
    if parcel.recipient != session.envelope_key {
        return Ok(Fate::Stays);
    }
    let answer = station.client.result(&session.base, &parcel.result).await;
    Ok(match answer {
        Ok(accepted) => {
            tell_taken(&parcel, &accepted);
            Fate::Over
        }
        Err(error) => after(station, &parcel, &error),
    })
}

/// Brings a result that the disk did not take, to `session` or to the one that came after it. Once: whoever calls has
/// nothing that outlasts another try.
pub async fn bring_at_once(station: &Station, session: &Session, parcel: &Parcel) -> Result<(), CallError> {
    let present = station.link.current().filter(|present| present.envelope_key == parcel.recipient);
    let base = present.as_ref().map_or(&session.base, |present| &present.base);
    let accepted = station.client.result(base, &parcel.result).await?;
    tell_taken(parcel, &accepted);
    Ok(())
}

fn tell_taken(parcel: &Parcel, accepted: &ResultAccepted) {
    let (task, subtask) = (&parcel.result.task_id, parcel.result.subtask.0);
    let paid = accepted.paid_micro_credits;
    tracing::info!(task.id = %task, subtask, paid_micro_credits = paid, "a result was taken");
}

fn after(station: &Station, parcel: &Parcel, error: &CallError) -> Fate {
    if error.is_final() {
        give_up(station, parcel, &error.to_string());
        return Fate::Over;
    }
    if error.wants_registration() {
        station.link.want_registration();
    }
    tracing::warn!(%error, "a result was not delivered; it is kept and tried again");
    if error.is_absence() { Fate::NobodyThere } else { Fate::Stays }
}

fn give_up(station: &Station, parcel: &Parcel, why: &str) {
    let (task, subtask) = (&parcel.result.task_id, parcel.result.subtask);
    tracing::warn!(task.id = %task, subtask = subtask.0, why, "a result is given up");
    station.diary.note(&format!("the result of {task}.{subtask} was not taken: {why}"));
}
