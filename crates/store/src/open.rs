//! How does a store begin? The database is taken, the log examined, the sequencer started.

use crate::{
    Backend, CheckpointWriteError, Standing, StorageError, Store, StoreSettings,
    backend::{
        Database,
        memory::MemoryBackend,
        postgres::PostgresBackend,
        sqlite::{SqliteBackend, SqliteOpenError},
    },
    batch::LogState,
    checkpoint_file::Checkpoints,
    event_ids::EventIds,
    log_keys::LogKeys,
    recent::Recent,
    recent_map::RecentMap,
    recovery,
    sequencer::Sequencer,
    store::Shared,
    tiles::{RecentLeaves, TileKeeper, TileKeeping, Tiles},
};
use edgecoder_ledger::note::LogKey;
use rand::{SeedableRng, rngs::StdRng};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::{
    sync::{Semaphore, mpsc, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// Why a store did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has the data directory, or the directory cannot be made.
    #[error("{0}")]
    Directory(String),
    #[error("the newest checkpoint is not one of this log and key: {0}")]
    Checkpoint(#[from] CheckpointWriteError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Store {
    /// Opens the log, or begins it with `ledger.created`.
    ///
    /// A log that is older than the checkpoint beside it opens for reading: see [`Store::standing`].
    ///
    /// # Errors
    /// [`OpenError`] where the database cannot be used or the log is damaged.
    pub async fn open(settings: StoreSettings) -> Result<Self, OpenError> {
        Self::open_with_keys(settings, Vec::new()).await
    }

    /// Opens the log as [`Store::open`] does, with more keys of this machine: the one that signs is the one that the log
    /// names, wherever a crash has left its file.
    ///
    /// # Errors
    /// As [`Store::open`]; also where none of the keys is the log's.
    pub async fn open_with_keys(settings: StoreSettings, other_keys: Vec<LogKey>) -> Result<Self, OpenError> {
        let database = Box::pin(open_database(&settings.backend)).await?;
        // At once, and not when this process takes the lead: one that stands by could never take it.
        recovery::check_origin(&*database, database.head().await?, &settings.origin).await?;
        let checkpoints = Checkpoints::open(
            settings.origin.clone(),
            LogKeys::new(settings.log_key, other_keys),
            settings.checkpoint_file,
            Arc::clone(&database),
        )?;
        let (mut shared, mut sequencer, tiles) =
            join(settings.origin, settings.limits, settings.clock, settings.rng, (database, Arc::new(checkpoints)));
        Box::pin(sequencer.take_lead()).await?;
        start(&mut shared, sequencer, tiles);
        Ok(Self(Arc::new(shared)))
    }
}

async fn open_database(backend: &Backend) -> Result<Arc<dyn Database>, OpenError> {
    match backend {
        Backend::Memory => Ok(Arc::new(MemoryBackend::default())),
        Backend::Sqlite { dir } => match SqliteBackend::open(dir).await {
            Ok(database) => Ok(Arc::new(database)),
            Err(SqliteOpenError::Lock(error)) => Err(OpenError::Directory(error.to_string())),
            Err(SqliteOpenError::Storage(error)) => Err(error.into()),
        },
        Backend::Postgres { url, schema } => Ok(Arc::new(PostgresBackend::open(url, schema).await?)),
    }
}

type Kept = (Arc<dyn Database>, Arc<Checkpoints>);

fn join(
    origin: String,
    limits: crate::Limits,
    clock: Arc<dyn edgecoder_events::Clock>,
    mut rng: Box<dyn rand::CryptoRng + Send>,
    (database, checkpoints): Kept,
) -> (Shared, Sequencer, TileKeeper) {
    let (queue, submissions) = mpsc::channel(limits.queued_appends);
    let (log, log_seen) = watch::channel(LogState::default());
    let (standing, standing_seen) = watch::channel(Standing::Standby);
    let (term, term_seen) = watch::channel(None);
    let (trouble, trouble_seen) = watch::channel(None);
    let (recent, leaves) = (Arc::new(Recent::new(limits.recent_events)), Arc::new(RecentLeaves::default()));
    let (published, published_seen) = watch::channel(None);
    let (closing, ended) = (CancellationToken::new(), CancellationToken::new());
    let keeper = TileKeeper::new(TileKeeping {
        database: Arc::clone(&database),
        checkpoints: Arc::clone(&checkpoints),
        leaves: Arc::clone(&leaves),
        published,
        ended: ended.clone(),
    });
    let sequencer = Sequencer {
        origin,
        limits,
        database: Arc::clone(&database),
        clock,
        ids: EventIds::new(StdRng::from_rng(&mut rng)),
        checkpoints: Arc::clone(&checkpoints),
        recent: Arc::clone(&recent),
        leaves,
        log,
        standing,
        term,
        terms: 0,
        trouble,
        queue: submissions,
        closing: closing.clone(),
        ended: ended.clone(),
        waiting: VecDeque::new(),
        companions: 0,
        streams: RecentMap::new(limits.remembered),
        keys: RecentMap::new(limits.remembered),
    };
    let shared = Shared {
        limits,
        tiles: Tiles::new(Arc::clone(&database), published_seen, standing_seen.clone()),
        database,
        checkpoints,
        recent,
        log: log_seen,
        standing: standing_seen,
        term: term_seen,
        trouble: trouble_seen,
        queue,
        room: Arc::new(Semaphore::new(limits.queued_bytes.min(Semaphore::MAX_PERMITS))),
        closing,
        ended,
        rng: Mutex::new(rng),
        tasks: tokio::sync::Mutex::new(JoinSet::new()),
    };
    (shared, sequencer, keeper)
}

/// Starts the tasks of a log: the one that orders, the one that commits, and the one that shows.
fn start(shared: &mut Shared, sequencer: Sequencer, tiles: TileKeeper) {
    let checkpoints = Arc::clone(&shared.checkpoints);
    let (log, closing) = (shared.log.clone(), shared.closing.clone());
    let tasks = shared.tasks.get_mut();
    tasks.spawn(checkpoints.keep(log, closing));
    tasks.spawn(tiles.run());
    tasks.spawn(sequencer.run());
}
