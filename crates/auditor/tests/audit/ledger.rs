//! A small honest ledger in a SQLite file, as the store writes it.

use ed25519_dalek::{Signer, SigningKey};
use edgecoder_events::{
    AccountId, AgentId, BlobRef, Digest, Event, MicroCredits, ModelName, ProjectId, PublicKey, Signature, StreamName,
    SubtaskIndex, TaskId, UnixMillis,
    agent::{AgentRegistered, Capabilities, SandboxMode},
    blacklist::{AgentBlacklisted, BlacklistReason},
    credit::{
        AccountOpened, CreditsEarned, CreditsIssued, CreditsReleased, CreditsReserved, CreditsSpent, IssueReason,
    },
    key::LedgerCreated,
    node::{AgentMode, NodeApproved, NodeEnrolled, NodeKind},
    task::{
        Language, PlannedSubtask, Planner, ResourceClass, SubtaskFinished, SubtaskLeased, TaskCompleted, TaskPlanned,
        TaskSubmitted, Verdict, WorkKind,
    },
};
use edgecoder_identity::{evidence, log_key_rotation};
use edgecoder_ledger::{
    Checkpoint, Entry, GENESIS_PREV, entry_hash,
    note::LogKey,
    tree::{Frontier, leaf_hash},
};
use sqlx::{Connection, QueryBuilder, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{collections::HashMap, path::PathBuf, slice};

pub const ORIGIN: &str = "example.org/ledger";
pub const LOG_SEED: [u8; 32] = [1; 32];
pub const NEXT_LOG_SEED: [u8; 32] = [2; 32];

/// The size of a page of the file, SQLite's own default.
pub const PAGE_SIZE: usize = 4096;

/// How many rows are inserted by one statement.
const ROWS_AT_ONCE: usize = 100;

/// The table of the store, word for word.
const TABLE: &str = "CREATE TABLE events (
    position    INTEGER PRIMARY KEY,
    stream      TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    recorded_at INTEGER NOT NULL,
    entry       BLOB    NOT NULL,
    hash        BLOB    NOT NULL
) STRICT";

#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub position: i64,
    pub stream: String,
    pub version: i64,
    pub kind: String,
    pub recorded_at: i64,
    pub entry: Vec<u8>,
    pub hash: Vec<u8>,
}

/// What is to be chained as one entry.
#[derive(Debug, Clone)]
pub struct Draft {
    pub origin: String,
    pub stream: StreamName,
    pub kind: String,
    pub schema: u16,
    pub payload: Vec<u8>,
    pub at_ms: u64,
    pub actor: &'static str,
    pub key: Option<Vec<u8>>,
    pub author: Option<([u8; 32], [u8; 64])>,
}

pub fn draft(at_ms: u64, stream: StreamName, event: &Event) -> Draft {
    let (kind, schema, payload) = (event.kind().to_owned(), event.schema(), event.to_bytes());
    let actor = actor_of(event);
    Draft { origin: ORIGIN.to_owned(), stream, kind, schema, payload, at_ms, actor, key: None, author: None }
}

/// With its author's signature over it.
pub fn signed_by(author: &Machine, draft: Draft) -> Draft {
    let event = Event::from_bytes(&draft.kind, draft.schema, &draft.payload).unwrap();
    let signature = author.sign(&event.author_statement().unwrap());
    Draft { author: Some((author.key().0, signature.0)), ..draft }
}

/// Who causes such an event, as the product names them.
#[expect(clippy::wildcard_enum_match_arm, reason = "what nobody else does is done by the operator")]
pub fn actor_of(event: &Event) -> &'static str {
    let machine = |agent: &AgentId| if agent.as_str() == "worker-2" { "agent:worker-2" } else { "agent:worker-1" };
    match event {
        Event::LedgerCreated(_) => "system:store",
        Event::AgentRegistered(it) => machine(&it.agent),
        Event::AgentKeyReplaced(it) => machine(&it.agent),
        Event::TaskSubmitted(_)
        | Event::TaskPlanned(_)
        | Event::TaskReviewed(_)
        | Event::TaskAnswered(_)
        | Event::CreditsReserved(_) => "account:ann",
        Event::SubtaskLeased(it) => machine(&it.agent),
        Event::SubtaskReturned(it) => machine(&it.agent),
        Event::SubtaskFinished(it) => machine(&it.agent),
        Event::SubtaskRevised(_) => "system:escalation",
        Event::AnchorPromised(_)
        | Event::AnchorAttested(_)
        | Event::AnchorBroadcast(_)
        | Event::AnchorIncluded(_)
        | Event::AnchorConfirmed(_)
        | Event::AnchorOrphaned(_) => "system:anchors",
        _ => "operator:admin",
    }
}

