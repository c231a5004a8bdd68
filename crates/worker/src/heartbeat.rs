//! How does the coordinator know that this machine lives, and this machine that its coordinator does?
//!
//! The machine registers once, and again only when it is told to. Then it sends heartbeats; when several in a row meet
//! nobody, it goes on with the next coordinator.

use crate::{
    backoff::Backoff,
    client::CallError,
    coordinators::{Place, Search},
    link::Session,
    reminder::Reminder,
    station::Station,
};
use edgecoder_events::{ModelName, PublicKey};
use edgecoder_wire::agents::{Diagnostics, Heard, Heartbeat, HeldLease, Register};
use secrecy::ExposeSecret;
use std::{sync::Arc, time::Duration};

/// Heartbeats in a row that meet nobody before another coordinator is asked.
const MAX_SILENT_BEATS: u32 = 3;
const MIN_INTERVAL_MS: u64 = 50;
const MAX_INTERVAL_MS: u64 = 60_000;

/// Why a session ended.
enum Lost {
    MustRegister,
    Gone,
}

/// Registers and sends heartbeats for as long as it is polled.
pub async fn keep_in_touch(station: &Station) {
    let mut known_interval = None;
    let mut search = Search::default();
    let mut told = station.solver.models.names();
    loop {
        let session = join(station, &mut search, known_interval).await;
        known_interval = Some(session.heartbeat_every);
        tracing::info!(coordinator = %session.base, "the coordinator knows this worker");
        station.link.open(Arc::clone(&session));
        let lost = beat(station, &session, &mut told).await;
        station.link.close();
        match lost {
            Lost::MustRegister => known_interval = None,
            Lost::Gone => search.move_on(),
        }
    }
}

/// Says good-bye, once: nothing is held any more.
pub async fn say_good_bye(station: &Station) {
    let Some(session) = station.link.current() else { return };
    let body = Heartbeat { draining: true, ..heartbeat(station, None) };
    if let Err(error) = station.client.heartbeat(&session.base, &body).await {
        tracing::warn!(%error, "the coordinator did not hear the good-bye");
    }
}

/// Asks the coordinators in turn until one takes this machine.
async fn join(station: &Station, search: &mut Search, known_interval: Option<Duration>) -> Arc<Session> {
    let (mut backoff, mut approval) = (Backoff::default(), Reminder::default());
    loop {
        let mut awaits_approval = false;
        if let Some(place) = search.current(&station.coordinators).await {
            let joined = match known_interval {
                Some(interval) => rejoin(station, &place, interval).await,
                None => register(station, &place).await,
            };
            match joined {
                Ok(session) => return Arc::new(session),
                Err(error) => {
                    awaits_approval = error.awaits_approval();
                    if !awaits_approval || approval.is_due(station.clock.steady()) {
                        not_taken_in(&error, &place);
                    }
                    if error.is_absence() {
                        search.move_on();
                    }
                }
            }
        } else {
            tracing::warn!("nobody names a coordinator: check COORDINATOR_DOMAIN, or set COORDINATOR_URL");
        }
        let chance = &station.chance;
        let wait = if awaits_approval { backoff.next_for_approval(chance) } else { backoff.next(chance) };
        tokio::time::sleep(wait).await;
    }
}

fn not_taken_in(error: &CallError, place: &Place) {
    let advice = error.advice();
    tracing::warn!(%error, coordinator = %place.base, advice, "the worker has no coordinator yet");
}

/// Goes on with a coordinator that shares the log of the one before, and so knows this machine. If it does not, registers.
async fn rejoin(station: &Station, place: &Place, heartbeat_every: Duration) -> Result<Session, CallError> {
    let base = &place.base;
    let envelope_key = key_of(station, place).await?;
    match station.client.heartbeat(base, &heartbeat(station, None)).await {
        Ok(heard) => take_in(station, &heard),
        Err(error) if error.wants_registration() => return register(station, place).await,
        Err(error) => return Err(error),
    }
    Ok(Session { base: base.clone(), envelope_key, heartbeat_every })
}

