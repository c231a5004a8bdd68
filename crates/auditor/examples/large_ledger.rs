//! Makes a ledger of as many entries as asked, to measure the auditor with: `large_ledger DIR ENTRIES`.
//!
//! The entries are those of accounts that are opened and given credit, chained and committed to as the store does it.

use edgecoder_events::{
    AccountId, Event, MicroCredits, PublicKey, StreamName,
    credit::{AccountOpened, CreditsIssued, IssueReason},
    key::LedgerCreated,
};
use edgecoder_ledger::{
    Checkpoint, Entry, GENESIS_PREV, entry_hash,
    note::LogKey,
    tree::{Frontier, leaf_hash},
};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{error::Error, path::Path};

const ORIGIN: &str = "example.org/large";
/// How many gifts follow the opening of an account.
const GIFTS: u64 = 99;
const TABLE: &str = "CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, \
                     kind TEXT NOT NULL, recorded_at INTEGER NOT NULL, entry BLOB NOT NULL, hash BLOB NOT NULL) STRICT";
const INSERT: &str = "INSERT INTO events (position, stream, version, kind, recorded_at, entry, hash) \
                      VALUES (?, ?, ?, ?, ?, ?, ?)";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(dir), Some(entries)) = (arguments.next(), arguments.next()) else {
        return Err("usage: large_ledger DIR ENTRIES".into());
    };
    let dir = Path::new(&dir);
    let key = LogKey::from_seed(ORIGIN, &[1; 32])?;
    let options = SqliteConnectOptions::new().filename(dir.join("ledger.db")).create_if_missing(true);
    let mut database = SqliteConnection::connect_with(&options).await?;
    sqlx::query(TABLE).execute(&mut database).await?;
    let tree = write(&mut database, entries.parse()?, &key).await?;
    database.close().await?;
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: tree.size(), root: tree.root() };
    std::fs::write(dir.join("checkpoint"), checkpoint.sign(&key)?)?;
    Ok(())
}

async fn write(database: &mut SqliteConnection, entries: u64, key: &LogKey) -> Result<Frontier, Box<dyn Error>> {
    let mut transaction = database.begin().await?;
    let (mut tree, mut prev_hash, mut bytes) = (Frontier::new(), GENESIS_PREV, Vec::new());
    for position in 0..entries {
        let (stream, version, event) = fact(position, key)?;
        let mut event_id = [0; 16];
        event_id[8..].copy_from_slice(&position.to_be_bytes());
        let recorded_at_ms = 1_700_000_000_000 + position;
        let (payload, idempotency) = (event.to_bytes(), position.to_be_bytes());
        bytes.clear();
        Entry {
            origin: ORIGIN,
            position,
            stream: stream.as_str(),
            version,
            kind: event.kind(),
            schema: event.schema(),
            event_id,
            recorded_at_ms,
            actor: "operator:admin",
            correlation_id: event_id,
            causation_id: None,
            idempotency_key: Some(&idempotency),
            author_key: None,
            author_signature: None,
            payload: &payload,
            prev_hash,
        }
        .encode(&mut bytes)?;
        prev_hash = entry_hash(&bytes);
        tree.append(leaf_hash(&bytes));
        sqlx::query(INSERT)
            .bind(i64::try_from(position)?)
            .bind(stream.as_str())
            .bind(i64::try_from(version)?)
            .bind(event.kind())
            .bind(i64::try_from(recorded_at_ms)?)
            .bind(&bytes)
            .bind(&prev_hash[..])
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(tree)
}

/// The event of a position: the ledger's creation, then accounts, each opened and given credit.
fn fact(position: u64, key: &LogKey) -> Result<(StreamName, u64, Event), Box<dyn Error>> {
    let Some(after_creation) = position.checked_sub(1) else {
        let log_key = PublicKey(key.verifier_key().public_key().to_bytes());
        return Ok((StreamName::ledger(), 1, LedgerCreated { origin: ORIGIN.to_owned(), log_key }.into()));
    };
    let (number, gift) = (after_creation / (GIFTS + 1), after_creation % (GIFTS + 1));
    let account = AccountId::new(format!("account-{number}"))?;
    let stream = StreamName::credits(&account);
    let event = if gift == 0 {
        AccountOpened { account }.into()
    } else {
        CreditsIssued { account, amount: MicroCredits::from_micros(gift), reason: IssueReason::Faucet }.into()
    };
    Ok((stream, gift + 1, event))
}
