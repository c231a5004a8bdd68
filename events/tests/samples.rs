//! Every kind of event keeps its bytes: one committed sample per kind and schema number, decoded for ever.
//!
//! A new kind or schema number: run `EDGECODER_WRITE_SAMPLES=1 cargo test -p edgecoder-events` once and commit the new file.

#![expect(clippy::unwrap_used, reason = "a test may end where it is wrong")]

use edgecoder_events::{
    AccountId, AgentId, BitcoinHash, BlobRef, CheckpointDigest, ConversationId, DecodeError, Digest, Event,
    MicroCredits, ModelName, Position, ProjectId, PublicKey, Signature, SubtaskIndex, TaskId, UnixMillis, agent::*,
    anchor::*, blacklist::*, credit::*, key::*, node::*, person::*, task::*,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::PathBuf};

fn agent() -> AgentId {
    AgentId::new("worker-1").unwrap()
}

fn task() -> TaskId {
    TaskId::new("01-primes").unwrap()
}

fn account(name: &str) -> AccountId {
    AccountId::new(name).unwrap()
}

fn capabilities() -> Capabilities {
    Capabilities {
        os: "linux".into(),
        version: "0.1.0".into(),
        client_type: "edgecoder-native".into(),
        max_concurrent_tasks: 2,
        sandbox: SandboxMode::Wasm,
        languages: vec![Language::Python, Language::Javascript],
        models: vec![ModelName::new("qwen2.5-coder:7b").unwrap()],
    }
}

fn ledger_and_nodes() -> Vec<Event> {
    let (old_key, new_key) = (PublicKey([1; 32]), PublicKey([2; 32]));
    let (old_signature, new_signature) = (Signature([3; 64]), Signature([4; 64]));
    vec![
        LedgerCreated { origin: "edgecoder.example/log".into(), log_key: old_key }.into(),
        LogKeyRotated { old_key, new_key, old_signature, new_signature }.into(),
        LedgerRestored { epoch: 1, restored_size: Position(90), lost_size: Position(100), reason: "disk".into() }
            .into(),
        SubjectKeyDestroyed { subject: "ann".into(), reason: "asked for".into() }.into(),
        NodeEnrolled { node: agent(), kind: NodeKind::Agent, owner: account("ann") }.into(),
        NodeTokenRotated { node: agent() }.into(),
        NodeApproved { node: agent() }.into(),
        NodeRejected { node: agent(), reason: "unknown owner".into() }.into(),
        NodeModeChanged { node: agent(), mode: AgentMode::IdeEnabled }.into(),
        NodePowerPolicySet {
            node: agent(),
            power: PowerSource::Mains,
            from_hour: Some(22),
            until_hour: Some(6),
            max_tasks: Some(2),
        }
        .into(),
    ]
}

fn agents() -> Vec<Event> {
    let (signing_key, envelope_key) = (PublicKey([5; 32]), PublicKey([6; 32]));
    let (mode, capabilities) = (AgentMode::SwarmOnly, capabilities());
    vec![
        AgentRegistered { agent: agent(), signing_key, envelope_key, mode, capabilities: capabilities.clone() }.into(),
        AgentKeyReplaced { agent: agent(), signing_key, envelope_key }.into(),
        AgentCapabilitiesChanged { agent: agent(), capabilities }.into(),
        AgentCameOnline { agent: agent() }.into(),
        AgentWentOffline { agent: agent(), reason: OfflineReason::Silent }.into(),
        AgentBlacklisted {
            agent: agent(),
            reason_code: BlacklistReason::ForgedResults,
            reason: "results of another task".into(),
            evidence_sha256: "ab".repeat(32),
            reported_at: UnixMillis(1_800_000_000_000),
            expires_at: None,
            reporter: "ann".into(),
            reporter_key: PublicKey([7; 32]),
            reporter_signature: Signature([8; 64]),
        }
        .into(),
        AgentBlacklistLifted { agent: agent(), reason: "a mistake".into() }.into(),
    ]
}

fn submitted() -> TaskSubmitted {
    TaskSubmitted {
        task: task(),
        account: account("ann"),
        project: ProjectId::new("default").unwrap(),
        work: WorkKind::Prompt,
        language: Language::Python,
        resource: ResourceClass::Cpu,
        priority: 50,
        requested_model: Some(ModelName::new("qwen2.5-coder:7b").unwrap()),
        content: BlobRef([9; 32]),
        budget: MicroCredits::from_micros(48_000_000),
        conversation: Some(ConversationId::new("chat-1").unwrap()),
    }
}

