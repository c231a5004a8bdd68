//! Carries checkpoints into blocks of Bitcoin by transactions that it pays for.
//!
//! The wallet is here and nowhere else. One task owns the desk with the wallet and the journal, and looks at the chain
//! again and again; requests are orders to that task (`desk_owner.rs`), so that nothing is decided twice at once. What it
//! knows of the wallet lies open meanwhile (`purse.rs`).

mod answers;
mod desk_owner;
mod http;
mod purse;

pub use http::{description, router};

use axum::extract::FromRef;
use desk_owner::{DeskOwner, Order};
use edgecoder_anchoring::{Network, anchor::AnchorDesk, chain::Chain};
use edgecoder_events::Clock;
use edgecoder_service_kit::{callers::ServiceTokens, http::Metrics};
use purse::Purse;
use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// Requests that wait for the desk; more are told to come again.
const WAITING_ORDERS: usize = 64;

/// The service's state. Cheap to clone.
#[derive(Clone)]
pub struct AnchorService(Arc<Parts>);

/// What the service is made of.
pub struct Parts {
    orders: mpsc::Sender<Order>,
    purse: watch::Receiver<Purse>,
    /// The owner of the desk, until it is started.
    owner: Mutex<Option<DeskOwner>>,
    tokens: ServiceTokens,
    metrics: Metrics,
    network: Network,
    daily_cap_sat: u64,
}

/// What the service is begun with.
pub struct Settings {
    pub desk: AnchorDesk,
    pub chain: Arc<dyn Chain>,
    pub clock: Arc<dyn Clock>,
    /// How often the chain is looked at.
    pub look_every: Duration,
    pub network: Network,
    pub daily_cap_sat: u64,
    pub tokens: ServiceTokens,
    pub metrics: Metrics,
}

impl Deref for AnchorService {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<AnchorService> for Metrics {
    fn from_ref(service: &AnchorService) -> Self {
        service.metrics.clone()
    }
}

impl FromRef<AnchorService> for ServiceTokens {
    fn from_ref(service: &AnchorService) -> Self {
        service.tokens.clone()
    }
}

impl AnchorService {
    /// Joins the parts. Nothing runs yet.
    pub fn new(settings: Settings) -> Self {
        let Settings { mut desk, chain, clock, look_every, network, daily_cap_sat, tokens, metrics } = settings;
        let (orders, taken) = mpsc::channel(WAITING_ORDERS);
        let (known, purse) = watch::channel(Purse::of(&mut desk));
        let owner = DeskOwner { desk, chain, clock, look_every, orders: taken, purse: known, evidence: HashMap::new() };
        let owner = Mutex::new(Some(owner));
        Self(Arc::new(Parts { orders, purse, owner, tokens, metrics, network, daily_cap_sat }))
    }

    /// Starts the owner of the desk, once; it ends with `stop`.
    pub fn start(&self, tasks: &mut JoinSet<()>, stop: &CancellationToken) {
        let owner = self.owner.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(owner) = owner {
            tasks.spawn(owner.run(stop.clone()));
        }
    }
}
