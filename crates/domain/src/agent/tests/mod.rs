mod any_history;

use super::*;
use crate::Aggregate;
use edgecoder_events::{
    Event, Signature, UnixMillis,
    agent::{
        AgentCameOnline, AgentCapabilitiesChanged, AgentKeyReplaced, AgentRegistered, AgentWentOffline, SandboxMode,
    },
    blacklist::{AgentBlacklistLifted, BlacklistReason},
    node::{NodeApproved, NodeEnrolled, NodeModeChanged, NodePowerPolicySet, NodeRejected, PowerSource},
    task::Language,
};

const NOW: UnixMillis = UnixMillis(1_000_000);

fn node() -> AgentId {
    AgentId::new("worker-1").unwrap()
}

fn account(name: &str) -> AccountId {
    AccountId::new(name).unwrap()
}

fn key(n: u8) -> PublicKey {
    PublicKey([n; 32])
}

fn capabilities() -> Capabilities {
    Capabilities {
        os: "linux".into(),
        version: "0.1.0".into(),
        client_type: "edgecoder-native".into(),
        max_concurrent_tasks: 1,
        sandbox: SandboxMode::Wasm,
        languages: vec![Language::Python],
        models: vec![],
    }
}

fn enrolled() -> Event {
    NodeEnrolled { node: node(), kind: NodeKind::Agent, owner: account("ann") }.into()
}

fn approved() -> Event {
    NodeApproved { node: node() }.into()
}

fn rejected() -> Event {
    NodeRejected { node: node(), reason: "unknown".into() }.into()
}

fn online() -> Event {
    AgentCameOnline { agent: node() }.into()
}

fn drained() -> Event {
    AgentWentOffline { agent: node(), reason: OfflineReason::Drained }.into()
}

fn registered(signing: u8) -> Event {
    AgentRegistered {
        agent: node(),
        signing_key: key(signing),
        envelope_key: key(100),
        mode: AgentMode::SwarmOnly,
        capabilities: capabilities(),
    }
    .into()
}

fn registration(signing: u8, proven: u8) -> RegisterAgent {
    RegisterAgent {
        signing_key: key(signing),
        envelope_key: key(100),
        mode: AgentMode::SwarmOnly,
        capabilities: capabilities(),
        proven_key: key(proven),
    }
}

fn register(signing: u8, proven: u8) -> AgentCommand {
    AgentCommand::Register(Box::new(registration(signing, proven)))
}

fn report(expires_at: Option<UnixMillis>) -> AgentBlacklisted {
    AgentBlacklisted {
        agent: node(),
        reason_code: BlacklistReason::ForgedResults,
        reason: "returned results of another task".into(),
        evidence_sha256: "00".repeat(32),
        reported_at: NOW,
        expires_at,
        reporter: "ann".into(),
        reporter_key: key(9),
        reporter_signature: Signature([0; 64]),
    }
}

fn check(given: &[Event], when: AgentCommand, then: Result<Vec<Event>, AgentRefusal>) {
    let outcome = decide(&Agent::from_history(given), when, NOW);
    match then {
        Ok(events) => assert_eq!(outcome, Ok(events)),
        Err(refusal) => assert_eq!(outcome, Err(refusal)),
    }
}

#[test]
fn an_enrolled_node_can_not_be_taken_over_by_another_account() {
    let takeover = AgentCommand::Enroll { node: node(), kind: NodeKind::Agent, owner: account("bob") };
    check(&[enrolled()], takeover, Err(AgentRefusal::OwnedByAnother));
}

#[test]
fn a_node_that_no_operator_approved_can_not_register() {
    check(&[enrolled()], register(1, 1), Err(AgentRefusal::NotApproved));
    check(&[], register(1, 1), Err(AgentRefusal::NotEnrolled));
}

#[test]
fn registering_the_same_again_records_nothing() {
    check(&[enrolled(), approved(), registered(1)], register(1, 1), Ok(vec![]));
}

#[test]
fn registered_keys_are_replaced_only_by_a_request_that_the_old_key_signed() {
    check(&[enrolled(), approved(), registered(1)], register(2, 2), Err(AgentRefusal::OldKeyNotProven));
    let replaced = AgentKeyReplaced { agent: node(), signing_key: key(2), envelope_key: key(100) };
    check(&[enrolled(), approved(), registered(1)], register(2, 1), Ok(vec![replaced.into()]));
}

#[test]
fn a_first_registration_is_signed_by_the_key_that_it_brings() {
    check(&[enrolled(), approved()], register(1, 2), Err(AgentRefusal::KeyNotProven));
}

#[test]
fn heartbeats_of_an_agent_that_is_online_record_nothing() {
    let history = [enrolled(), approved(), registered(1), online()];
    check(&history, AgentCommand::ComeOnline, Ok(vec![]));
}

#[test]
fn blacklisting_twice_records_once() {
    let history = [enrolled(), approved(), registered(1), report(None).into()];
    check(&history, AgentCommand::Blacklist(Box::new(report(None))), Ok(vec![]));
}

#[test]
fn a_second_report_neither_vanishes_nor_shortens_the_first() {
    let in_force = |expires_at| [enrolled(), approved(), registered(1), report(expires_at).into()];
    let blacklist = |report| AgentCommand::Blacklist(Box::new(report));
    let later = UnixMillis(NOW.0 + 1);
    for (first, second) in [(Some(later), None), (None, Some(later))] {
        check(&in_force(first), blacklist(report(second)), Err(AgentRefusal::AlreadyBlacklisted));
    }
    let other_evidence = AgentBlacklisted { evidence_sha256: "11".repeat(32), ..report(None) };
    check(&in_force(None), blacklist(other_evidence.clone()), Err(AgentRefusal::AlreadyBlacklisted));
    check(&in_force(Some(NOW)), blacklist(other_evidence.clone()), Ok(vec![other_evidence.into()]));
}