/// The key that a coordinator shows, where it is the one that was meant. Nothing secret was sent so far.
async fn key_of(station: &Station, place: &Place) -> Result<PublicKey, CallError> {
    let key = station.client.identity(&place.base).await?.envelope_key;
    if place.accepts(&key) { Ok(key) } else { Err(CallError::Stranger) }
}

async fn register(station: &Station, place: &Place) -> Result<Session, CallError> {
    let envelope_key = key_of(station, place).await?;
    let answer = station.client.register(&place.base, &registration(station)).await?;
    if answer.coordinator_envelope_key != envelope_key {
        return Err(CallError::Stranger);
    }
    station.power.hear(answer.power_policy, &*station.clock, &station.diary);
    Ok(Session {
        base: place.base.clone(),
        envelope_key,
        heartbeat_every: Duration::from_millis(answer.heartbeat_interval_ms.clamp(MIN_INTERVAL_MS, MAX_INTERVAL_MS)),
    })
}

fn registration(station: &Station) -> Register {
    let settings = &station.settings;
    Register {
        agent_id: settings.agent_id.clone(),
        registration_token: settings.registration_token.as_ref().map(|token| token.expose_secret().to_owned()),
        signing_key: station.keys.signing_key(),
        envelope_key: station.keys.envelope_key(),
        keys_signature: station.keys.sign_own_keys(&settings.agent_id),
        mode: settings.mode,
        os: settings.os.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        client_type: settings.client_type.clone(),
        max_concurrent_tasks: settings.max_concurrent_tasks,
        sandbox_mode: settings.sandbox_mode,
        languages: station.languages.offered(),
        models: station.solver.models.names(),
    }
}

/// Sends heartbeats until the coordinator is lost.
async fn beat(station: &Station, session: &Session, told: &mut Vec<ModelName>) -> Lost {
    let mut backoff = Backoff::default();
    let mut silent_beats = 0;
    let (mut preparation, mut leave) = (station.languages.watch(), station.power.watch());
    loop {
        let models = Some(station.solver.models.names()).filter(|models| models != told);
        let wait = match station.client.heartbeat(&session.base, &heartbeat(station, models.clone())).await {
            Ok(heard) => {
                take_in(station, &heard);
                *told = models.unwrap_or_else(|| std::mem::take(told));
                tell_the_diary(station, session).await;
                silent_beats = 0;
                backoff.reset();
                session.heartbeat_every
            }
            Err(error) if error.wants_registration() => return Lost::MustRegister,
            Err(error) => {
                station.measures.heartbeat_failed();
                silent_beats = if error.is_absence() { silent_beats + 1 } else { 0 };
                tracing::warn!(%error, coordinator = %session.base, "a heartbeat was not taken");
                if silent_beats >= MAX_SILENT_BEATS {
                    return Lost::Gone;
                }
                backoff.next(&station.chance).min(session.heartbeat_every)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            Ok(()) = preparation.changed() => {}
            Ok(()) = leave.changed() => {}
            () = station.link.registration_wanted() => return Lost::MustRegister,
        }
    }
}

/// Stops the work on leases that are over, and does as the owner wishes from now on.
fn take_in(station: &Station, heard: &Heard) {
    station.held.end(&heard.ended_leases);
    station.power.hear(heard.power_policy, &*station.clock, &station.diary);
}

fn heartbeat(station: &Station, models: Option<Vec<ModelName>>) -> Heartbeat {
    let mut leases: Vec<HeldLease> = station.held.names();
    let waiting = station.outbox.leases();
    let unnamed: Vec<HeldLease> = waiting.into_iter().filter(|lease| !leases.contains(lease)).collect();
    leases.extend(unnamed);
    let (agent_id, preparing) = (station.settings.agent_id.clone(), station.languages.preparing());
    Heartbeat { agent_id, leases, models, preparing, resting: station.power.resting(), draining: false }
}

async fn tell_the_diary(station: &Station, session: &Session) {
    let events = station.diary.take();
    if events.is_empty() {
        return;
    }
    let body = Diagnostics { agent_id: station.settings.agent_id.clone(), events };
    if let Err(error) = station.client.diagnostics(&session.base, &body).await {
        tracing::debug!(%error, "the diary was not taken");
        station.diary.put_back(body.events);
    }
}
