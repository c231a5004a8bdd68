//! Events that one who holds the log's key lays in another's mouth, or in the history of something else.

use crate::{
    ledger::{Draft, at, draft, id, wallet},
    rules::{broken, kept, put},
};
use edgecoder_events::{
    AccountId, BlobRef, Event, StreamName,
    agent::{AgentWentOffline, OfflineReason},
    node::{NodePowerPolicySet, NodeRejected, NodeTokenRotated, PowerSource},
    person::{PersonErased, PersonRoleGiven, PersonRoleTaken, PersonSignedUp, Role},
    task::{ReturnReason, SubtaskReturned},
};

const MACHINE: &str = "agent:worker-1";
const EVE: &str = "account:p-eve";
const SUBMITTER: &str = "account:ann";
/// Of the machine.
const OWNER: &str = "account:bob";
const OPERATOR: &str = "operator:admin";
const FIRST_START: &str = "system:first-start";
const SCHEDULER: &str = "system:scheduler";
const ACCOUNT_OPENED: usize = 1;

#[tokio::test]
async fn only_an_operator_and_the_first_start_admit_machines_and_open_accounts() {
    for position in [ACCOUNT_OPENED, at::ENROLLED, at::APPROVED] {
        kept(|drafts| drafts[position].actor = FIRST_START).await;
        for stranger in [MACHINE, "account:eve", SCHEDULER, "admin"] {
            broken(|drafts| drafts[position].actor = stranger, position).await;
        }
    }
    kept(|drafts| drafts[ACCOUNT_OPENED].actor = SUBMITTER).await;
    kept(|drafts| drafts[at::ENROLLED].actor = OWNER).await;
    broken(|drafts| drafts[at::APPROVED].actor = OWNER, at::APPROVED).await;
    for position in [at::ENROLLED, at::APPROVED] {
        broken(|drafts| drafts[position].actor = SUBMITTER, position).await;
    }
}

#[tokio::test]
async fn a_machine_speaks_for_itself() {
    for position in [at::REGISTERED, at::LEASED, at::FINISHED] {
        for stranger in [OPERATOR, SUBMITTER, SCHEDULER, "agent:worker-2", "agent:worker-1x"] {
            broken(|drafts| drafts[position].actor = stranger, position).await;
        }
    }
}

#[tokio::test]
async fn who_pays_for_a_task_submits_it() {
    for position in [at::SUBMITTED, at::RESERVED] {
        for stranger in [OPERATOR, MACHINE, SCHEDULER, "account:bob"] {
            broken(|drafts| drafts[position].actor = stranger, position).await;
        }
    }
}

#[tokio::test]
async fn a_task_is_planned_by_its_submitter_or_the_program() {
    kept(|drafts| drafts[at::PLANNED].actor = "system:planner").await;
    broken(|drafts| drafts[at::PLANNED].actor = MACHINE, at::PLANNED).await;
    broken(|drafts| drafts[at::PLANNED].actor = "account:bob", at::PLANNED).await;
}

#[tokio::test]
async fn only_an_operator_shuts_machines_out() {
    broken(|drafts| drafts[at::BLACKLISTED].actor = MACHINE, at::BLACKLISTED).await;
    let rejected = |actor| {
        move |drafts: &mut Vec<Draft>| {
            let event = NodeRejected { node: id("worker-1"), reason: "no".to_owned() };
            let stream = StreamName::agent(&id("worker-1"));
            drafts.push(Draft { actor, ..draft(4_000, stream, &event.into()) });
        }
    };
    kept(rejected(OPERATOR)).await;
    broken(rejected(FIRST_START), at::COUNT).await;
    broken(rejected(MACHINE), at::COUNT).await;
}