#[test]
fn a_blacklisted_agent_can_not_come_back_until_it_is_lifted_or_expires() {
    let banned = [enrolled(), approved(), registered(1), report(None).into()];
    check(&banned, AgentCommand::ComeOnline, Err(AgentRefusal::Blacklisted));
    check(&banned, register(1, 1), Err(AgentRefusal::Blacklisted));
    let expired = [enrolled(), approved(), registered(1), report(Some(NOW)).into()];
    check(&expired, register(1, 1), Ok(vec![]));
    let lifted = AgentBlacklistLifted { agent: node(), reason: "mistake".into() };
    check(&banned, AgentCommand::LiftBlacklist { reason: "mistake".into() }, Ok(vec![lifted.clone().into()]));
    let forgiven = [banned.as_slice(), &[lifted.into()]].concat();
    check(&forgiven, AgentCommand::ComeOnline, Ok(vec![online()]));
}

#[test]
fn a_machine_that_is_rejected_or_blacklisted_goes_offline_in_the_same_append() {
    let history = [enrolled(), approved(), registered(1), online()];
    check(&history, AgentCommand::Reject { reason: "unknown".into() }, Ok(vec![rejected(), drained()]));
    let banned = report(None);
    check(&history, AgentCommand::Blacklist(Box::new(banned.clone())), Ok(vec![banned.into(), drained()]));
}

#[test]
fn approving_is_recorded_once_and_opens_the_door() {
    check(&[enrolled()], AgentCommand::Approve, Ok(vec![approved()]));
    check(&[enrolled(), approved()], AgentCommand::Approve, Ok(vec![]));
    check(&[enrolled(), approved()], register(1, 1), Ok(vec![registered(1)]));
}

#[test]
fn a_rejected_node_takes_no_part_until_it_is_approved() {
    check(&[enrolled(), rejected()], register(1, 1), Err(AgentRefusal::Rejected));
    let left = [enrolled(), approved(), registered(1), rejected()];
    check(&left, AgentCommand::ComeOnline, Err(AgentRefusal::Rejected));
    check(&left, AgentCommand::Approve, Ok(vec![approved()]));
}

#[test]
fn a_coordinator_is_no_agent_and_a_node_keeps_its_kind() {
    let coordinator = NodeEnrolled { node: node(), kind: NodeKind::Coordinator, owner: account("ann") };
    check(&[coordinator.into(), approved()], register(1, 1), Err(AgentRefusal::NotAnAgent));
    let other = AgentCommand::Enroll { node: node(), kind: NodeKind::Coordinator, owner: account("ann") };
    check(&[enrolled()], other, Err(AgentRefusal::OtherKind));
}

#[test]
fn a_registration_with_another_mode_or_other_abilities_records_what_changed() {
    let history = [enrolled(), approved(), registered(1)];
    let larger = Capabilities { max_concurrent_tasks: 4, ..capabilities() };
    let wanted = RegisterAgent { mode: AgentMode::IdeEnabled, capabilities: larger.clone(), ..registration(1, 1) };
    let changes = vec![
        NodeModeChanged { node: node(), mode: AgentMode::IdeEnabled }.into(),
        AgentCapabilitiesChanged { agent: node(), capabilities: larger }.into(),
    ];
    let wanted = AgentCommand::Register(Box::new(wanted));
    check(&history, wanted.clone(), Ok(changes.clone()));
    check(&[history.as_slice(), &changes].concat(), wanted, Ok(vec![]));
}

#[test]
fn a_lift_without_a_ban_is_refused() {
    let lift = AgentCommand::LiftBlacklist { reason: "mistake".into() };
    check(&[enrolled()], lift, Err(AgentRefusal::NotBlacklisted));
}

#[test]
fn a_policy_that_no_machine_can_keep_is_refused_and_one_that_holds_already_is_not_said_again() {
    let nights = Hours { from: 22, until: 6 };
    let policy = PowerPolicy { power: PowerSource::Mains, hours: Some(nights), max_tasks: Some(2) };
    let set = |policy| AgentCommand::SetPowerPolicy { policy };
    let said: Event = NodePowerPolicySet {
        node: node(),
        power: PowerSource::Mains,
        from_hour: Some(22),
        until_hour: Some(6),
        max_tasks: Some(2),
    }
    .into();
    check(&[enrolled()], set(policy), Ok(vec![said.clone()]));
    check(&[enrolled(), said.clone()], set(policy), Ok(vec![]));
    check(&[enrolled()], set(PowerPolicy::default()), Ok(vec![]));
    for hours in [Hours { from: 6, until: 6 }, Hours { from: 24, until: 6 }, Hours { from: 6, until: 24 }] {
        let wrong = PowerPolicy { hours: Some(hours), ..policy };
        check(&[enrolled()], set(wrong), Err(AgentRefusal::PolicyNotToBeKept));
    }
    for max_tasks in [0, 65] {
        let wrong = PowerPolicy { max_tasks: Some(max_tasks), ..policy };
        check(&[enrolled()], set(wrong), Err(AgentRefusal::PolicyNotToBeKept));
    }
    let coordinator = NodeEnrolled { node: node(), kind: NodeKind::Coordinator, owner: account("ann") };
    check(&[coordinator.into()], set(policy), Err(AgentRefusal::NotAnAgent));
    check(&[], set(policy), Err(AgentRefusal::NotEnrolled));
}
