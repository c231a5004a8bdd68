//! What does the process that holds the ledger stand on? Store, projections, commands, keys, callers.

use super::{
    access::{self, DirectoryKeys, Tokens},
    log_keys::{self, KeptKey},
};
use crate::data_dir::DataDir;
use anyhow::{Context, Result, anyhow, bail, ensure};
use edgecoder_events::{Clock, Position};
use edgecoder_identity::{NodeKeys, NonceFile};
use edgecoder_projections::{Projections, TablesIn};
use edgecoder_service_kit::{
    SystemClock,
    callers::{Access, TokenBook},
    chance,
    commands::Commands,
    http::Metrics,
    settings::Settings,
};
use edgecoder_store::{Backend, Limits, OpenError, Standing, StorageError, Store, StoreSettings};
use std::sync::Arc;

const DEFAULT_ORIGIN_PREFIX: &str = "edgecoder.local";
/// What processes that share a ledger in PostgreSQL have alike in their data directories.
const FILES_OF_A_LEDGER: &str = "origin, log.key, coordinator.keys, operator.token, service.token and checkpoint";
/// Where PostgreSQL listens when an address does not say.
const DEFAULT_POSTGRES_PORT: u16 = 5432;

/// A ledger of this process, and what is built on it.
pub struct Node {
    pub store: Store,
    pub projections: Arc<Projections>,
    pub commands: Commands,
    pub access: Access,
    pub keys: Arc<NodeKeys>,
    pub metrics: Metrics,
    pub tokens: Tokens,
    pub origin: String,
}

/// What is a ledger opened for?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To append. Where another process leads, this one waits until it is gone, as a second coordinator does, and one
    /// that is started right after a crash. In PostgreSQL a ledger can be shared.
    Serve,
    /// To look after it while nobody serves it, even where it may not be appended to.
    LookAfter,
}

impl Node {
    /// Opens the ledger and waits until every projection has caught up with it.
    pub async fn open(settings: &Settings, data: &DataDir, purpose: Purpose) -> Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let origin = origin(settings, data)?;
        let keys = log_keys::load(data, &origin)?;
        let store = open_store(settings, data, &origin, keys, Arc::clone(&clock)).await?;
        take_the_lead(&store, purpose).await?;
        log_keys::settle(data, &origin, &store.log_verifier_key())?;
        let projections = open_projections(settings, data, &store).await?;
        let keys = Arc::new(NodeKeys::load_or_create(&data.join("coordinator.keys"), &mut chance::system())?);
        let tokens = Tokens::of(settings, data)?;
        let nonces = NonceFile::open(data.join("nonces"), clock.now())?;
        let access = Access::new(
            access::settings(settings, &tokens)?,
            TokenBook::new(store.secrets()),
            Arc::new(DirectoryKeys { projections: Arc::downgrade(&projections), clock: Arc::clone(&clock) }),
            nonces,
            Arc::clone(&clock),
        );
        let commands = Commands::new(store.clone(), clock);
        let metrics = Metrics::default();
        Ok(Self { store, projections, commands, access, keys, metrics, tokens, origin })
    }

    /// Signs a checkpoint of what the start has recorded, durable when this returns: nobody who was told that the ledger is
    /// ready finds it without one.
    pub async fn commit(&self) -> Result<()> {
        self.store.checkpoint_now().await.context("signing the first checkpoint")?;
        Ok(())
    }

    /// Records what is queued, signs a last checkpoint and lets go of the files.
    pub async fn close(self) -> Result<()> {
        // Who still holds them has ended; without them nothing follows the log while it closes.
        if let Some(projections) = Arc::into_inner(self.projections) {
            projections.stop().await;
        }
        self.store.close().await.context("closing the ledger")
    }
}

/// The log's name: a setting, else one that is drawn once and kept.
fn origin(settings: &Settings, data: &DataDir) -> Result<String> {
    let kept = data.secret("origin", || {
        settings.text("LEDGER_ORIGIN").unwrap_or_else(|| format!("{DEFAULT_ORIGIN_PREFIX}/{}", random_hex::<8>()))
    })?;
    match settings.text("LEDGER_ORIGIN") {
        Some(wanted) if wanted != kept.text => Err(anyhow!(
            "LEDGER_ORIGIN is {wanted:?}, but this ledger is called {:?}: a log never changes its name",
            kept.text
        )),
        Some(_) | None => Ok(kept.text),
    }
}