#[tokio::test]
async fn an_owner_enrols_a_machine_says_when_it_works_and_takes_it_back_and_no_other_account_does() {
    const OWNER: &str = "account:bob";
    let said = |actor, event: Event| {
        move |drafts: &mut Vec<Draft>| {
            let stream = StreamName::agent(&id("worker-1"));
            drafts.push(Draft { actor, ..draft(4_000, stream, &event) });
        }
    };
    let policy = || {
        let (node, power) = (id("worker-1"), PowerSource::Mains);
        Event::from(NodePowerPolicySet { node, power, from_hour: None, until_hour: None, max_tasks: Some(1) })
    };
    let events = || -> [Event; 4] {
        [
            policy(),
            NodeTokenRotated { node: id("worker-1") }.into(),
            NodeRejected { node: id("worker-1"), reason: "its owner took it back".to_owned() }.into(),
            AgentWentOffline { agent: id("worker-1"), reason: OfflineReason::Drained }.into(),
        ]
    };
    kept(|drafts| drafts[at::ENROLLED].actor = OWNER).await;
    broken(|drafts| drafts[at::APPROVED].actor = OWNER, at::APPROVED).await;
    for event in events() {
        kept(said(OWNER, event)).await;
    }
    for event in events() {
        broken(said(SUBMITTER, event), at::COUNT).await;
    }
    kept(said(OPERATOR, policy())).await;
    for stranger in [MACHINE, SCHEDULER] {
        broken(said(stranger, policy()), at::COUNT).await;
    }
}

/// Entries of a person: what happened to them, and a machine that they refuse as an operator in the end.
fn with_a_role(said: Vec<(&'static str, Event)>) -> impl FnOnce(&mut Vec<Draft>) {
    let eve: AccountId = id("p-eve");
    let signed_up = PersonSignedUp {
        account: eve.clone(),
        email_mark: edgecoder_events::Digest([1; 32]),
        profile: BlobRef([2; 32]),
    };
    let refused = NodeRejected { node: id("worker-1"), reason: "no".to_owned() };
    move |drafts| {
        let person = StreamName::person(&eve);
        drafts.push(Draft { actor: EVE, ..draft(4_000, person.clone(), &signed_up.into()) });
        for (actor, event) in said {
            drafts.push(Draft { actor, ..draft(4_000, person.clone(), &event) });
        }
        let machine = StreamName::agent(&id("worker-1"));
        drafts.push(Draft { actor: "operator:p-eve", ..draft(4_000, machine, &refused.into()) });
    }
}

#[tokio::test]
async fn a_person_is_an_operator_from_when_one_says_so_until_one_takes_it_back_or_they_leave() {
    let given = |by| (by, PersonRoleGiven { account: id("p-eve"), role: Role::Operator }.into());
    let taken = |by| (by, PersonRoleTaken { account: id("p-eve"), role: Role::Operator }.into());
    kept(with_a_role(vec![given(OPERATOR)])).await;
    kept(with_a_role(vec![given(OPERATOR), taken(OPERATOR), given(OPERATOR)])).await;
    broken(with_a_role(vec![]), at::COUNT + 1).await;
    broken(with_a_role(vec![given(OPERATOR), taken("operator:p-eve")]), at::COUNT + 3).await;
    let left = (EVE, PersonErased { account: id("p-eve") }.into());
    broken(with_a_role(vec![given(OPERATOR), left]), at::COUNT + 3).await;
    broken(with_a_role(vec![given(EVE)]), at::COUNT + 1).await;
    let nobody = PersonRoleGiven { account: id("p-nobody"), role: Role::Operator };
    let stream = StreamName::person(&id("p-nobody"));
    broken(|drafts| drafts.push(draft(4_000, stream, &nobody.into())), at::COUNT).await;
}

#[tokio::test]
async fn a_lease_is_given_back_by_its_machine_or_the_program() {
    let returned = |actor| {
        move |drafts: &mut Vec<Draft>| {
            let (task, agent, reason) = (id("t1"), id("worker-1"), ReturnReason::AgentDrained);
            let back = SubtaskReturned { task, subtask: edgecoder_events::SubtaskIndex(0), attempt: 1, agent, reason };
            drafts.truncate(at::FINISHED);
            drafts.push(drafts[at::LEASED].clone());
            put(drafts, at::FINISHED, back);
            drafts[at::FINISHED].actor = actor;
        }
    };
    kept(returned(MACHINE)).await;
    kept(returned(SCHEDULER)).await;
    broken(returned(SUBMITTER), at::FINISHED).await;
}

#[tokio::test]
async fn every_event_stands_in_the_history_of_what_it_is_about() {
    for position in 0..at::COUNT {
        broken(|drafts| drafts[position].stream = wallet("x"), position).await;
        broken(|drafts| drafts[position].stream = StreamName::from_log("task-t1x"), position).await;
    }
}
