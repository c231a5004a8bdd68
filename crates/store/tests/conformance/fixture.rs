//! A log to prove rules on: in memory, in a directory of its own, or in a PostgreSQL schema of its own.

use edgecoder_events::{Actor, AgentId, NewEvent, StreamName, UnixMillis, node::NodeRejected};
use edgecoder_ledger::note::LogKey;
use edgecoder_store::{Append, Backend, Limits, OpenError, Store, StoreSettings};
use edgecoder_testkit::SetClock;
use rand::{SeedableRng, rngs::StdRng};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tempfile::TempDir;

pub const ORIGIN: &str = "example.org/conformance";
pub const NOON: UnixMillis = UnixMillis(1_700_000_000_000);

static SCHEMAS: AtomicU64 = AtomicU64::new(0);

pub struct Fixture {
    pub backend: Backend,
    pub dir: TempDir,
    pub clock: Arc<SetClock>,
    pub limits: Limits,
    pub seed: u64,
}

impl Fixture {
    fn with(backend: impl FnOnce(PathBuf) -> Backend) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let backend = backend(dir.path().join("data"));
        Self { backend, dir, clock: Arc::new(SetClock::at(NOON)), limits: Limits::default(), seed: 1 }
    }

    #[expect(clippy::unused_async, reason = "every backend is made the same way")]
    pub async fn memory() -> Option<Self> {
        Some(Self::with(|_| Backend::Memory))
    }

    #[expect(clippy::unused_async, reason = "every backend is made the same way")]
    pub async fn sqlite() -> Option<Self> {
        Some(Self::with(|dir| Backend::Sqlite { dir }))
    }

    /// A schema of its own where `EDGECODER_TEST_POSTGRES` names a server; nothing, said aloud, where it does not.
    #[expect(clippy::disallowed_methods, reason = "the server to test against is named by the environment")]
    pub async fn postgres() -> Option<Self> {
        let Ok(url) = std::env::var("EDGECODER_TEST_POSTGRES") else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "EDGECODER_TEST_POSTGRES must name a server");
            println!("skipped: EDGECODER_TEST_POSTGRES names no PostgreSQL server");
            return None;
        };
        let number = SCHEMAS.fetch_add(1, Ordering::Relaxed);
        let schema = format!("test_{}_{number}", std::process::id());
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let drop_old = format!("DROP SCHEMA IF EXISTS {schema}, {schema}_copy CASCADE");
        connection.execute(AssertSqlSafe(drop_old)).await.unwrap();
        Some(Self::with(|_| Backend::Postgres { url, schema }))
    }

    /// A connection beside the store, and the schema that the store is in.
    pub async fn beside(&self) -> (PgConnection, String) {
        let Backend::Postgres { url, schema } = &self.backend else { panic!("{:?} has no server", self.backend) };
        (PgConnection::connect(url).await.unwrap(), schema.clone())
    }

    pub fn checkpoint_file(&self) -> PathBuf {
        self.dir.path().join("checkpoint")
    }

    pub async fn try_open(&mut self) -> Result<Store, OpenError> {
        Store::open(self.settings()).await
    }

    /// Opens with two keys, as a machine does on which a change of the log's key was begun.
    pub async fn try_open_with(&mut self, other: LogKey) -> Result<Store, OpenError> {
        Store::open_with_keys(self.settings(), vec![other]).await
    }

    fn settings(&mut self) -> StoreSettings {
        self.seed += 1;
        StoreSettings {
            backend: self.backend.clone(),
            origin: ORIGIN.to_owned(),
            log_key: log_key(),
            clock: self.clock.clone(),
            rng: Box::new(StdRng::seed_from_u64(self.seed)),
            checkpoint_file: Some(self.checkpoint_file()),
            limits: self.limits,
        }
    }

    pub async fn open(&mut self) -> Store {
        self.try_open().await.unwrap()
    }
}

pub fn log_key() -> LogKey {
    LogKey::from_seed(ORIGIN, &[7; 32]).unwrap()
}

pub fn next_log_key() -> LogKey {
    LogKey::from_seed(ORIGIN, &[8; 32]).unwrap()
}

pub fn stream(name: &str) -> StreamName {
    StreamName::agent(&AgentId::new(name).unwrap())
}

/// An event of the machine `name` that says `text`.
pub fn said(name: &str, text: &str) -> NewEvent {
    let node = AgentId::new(name).unwrap();
    NewEvent { stream: stream(name), event: NodeRejected { node, reason: text.to_owned() }.into() }
}

/// How many events a stream has.
pub async fn length(store: &Store, name: &str) -> usize {
    store.read_stream(&stream(name), edgecoder_events::Version::EMPTY, 1_000).await.unwrap().len()
}

/// An append of one such event.
pub fn saying(name: &str, text: &str) -> Append {
    Append::new(Actor::operator("tester"), vec![said(name, text)])
}