pub fn chain(drafts: &[Draft]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut versions: HashMap<&str, u64> = HashMap::new();
    for (draft, position) in drafts.iter().zip(0..) {
        let version = versions.entry(draft.stream.as_str()).or_default();
        *version += 1;
        let prev = rows.last().map_or(GENESIS_PREV, |row| row.hash[..].try_into().unwrap());
        rows.push(row(position, *version, prev, draft));
    }
    rows
}

pub fn row(position: u64, version: u64, prev_hash: [u8; 32], draft: &Draft) -> Row {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&position.to_be_bytes());
    let entry = Entry {
        origin: &draft.origin,
        position,
        stream: draft.stream.as_str(),
        version,
        kind: &draft.kind,
        schema: draft.schema,
        event_id: id,
        recorded_at_ms: draft.at_ms,
        actor: draft.actor,
        correlation_id: [7; 16],
        causation_id: None,
        idempotency_key: draft.key.as_deref(),
        author_key: draft.author.map(|(key, _)| key),
        author_signature: draft.author.map(|(_, signature)| signature),
        payload: &draft.payload,
        prev_hash,
    };
    let mut bytes = Vec::new();
    entry.encode(&mut bytes).unwrap();
    Row {
        position: i64::try_from(position).unwrap(),
        stream: draft.stream.to_string(),
        version: i64::try_from(version).unwrap(),
        kind: draft.kind.clone(),
        recorded_at: i64::try_from(draft.at_ms).unwrap(),
        hash: entry_hash(&bytes).to_vec(),
        entry: bytes,
    }
}

pub fn id<T: TryFrom<String>>(text: &str) -> T
where
    T::Error: std::fmt::Debug,
{
    T::try_from(text.to_owned()).unwrap()
}

pub fn micros(amount: u64) -> MicroCredits {
    MicroCredits::from_micros(amount)
}

/// A machine that signs with its own key.
pub struct Machine(SigningKey);