fn planned() -> TaskPlanned {
    let piece = |index, depends_on| PlannedSubtask {
        index: SubtaskIndex(index),
        work: WorkKind::Prompt,
        language: Language::Python,
        content: BlobRef([10; 32]),
        depends_on,
        timeout_ms: 30_000,
    };
    let subtasks = vec![piece(0, vec![]), piece(1, vec![SubtaskIndex(0)])];
    TaskPlanned { task: task(), planner: Planner::Model, subtasks }
}

fn leased() -> SubtaskLeased {
    SubtaskLeased {
        task: task(),
        subtask: SubtaskIndex(0),
        attempt: 1,
        agent: agent(),
        payee: account("bob"),
        granted_at: UnixMillis(1_800_000_000_000),
        limit_ms: 30_000,
        price_per_ms: MicroCredits::from_micros(800),
    }
}

fn finished() -> SubtaskFinished {
    SubtaskFinished {
        task: task(),
        subtask: SubtaskIndex(0),
        attempt: 1,
        agent: agent(),
        verdict: Verdict::Passed,
        report: BlobRef([11; 32]),
        report_digest: Digest([12; 32]),
        reported_ms: 1_500,
        paid_ms: 1_400,
        cost: MicroCredits::from_micros(1_120_000),
    }
}

fn tasks() -> Vec<Event> {
    let (subtask, attempt, cost) = (SubtaskIndex(0), 1, MicroCredits::from_micros(1_120_000));
    vec![
        submitted().into(),
        planned().into(),
        leased().into(),
        SubtaskReturned { task: task(), subtask, attempt, agent: agent(), reason: ReturnReason::LeaseExpired }.into(),
        SubtaskStopped { task: task(), subtask, attempt, agent: agent(), paid_ms: 1_400, cost }.into(),
        finished().into(),
        TaskEscalated { task: task(), subtask }.into(),
        SubtaskRevised { task: task(), subtask, content: BlobRef([13; 32]) }.into(),
        TaskCompleted { task: task(), cost }.into(),
        TaskFailed { task: task(), reason: FailReason::AttemptsExhausted, cost, subtask: Some(subtask) }.into(),
        TaskCancelled { task: task(), cost }.into(),
        TaskReviewed { task: task(), decision: ReviewDecision::Edited, content: Some(BlobRef([23; 32])) }.into(),
        TaskAnswered { task: task(), subtask, content: BlobRef([24; 32]) }.into(),
    ]
}

fn credits() -> Vec<Event> {
    let (subtask, attempt, amount) = (SubtaskIndex(0), 1, MicroCredits::from_micros(1_120_000));
    let (payer, payee) = (account("ann"), account("bob"));
    vec![
        AccountOpened { account: payer.clone() }.into(),
        CreditsIssued { account: payer.clone(), amount, reason: IssueReason::Faucet }.into(),
        CreditsReserved { account: payer.clone(), task: task(), amount }.into(),
        CreditsSpent { account: payer.clone(), task: task(), subtask, attempt, amount, payee: payee.clone() }.into(),
        CreditsEarned { account: payee, agent: agent(), task: task(), subtask, attempt, amount, payer: payer.clone() }
            .into(),
        CreditsReleased { account: payer, task: task(), amount }.into(),
    ]
}

fn people() -> Vec<Event> {
    let account = account("p-ann");
    vec![
        PersonSignedUp { account: account.clone(), email_mark: Digest([20; 32]), profile: BlobRef([21; 32]) }.into(),
        PersonProfileChanged { account: account.clone(), profile: BlobRef([22; 32]) }.into(),
        PersonPasswordChanged { account: account.clone() }.into(),
        PersonPasswordReset { account: account.clone() }.into(),
        PersonPasskeyAdded { account: account.clone(), passkey_mark: Digest([23; 32]) }.into(),
        PersonPasskeyRemoved { account: account.clone(), passkey_mark: Digest([23; 32]) }.into(),
        PersonProviderLinked { account: account.clone(), identity_mark: Digest([24; 32]) }.into(),
        PersonProviderUnlinked { account: account.clone(), identity_mark: Digest([24; 32]) }.into(),
        PersonErased { account: account.clone() }.into(),
        PersonRoleGiven { account: account.clone(), role: Role::Operator }.into(),
        PersonRoleTaken { account: account.clone(), role: Role::Operator }.into(),
        PersonDescriptorGiven { account: account.clone(), descriptor: BlobRef([23; 32]) }.into(),
        PersonBackupAcknowledged { account: account.clone(), descriptor: BlobRef([23; 32]) }.into(),
        PersonAddressChanged { account, email_mark: Digest([25; 32]), profile: BlobRef([22; 32]) }.into(),
    ]
}