pub(super) fn random_hex<const BYTES: usize>() -> String {
    let mut bytes = [0; BYTES];
    rand::Rng::fill_bytes(&mut chance::system(), &mut bytes);
    hex::encode(bytes)
}

async fn open_store(
    settings: &Settings,
    data: &DataDir,
    origin: &str,
    keys: Vec<KeptKey>,
    clock: Arc<dyn Clock>,
) -> Result<Store> {
    let (backend, place, advice) = match settings.text("DATABASE_URL") {
        Some(url) if !is_of_postgres(&url) => {
            bail!("DATABASE_URL is not an address of PostgreSQL: expected postgres://…")
        }
        Some(url) => (Backend::postgres(&url), database(&url), ": see that it answers, and DATABASE_URL"),
        None => (Backend::Sqlite { dir: data.path().to_owned() }, data.path().display().to_string(), ""),
    };
    let mut keys = keys.into_iter().map(|kept| kept.key);
    let log_key = keys.next().context("the log has no key")?;
    let settings = StoreSettings {
        backend,
        origin: origin.to_owned(),
        log_key,
        clock,
        rng: Box::new(chance::system()),
        checkpoint_file: Some(data.join("checkpoint")),
        limits: Limits::default(),
    };
    match Store::open_with_keys(settings, keys.collect()).await {
        Err(OpenError::Storage(error @ StorageError::OtherLog { .. })) => Err(anyhow!(error).context(format!(
            "the keys in {} are of another ledger than the one in {place}. Bring {FILES_OF_A_LEDGER} from the data \
             directory of the process that began it (of the tokens, the same settings, where they came by \
             ADMIN_API_TOKEN and EDGECODER_SERVICE_TOKEN), or name another database",
            data.path().display()
        ))),
        opened => opened.with_context(|| format!("could not open the ledger in {place}{advice}")),
    }
}

fn is_of_postgres(url: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
}

/// A database as people know it: its name, its server and the user, and never the password.
fn database(url: &str) -> String {
    let url = url.parse::<reqwest::Url>().ok();
    // What is no such address may hold a password anywhere.
    let Some((url, host)) = url.as_ref().and_then(|url| Some((url, url.host_str()?))) else {
        return "PostgreSQL".to_owned();
    };
    let port = url.port().unwrap_or(DEFAULT_POSTGRES_PORT);
    let (name, user) = (url.path().trim_start_matches('/'), url.username());
    format!("the PostgreSQL database {name:?} at {host}:{port}, as the user {user:?}")
}

async fn take_the_lead(store: &Store, purpose: Purpose) -> Result<()> {
    let mut standing = store.standing();
    if standing == Standing::Standby {
        ensure!(purpose == Purpose::Serve, "another process leads this ledger: stop it first");
        tracing::info!("another process leads this ledger: standing by until it is gone");
        let is_over = |standing: &Standing| *standing != Standing::Standby;
        standing = store.wait_for(is_over).await.context("waiting for the lead of the ledger")?;
        tracing::info!("this process leads the ledger now");
    }
    match standing {
        Standing::RolledBack(found) if purpose == Purpose::Serve => bail!(
            "the ledger is older than a checkpoint that had left this machine: {found}. Bring the newer ledger back, \
             or go on without what is missing: edgecoder ledger accept-restore --reason \"…\""
        ),
        Standing::Leading | Standing::RolledBack(_) | Standing::Standby => Ok(()),
    }
}

async fn open_projections(settings: &Settings, data: &DataDir, store: &Store) -> Result<Arc<Projections>> {
    let (url, file) = (settings.text("DATABASE_URL"), data.join("projections.db"));
    let tables = url.as_deref().map_or(TablesIn::File(&file), TablesIn::Postgres);
    let projections =
        Projections::start(store, tables, &data.join("search")).await.context("opening the projections")?;
    projections.caught_up(Position(store.head().size)).await.context("bringing the projections up to the ledger")?;
    Ok(Arc::new(projections))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_without_its_password() {
        let shown = database("postgres://ann:secret@db.example:6543/ledger?sslmode=require");
        assert_eq!(shown, "the PostgreSQL database \"ledger\" at db.example:6543, as the user \"ann\"");
        for address in ["postgres://ann:secret@/ledger", "ann:secret@ledger"] {
            assert!(!database(address).contains("secret"), "{address}");
        }
    }
}
