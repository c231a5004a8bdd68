//! How does the coordinator know that this machine lives, and this machine that its coordinator does?
//!
//! The machine registers once, and again only when it is told to. Then it sends heartbeats; when several in a row meet
//! nobody, it goes on with the next coordinator.

use crate::{backoff::Backoff, client::CallError, link::Session, station::Station};
use edgecoder_events::ModelName;
use edgecoder_wire::agents::{Diagnostics, Heartbeat, HeldLease, Register};
use reqwest::Url;
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
    let mut at = 0_usize;
    let mut told = station.solver.models.names();
    loop {
        let (session, index) = join(station, at, known_interval).await;
        (at, known_interval) = (index, Some(session.heartbeat_every));
        tracing::info!(coordinator = %session.base, "the coordinator knows this worker");
        station.link.open(Arc::clone(&session));
        let lost = beat(station, &session, &mut told).await;
        station.link.close();
        match lost {
            Lost::MustRegister => known_interval = None,
            Lost::Gone => at = at.wrapping_add(1),
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

/// Asks the coordinators in turn, from `first` on, until one takes this machine.
async fn join(station: &Station, first: usize, known_interval: Option<Duration>) -> (Arc<Session>, usize) {
    let mut backoff = Backoff::default();
    let mut index = first;
    loop {
        let coordinators = &station.settings.coordinators;
        let base = &coordinators[index % coordinators.len()];
        let joined = match known_interval {
            Some(interval) => rejoin(station, base, interval).await,
            None => register(station, base).await,
        };
        match joined {
            Ok(session) => return (Arc::new(session), index),
            Err(error) => {
                tracing::warn!(%error, coordinator = %base, "the worker has no coordinator yet");
                index = index.wrapping_add(usize::from(error.is_absence()));
            }
        }
        tokio::time::sleep(backoff.next(&station.chance)).await;
    }
}

/// Goes on with a coordinator that shares the log of the one before, and so knows this machine. If it does not, registers.
async fn rejoin(station: &Station, base: &Url, heartbeat_every: Duration) -> Result<Session, CallError> {
    let identity = station.client.identity(base).await?;
    match station.client.heartbeat(base, &heartbeat(station, None)).await {
        Ok(heard) => station.held.end(&heard.ended_leases),
        Err(error) if error.wants_registration() => return register(station, base).await,
        Err(error) => return Err(error),
    }
    Ok(Session { base: base.clone(), envelope_key: identity.envelope_key, heartbeat_every })
}

async fn register(station: &Station, base: &Url) -> Result<Session, CallError> {
    let answer = station.client.register(base, &registration(station)).await?;
    Ok(Session {
        base: base.clone(),
        envelope_key: answer.coordinator_envelope_key,
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
        mode: settings.mode,
        os: settings.os.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        client_type: settings.client_type.clone(),
        max_concurrent_tasks: settings.max_concurrent_tasks,
        sandbox_mode: settings.sandbox_mode,
        languages: station.solver.languages(),
        models: station.solver.models.names(),
    }
}

/// Sends heartbeats until the coordinator is lost.
async fn beat(station: &Station, session: &Session, told: &mut Vec<ModelName>) -> Lost {
    let mut backoff = Backoff::default();
    let mut silent_beats = 0;
    loop {
        let models = Some(station.solver.models.names()).filter(|models| models != told);
        let wait = match station.client.heartbeat(&session.base, &heartbeat(station, models.clone())).await {
            Ok(heard) => {
                station.held.end(&heard.ended_leases);
                *told = models.unwrap_or_else(|| std::mem::take(told));
                tell_the_diary(station, session).await;
                silent_beats = 0;
                backoff.reset();
                session.heartbeat_every
            }
            Err(error) if error.wants_registration() => return Lost::MustRegister,
            Err(error) => {
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
            () = station.link.registration_wanted() => return Lost::MustRegister,
        }
    }
}

fn heartbeat(station: &Station, models: Option<Vec<ModelName>>) -> Heartbeat {
    let mut leases: Vec<HeldLease> = station.held.names();
    let waiting = station.outbox.leases();
    let unnamed: Vec<HeldLease> = waiting.into_iter().filter(|lease| !leases.contains(lease)).collect();
    leases.extend(unnamed);
    Heartbeat { agent_id: station.settings.agent_id.clone(), leases, models, draining: false }
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