impl Machine {
    pub fn of(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    pub fn key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    pub fn sign(&self, text: &str) -> Signature {
        Signature(self.0.sign(text.as_bytes()).to_bytes())
    }
}

pub fn machine() -> Machine {
    Machine::of([5; 32])
}

fn created() -> Event {
    let key = SigningKey::from_bytes(&LOG_SEED).verifying_key();
    LedgerCreated { origin: ORIGIN.to_owned(), log_key: PublicKey(key.to_bytes()) }.into()
}

pub fn registered() -> Event {
    let capabilities = Capabilities {
        os: "linux".to_owned(),
        version: "1".to_owned(),
        client_type: "edgecoder-native".to_owned(),
        max_concurrent_tasks: 1,
        sandbox: SandboxMode::Wasm,
        languages: vec![Language::Python],
        models: vec![id::<ModelName>("m:1")],
    };
    let (agent, mode) = (id("worker-1"), AgentMode::SwarmOnly);
    let envelope_key = PublicKey([9; 32]);
    AgentRegistered { agent, signing_key: machine().key(), envelope_key, mode, capabilities }.into()
}

pub fn enrolled(machine: &str) -> NodeEnrolled {
    NodeEnrolled { node: id(machine), kind: NodeKind::Agent, owner: id("bob") }
}

/// A machine of bob's that may work.
pub fn admitted(at_ms: u64, machine: &str) -> [Draft; 2] {
    let stream = StreamName::agent(&id(machine));
    let approved = NodeApproved { node: id(machine) };
    [draft(at_ms, stream.clone(), &enrolled(machine).into()), draft(at_ms, stream, &approved.into())]
}

pub fn submitted() -> TaskSubmitted {
    TaskSubmitted {
        task: id("t1"),
        account: id("ann"),
        project: id::<ProjectId>("p"),
        work: WorkKind::Program,
        language: Language::Python,
        resource: ResourceClass::Cpu,
        priority: 50,
        requested_model: None,
        content: BlobRef([3; 32]),
        budget: micros(50_000),
        conversation: None,
    }
}

/// One subtask that may run a second.
pub fn planned() -> TaskPlanned {
    let subtask = PlannedSubtask {
        index: SubtaskIndex(0),
        work: WorkKind::Program,
        language: Language::Python,
        content: BlobRef([3; 32]),
        depends_on: vec![],
        timeout_ms: 1_000,
    };
    TaskPlanned { task: id("t1"), planner: Planner::Submission, subtasks: vec![subtask] }
}

pub fn leased() -> SubtaskLeased {
    SubtaskLeased {
        task: id("t1"),
        subtask: SubtaskIndex(0),
        attempt: 1,
        agent: id("worker-1"),
        payee: id("bob"),
        granted_at: UnixMillis(2_000),
        limit_ms: 30,
        price_per_ms: micros(1_000),
    }
}

pub fn finished() -> SubtaskFinished {
    SubtaskFinished {
        task: id("t1"),
        subtask: SubtaskIndex(0),
        attempt: 1,
        agent: id("worker-1"),
        verdict: Verdict::Passed,
        report: BlobRef([4; 32]),
        report_digest: Digest([5; 32]),
        reported_ms: 20,
        paid_ms: 20,
        cost: micros(20_000),
    }
}

pub fn signed(at_ms: u64, finished: &SubtaskFinished) -> Draft {
    signed_by(&machine(), draft(at_ms, task_stream(), &finished.clone().into()))
}

pub fn task_stream() -> StreamName {
    StreamName::task(&id::<TaskId>("t1"))
}

pub fn wallet(account: &str) -> StreamName {
    StreamName::credits(&id::<AccountId>(account))
}

pub fn spent(amount: u64) -> Event {
    CreditsSpent {
        account: id("ann"),
        task: id("t1"),
        subtask: SubtaskIndex(0),
        attempt: 1,
        amount: micros(amount),
        payee: id("bob"),
    }
    .into()
}

pub fn earned(amount: u64) -> Event {
    CreditsEarned {
        account: id("bob"),
        agent: id("worker-1"),
        task: id("t1"),
        subtask: SubtaskIndex(0),
        attempt: 1,
        amount: micros(amount),
        payer: id("ann"),
    }
    .into()
}

pub fn report() -> AgentBlacklisted {
    let mut report = AgentBlacklisted {
        agent: id::<AgentId>("mallory"),
        reason_code: BlacklistReason::ForgedResults,
        reason: "same output every time".to_owned(),
        evidence_sha256: "ab".repeat(32),
        reported_at: UnixMillis(3_000),
        expires_at: None,
        reporter: "worker-1".to_owned(),
        reporter_key: machine().key(),
        reporter_signature: Signature([0; 64]),
    };
    report.reporter_signature = machine().sign(&evidence::text(&report));
    report
}

/// Where in [`honest`] the events stand.
pub mod at {
    pub const ISSUED: usize = 3;
    pub const ENROLLED: usize = 4;
    pub const APPROVED: usize = 5;
    pub const REGISTERED: usize = 6;
    pub const SUBMITTED: usize = 7;
    pub const RESERVED: usize = 8;
    pub const PLANNED: usize = 9;
    pub const LEASED: usize = 10;
    pub const FINISHED: usize = 11;
    pub const COMPLETED: usize = 12;
    pub const SPENT: usize = 13;
    pub const EARNED: usize = 14;
    pub const RELEASED: usize = 15;
    pub const BLACKLISTED: usize = 16;
    pub const COUNT: usize = 17;
}

/// One task from its submission to its payment.
pub fn honest() -> Vec<Draft> {
    let mallory = StreamName::agent(&id("mallory"));
    let issued = CreditsIssued { account: id("ann"), amount: micros(100_000), reason: IssueReason::Faucet };
    let reserved = CreditsReserved { account: id("ann"), task: id("t1"), amount: micros(50_000) };
    let released = CreditsReleased { account: id("ann"), task: id("t1"), amount: micros(30_000) };
    let [enrolled, approved] = admitted(1_004, "worker-1");
    let mut drafts = vec![
        draft(1_000, StreamName::ledger(), &created()),
        draft(1_001, wallet("ann"), &AccountOpened { account: id("ann") }.into()),
        draft(1_002, wallet("bob"), &AccountOpened { account: id("bob") }.into()),
        draft(1_003, wallet("ann"), &issued.into()),
        enrolled,
        approved,
        signed_by(&machine(), draft(1_004, StreamName::agent(&id("worker-1")), &registered())),
        draft(1_005, task_stream(), &submitted().into()),
        draft(1_005, wallet("ann"), &reserved.into()),
        draft(1_006, task_stream(), &planned().into()),
        draft(2_000, task_stream(), &leased().into()),
        signed(2_025, &finished()),
        draft(2_025, task_stream(), &TaskCompleted { task: id("t1"), cost: micros(20_000) }.into()),
        draft(2_025, wallet("ann"), &spent(20_000)),
        draft(2_025, wallet("bob"), &earned(20_000)),
        draft(2_025, wallet("ann"), &released.into()),
        draft(3_001, mallory, &report().into()),
    ];
    for (position, draft) in drafts.iter_mut().enumerate() {
        let append = if (at::FINISHED..=at::RELEASED).contains(&position) { at::FINISHED } else { position };
        draft.key = Some(format!("append-{append}").into_bytes());
    }
    drafts
}

/// The log's key changes, and one more entry follows.
pub fn rotated() -> Vec<Draft> {
    let (old, new) = (SigningKey::from_bytes(&LOG_SEED), SigningKey::from_bytes(&NEXT_LOG_SEED));
    let mut drafts = honest();
    drafts.push(draft(4_000, StreamName::ledger(), &log_key_rotation::sign(ORIGIN, &old, &new).into()));
    drafts.push(draft(4_001, wallet("eve"), &AccountOpened { account: id("eve") }.into()));
    drafts
}

pub fn log_key(seed: [u8; 32]) -> LogKey {
    LogKey::from_seed(ORIGIN, &seed).unwrap()
}

pub fn note(rows: &[Row], seed: [u8; 32]) -> String {
    let mut tree = Frontier::new();
    for row in rows {
        tree.append(leaf_hash(&row.entry));
    }
    Checkpoint { origin: ORIGIN.to_owned(), size: tree.size(), root: tree.root() }.sign(&log_key(seed)).unwrap()
}

/// A data directory.
pub struct Ledger {
    pub dir: tempfile::TempDir,
}

impl Ledger {
    pub async fn of(rows: &[Row]) -> Self {
        let ledger = Self { dir: tempfile::tempdir().unwrap() };
        let options = SqliteConnectOptions::new()
            .filename(ledger.file())
            .create_if_missing(true)
            .pragma("page_size", PAGE_SIZE.to_string());
        let mut db = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query(TABLE).execute(&mut db).await.unwrap();
        sqlx::query("BEGIN").execute(&mut db).await.unwrap();
        for rows in rows.chunks(ROWS_AT_ONCE) {
            insert_all(&mut db, rows).await;
        }
        sqlx::query("COMMIT").execute(&mut db).await.unwrap();
        db.close().await.unwrap();
        ledger
    }

    /// The honest rows with their checkpoint beside them.
    pub async fn honest() -> Self {
        let rows = chain(&honest());
        let ledger = Self::of(&rows).await;
        ledger.put_checkpoint(&note(&rows, LOG_SEED));
        ledger
    }

    pub fn file(&self) -> PathBuf {
        self.dir.path().join("ledger.db")
    }

    pub fn put_checkpoint(&self, note: &str) {
        std::fs::write(self.dir.path().join("checkpoint"), note).unwrap();
    }
}

pub async fn insert(db: &mut SqliteConnection, row: &Row) {
    insert_all(db, slice::from_ref(row)).await;
}

async fn insert_all(db: &mut SqliteConnection, rows: &[Row]) {
    let mut text = QueryBuilder::new("INSERT INTO events (position, stream, version, kind, recorded_at, entry, hash) ");
    text.push_values(rows, |mut values, row| {
        values.push_bind(row.position).push_bind(&row.stream).push_bind(row.version).push_bind(&row.kind);
        values.push_bind(row.recorded_at).push_bind(&row.entry).push_bind(&row.hash);
    });
    text.build().execute(db).await.unwrap();
}