fn anchors() -> Vec<Event> {
    let (checkpoint, block) = (CheckpointDigest([14; 32]), BitcoinHash([15; 32]));
    let (proof, evidence, height) = (BlobRef([16; 32]), BlobRef([17; 32]), 800_000);
    vec![
        AnchorRequested { checkpoint, size: Position(90), way: AnchorWay::OwnTransaction, note: BlobRef([18; 32]) }
            .into(),
        AnchorPromised { checkpoint, proof, calendars: vec!["calendar.example".into()] }.into(),
        AnchorAttested { checkpoint, height, proof }.into(),
        AnchorBroadcast { checkpoint, transaction: BitcoinHash([19; 32]), fee_sat: 312 }.into(),
        AnchorIncluded { checkpoint, height, block, proof, evidence }.into(),
        AnchorConfirmed { checkpoint, height, block, proof, evidence }.into(),
        AnchorOrphaned { checkpoint, height, block }.into(),
    ]
}

fn every_kind() -> Vec<Event> {
    [ledger_and_nodes(), agents(), tasks(), credits(), anchors(), people()].concat()
}

fn file(kind: &str, schema: u16) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples").join(format!("{kind}.v{schema}.json"))
}

fn as_json(event: &Event) -> Value {
    let fields = event.serialize_fields(serde_json::value::Serializer).unwrap();
    json!({ "kind": event.kind(), "schema": event.schema(), "payload": hex::encode(event.to_bytes()), "fields": fields })
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a switch for the author of a new kind")]
fn every_newest_kind_has_a_sample_that_this_build_encodes_to_the_same_bytes() {
    let events = every_kind();
    assert_eq!(
        events.iter().map(Event::kind).collect::<Vec<_>>(),
        Event::KINDS.iter().map(|it| it.0).collect::<Vec<_>>()
    );
    for event in events {
        let file = file(event.kind(), event.schema());
        if std::env::var("EDGECODER_WRITE_SAMPLES").is_ok() && !file.exists() {
            fs::write(&file, format!("{:#}\n", as_json(&event))).unwrap();
        }
        let sample = fs::read_to_string(&file).unwrap_or_else(|_| panic!("no sample {}", file.display()));
        assert_eq!(serde_json::from_str::<Value>(&sample).unwrap(), as_json(&event), "{}", file.display());
    }
}

/// Every committed sample, with its file and the event that it is read as.
fn committed() -> Vec<(PathBuf, Value, Event)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples");
    let read = |file: PathBuf| {
        let sample: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let kind = sample["kind"].as_str().unwrap();
        let schema = u16::try_from(sample["schema"].as_u64().unwrap()).unwrap();
        let payload = hex::decode(sample["payload"].as_str().unwrap()).unwrap();
        let event =
            Event::from_bytes(kind, schema, &payload).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        (file, sample, event)
    };
    let all: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| read(entry.unwrap().path())).collect();
    assert!(all.len() >= Event::KINDS.len());
    all
}

#[test]
fn every_committed_sample_still_decodes() {
    for (file, sample, event) in committed() {
        let read = as_json(&event);
        if sample["schema"] == event.schema() {
            assert_eq!(read["fields"], sample["fields"], "{}", file.display());
        }
        // What was recorded is what is read; newer fields stand beside it.
        for (field, recorded) in sample["fields"].as_object().unwrap() {
            assert_eq!(read["fields"][field], *recorded, "{field} in {}", file.display());
        }
    }
}

/// All samples are of one task, one machine and three accounts, whatever the fields are called.
#[test]
fn every_committed_sample_names_whomever_a_field_of_it_names() {
    for (file, _, event) in committed() {
        let fields = as_json(&event);
        // Whoever reports a machine calls himself as he likes; nothing says that it is an account.
        let names = fields["fields"].as_object().unwrap().iter().filter(|(field, _)| *field != "reporter");
        let values = names.filter_map(|(_, value)| value.as_str());
        let of = |known: &[&str]| values.clone().filter(|it| known.contains(it)).collect::<BTreeSet<_>>();
        let (named, file) = (event.named(), file.display());
        assert_eq!(named.task.into_iter().map(TaskId::as_str).collect::<BTreeSet<_>>(), of(&["01-primes"]), "{file}");
        assert_eq!(named.agent.into_iter().map(AgentId::as_str).collect::<BTreeSet<_>>(), of(&["worker-1"]), "{file}");
        assert_eq!(named.accounts().collect::<BTreeSet<_>>(), of(&["ann", "bob", "p-ann"]), "{file}");
    }
}

#[test]
fn bytes_after_the_end_of_a_payload_are_refused() {
    for event in every_kind() {
        for byte in 0..=u8::MAX {
            let mut bytes = event.to_bytes();
            bytes.push(byte);
            let refused = Event::from_bytes(event.kind(), event.schema(), &bytes);
            assert!(matches!(refused, Err(DecodeError::Trailing { .. })), "{byte:#x}: {refused:?}");
        }
    }
    assert!(Event::from_bytes("task.teleported", 1, &[]).is_err());
}
