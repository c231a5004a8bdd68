//! How does a worker live? It starts, is in touch, works, and stops without losing anything.

use crate::{
    WorkerSettings,
    chance::Chance,
    client::{CallError, CoordinatorClient},
    coordinators::Coordinators,
    diary::Diary,
    heartbeat,
    held::HeldLeases,
    http::{self, Window},
    languages::Languages,
    link::Link,
    measures::Measures,
    outbox::{self, Outbox},
    power::Power,
    slots,
    solve::Solver,
    station::Station,
};
use axum::Router;
use edgecoder_discovery::DnsError;
use edgecoder_events::Clock;
use edgecoder_identity::{KeyFileError, NodeKeys};
use edgecoder_sandbox::{Sandbox, SandboxError};
use edgecoder_service_kit::http::Metrics;
use rand::rngs::StdRng;
use std::{io, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How long results may take to be delivered when the worker stops; what is left is delivered after the next start.
const LAST_DELIVERY: Duration = Duration::from_secs(5);
/// How long the good-bye may take.
const GOOD_BYE: Duration = Duration::from_secs(3);

/// Why a worker does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Keys(#[from] KeyFileError),
    #[error("the outbox cannot be used, check the data directory: {0}")]
    Outbox(#[source] io::Error),
    #[error(transparent)]
    Client(#[from] CallError),
    #[error(transparent)]
    Names(#[from] DnsError),
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

/// A machine that pulls work, runs it and brings results.
pub struct Worker {
    settings: WorkerSettings,
    sandbox: Arc<Sandbox>,
    clock: Arc<dyn Clock>,
    chance: Arc<Chance>,
    link: Arc<Link>,
    metrics: Metrics,
}

impl Worker {
    /// A worker that works in `sandbox`. Nothing starts yet.
    pub fn new(settings: WorkerSettings, sandbox: Arc<Sandbox>, clock: Arc<dyn Clock>, rng: StdRng) -> Self {
        let (link, metrics) = (Arc::default(), Metrics::default());
        Self { settings, sandbox, clock, chance: Arc::new(Chance::new(rng)), link, metrics }
    }

    /// Shows what it measures among `metrics`: those of the process that it is in.
    #[must_use]
    pub fn measured_in(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// The routes that show how it is, for a worker in a process of its own.
    pub fn router(&self) -> Router {
        http::router(Window { link: Arc::clone(&self.link), metrics: self.metrics.clone() })
    }

    /// Works until `stop`; then finishes what it holds or gives it back, and says good-bye.
    ///
    /// # Errors
    /// [`StartError`]; a worker that has started goes on whatever happens.
    pub async fn run(self, stop: CancellationToken) -> Result<(), StartError> {
        let Some(station) = stop.run_until_cancelled(self.start()).await.transpose()? else { return Ok(()) };
        tokio::select! {
            () = work_until(&station, &stop) => {}
            () = heartbeat::keep_in_touch(&station) => {}
            () = outbox::deliver(&station) => {}
            () = station.solver.models.keep_fresh() => {}
            () = station.measures.watch(&station.outbox) => {}
            () = station.power.keep_looking(&*station.clock, &station.diary) => {}
            never = station.languages.prepare(&station.link, &station.diary) => match never {},
        }
        // No heartbeat can follow the good-bye: nobody sends them any more.
        let _told_or_not = tokio::time::timeout(GOOD_BYE, heartbeat::say_good_bye(&station)).await;
        Ok(())
    }

    /// Prepares everything that the tasks share.
    async fn start(self) -> Result<Arc<Station>, StartError> {
        let Self { settings, sandbox, clock, chance, link, metrics } = self;
        let measures = Measures::registered_in(&metrics);
        let key_file = settings.data_dir.join("worker-keys");
        let keys = Arc::new(chance.draw(|rng| NodeKeys::load_or_create(&key_file, rng))?);
        let coordinators = Coordinators::new(&settings, Arc::clone(&clock), Arc::clone(&chance))?;
        let outbox = Outbox::open(settings.data_dir.join("outbox")).await.map_err(StartError::Outbox)?;
        let agent = settings.agent_id.clone();
        let client = CoordinatorClient::new(agent, Arc::clone(&keys), Arc::clone(&clock), Arc::clone(&chance))?;
        let languages = Languages::of(Arc::clone(&sandbox));
        if languages.offered().is_empty() {
            languages.prepare_python().await?;
        }
        let solver = Solver::new(&settings, sandbox, measures.clone()).await;
        Ok(Arc::new(Station {
            keys,
            client,
            coordinators,
            link,
            held: Arc::new(HeldLeases::default()),
            outbox,
            power: Power::of(settings.power_supplies.clone()),
            diary: Diary::new(Arc::clone(&clock)),
            measures,
            languages,
            solver,
            give_back: CancellationToken::new(),
            settings,
            clock,
            chance,
        }))
    }
}

/// Works until `stop`; then leases may finish within the grace, and the others are given back.
async fn work_until(station: &Arc<Station>, stop: &CancellationToken) {
    let slots = slots::keep(station, stop);
    tokio::pin!(slots);
    let grace_is_over = async {
        stop.cancelled().await;
        tokio::time::sleep(station.settings.drain_grace).await;
    };
    tokio::select! {
        () = &mut slots => {}
        () = grace_is_over => {
            station.give_back.cancel();
            slots.await;
        }
    }
    if tokio::time::timeout(LAST_DELIVERY, station.outbox.emptied()).await.is_err() {
        tracing::warn!("results wait in the outbox for the next start");
    }
}
