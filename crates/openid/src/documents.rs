//! What is known of the provider? Its description and its keys, fetched when they are missed, one at a time and not often.

use crate::{
    discovery::Description,
    issuer::Issuer,
    keys::{self, Keys},
    web::{self, ProviderError},
};
use edgecoder_events::{Clock, SteadyMillis};
use reqwest::Client;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// How old a description or a key set may be: a key that the provider takes away is not believed for longer.
pub const MAX_AGE_MS: u64 = 60 * 60 * 1000;

/// How often at most the keys are asked for because a token names one that is not there.
pub const REFETCH_PAUSE_MS: u64 = 60 * 1000;

/// How long a person waits for what somebody else is fetching: a provider that hangs holds up nobody twice.
const TURN_WAIT: Duration = Duration::from_secs(10);

/// A document and since when it is here.
#[derive(Debug)]
struct Kept<T> {
    document: Arc<T>,
    since: SteadyMillis,
}

impl<T> Kept<T> {
    fn younger_than(&self, age_ms: u64, now: SteadyMillis) -> bool {
        now.ms_since(self.since) < age_ms
    }
}

/// The documents of one provider.
#[derive(Debug)]
pub struct Documents {
    issuer: Issuer,
    pub client: Client,
    description: Mutex<Option<Kept<Description>>>,
    keys: Mutex<Option<Kept<Keys>>>,
    /// One fetch at a time; who waited finds what it brought.
    turn: Semaphore,
}

impl Documents {
    pub fn new(issuer: Issuer) -> Result<Self, ProviderError> {
        let client = web::client(issuer.url())?;
        Ok(Self { issuer, client, description: Mutex::new(None), keys: Mutex::new(None), turn: Semaphore::new(1) })
    }

    pub async fn description(&self, clock: &dyn Clock) -> Result<Arc<Description>, ProviderError> {
        if let Some(known) = young(&self.description, MAX_AGE_MS, clock) {
            return Ok(known);
        }
        let _turn = self.turn().await?;
        if let Some(known) = young(&self.description, MAX_AGE_MS, clock) {
            return Ok(known);
        }
        let fetched = Description::fetch(&self.client, &self.issuer).await?;
        Ok(keep(&self.description, fetched, clock))
    }

    /// The keys, with one that a token means which names `id`, if the provider has it.
    pub async fn keys_for(
        &self,
        id: Option<&str>,
        description: &Description,
        clock: &dyn Clock,
    ) -> Result<Arc<Keys>, ProviderError> {
        let known = |keys: &Arc<Keys>| keys.meant_by(id).next().is_some();
        if let Some(keys) = young(&self.keys, MAX_AGE_MS, clock).filter(known) {
            return Ok(keys);
        }
        let _turn = self.turn().await?;
        if let Some(keys) = young(&self.keys, MAX_AGE_MS, clock).filter(known) {
            return Ok(keys);
        }
        if let Some(keys) = young(&self.keys, REFETCH_PAUSE_MS, clock) {
            return Ok(keys);
        }
        let fetched: keys::Document = web::document(self.client.get(description.keys.clone()), "keys").await?;
        Ok(keep(&self.keys, fetched.into(), clock))
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, ProviderError> {
        let turn = timeout(TURN_WAIT, self.turn.acquire()).await.map_err(|_| ProviderError::Busy)?;
        Ok(turn.expect("the semaphore is never closed"))
    }
}

fn young<T>(place: &Mutex<Option<Kept<T>>>, age_ms: u64, clock: &dyn Clock) -> Option<Arc<T>> {
    let kept = place.lock().unwrap_or_else(PoisonError::into_inner);
    kept.as_ref().filter(|kept| kept.younger_than(age_ms, clock.steady())).map(|kept| Arc::clone(&kept.document))
}

fn keep<T>(place: &Mutex<Option<Kept<T>>>, document: T, clock: &dyn Clock) -> Arc<T> {
    let document = Arc::new(document);
    let kept = Kept { document: Arc::clone(&document), since: clock.steady() };
    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    document
}
