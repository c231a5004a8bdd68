//! Was everything done by one who may do it?
//!
//! `operator:admin` holds the administrator's token, `operator:…` is a person with the role (`roles.rs` looks at that),
//! `account:…` holds a wallet's token or is logged in with it, `agent:…` is a machine that signed its request,
//! `system:…` a part of the program that acted by itself. Payments have no rule of their own: they follow from results.

use edgecoder_events::{
    AccountId, AgentEvent, AgentId, AnchorEvent, CreditEvent, Event, Family, LedgerEvent, NodeEvent, PersonEvent,
    TaskEvent,
};
use edgecoder_ledger::Entry;

/// The program on its first start, when it admits its own machine and opens the wallets for it.
const FIRST_START: &str = "system:first-start";
/// The program in development, when it gives newcomers credit to try things with.
const FAUCET: &str = "system:faucet";

/// Refuses an event whose actor may not cause it.
pub(super) fn check(entry: &Entry<'_>, event: &Event) -> Result<(), String> {
    let actor = Who(entry.actor);
    let may = match event.family() {
        Family::Ledger(event) => actor.may_keep_the_ledger(event),
        Family::Node(event) => actor.may_admit(event),
        Family::Agent(event) => actor.may_speak_of_a_machine(event),
        Family::Task(event) => actor.may_work(event),
        Family::Credit(event) => actor.may_move_credit(event),
        Family::Anchor(event) => actor.may_date(event),
        Family::Person(event) => actor.may_speak_of_a_person(event),
    };
    if may { Ok(()) } else { Err(format!("{} is recorded of {:?}, who may not do that", entry.kind, entry.actor)) }
}

/// Whether the actor is the one who pays for a task, an operator, or the program itself.
pub(super) fn speaks_for(actor: &str, account: &AccountId) -> bool {
    let actor = Who(actor);
    actor.is_account(account) || actor.is_operator() || actor.is_program()
}

/// Whether the actor is this account, and nobody for it.
pub(super) fn is_account(actor: &str, account: &AccountId) -> bool {
    Who(actor).is_account(account)
}

/// An actor, as the entry names it.
#[derive(Clone, Copy)]
struct Who<'a>(&'a str);

impl Who<'_> {
    fn is_operator(self) -> bool {
        self.0.starts_with("operator:")
    }

    fn is_program(self) -> bool {
        self.0.starts_with("system:")
    }

    fn is_admitting(self) -> bool {
        self.is_operator() || self.0 == FIRST_START
    }

    fn is_agent(self, agent: &AgentId) -> bool {
        self.0.strip_prefix("agent:") == Some(agent.as_str())
    }

    fn is_account(self, account: &AccountId) -> bool {
        self.0.strip_prefix("account:") == Some(account.as_str())
    }

    /// Whether it is the owner of a wallet: of which, is asked where the owners of machines are known (`machines.rs`).
    fn is_an_account(self) -> bool {
        self.0.starts_with("account:")
    }

    fn may_keep_the_ledger(self, event: LedgerEvent<'_>) -> bool {
        match event {
            LedgerEvent::LedgerCreated(_) => self.is_program(),
            LedgerEvent::LogKeyRotated(_) | LedgerEvent::LedgerRestored(_) => self.is_operator(),
            LedgerEvent::SubjectKeyDestroyed(it) => {
                self.is_operator() || self.0.strip_prefix("account:") == Some(it.subject.as_str())
            }
        }
    }

    fn may_admit(self, event: NodeEvent<'_>) -> bool {
        match event {
            NodeEvent::NodeEnrolled(it) => self.is_admitting() || self.is_account(&it.owner),
            NodeEvent::NodeTokenRotated(_) => self.is_admitting() || self.is_an_account(),
            NodeEvent::NodeApproved(_) => self.is_admitting(),
            NodeEvent::NodeModeChanged(it) => self.is_operator() || self.is_agent(&it.node),
            NodeEvent::NodeRejected(_) | NodeEvent::NodePowerPolicySet(_) => self.is_operator() || self.is_an_account(),
        }
    }

    fn may_speak_of_a_machine(self, event: AgentEvent<'_>) -> bool {
        match event {
            AgentEvent::AgentRegistered(it) => self.is_agent(&it.agent),
            AgentEvent::AgentKeyReplaced(it) => self.is_agent(&it.agent),
            AgentEvent::AgentCapabilitiesChanged(it) => self.is_agent(&it.agent),
            AgentEvent::AgentCameOnline(it) => self.is_agent(&it.agent),
            AgentEvent::AgentWentOffline(it) => {
                self.is_agent(&it.agent) || self.is_operator() || self.is_program() || self.is_an_account()
            }
            AgentEvent::AgentBlacklisted(_) | AgentEvent::AgentBlacklistLifted(_) => self.is_operator(),
        }
    }

    /// Who plans, ends, stops, answers or reviews a task is asked where its account is known.
    fn may_work(self, event: TaskEvent<'_>) -> bool {
        match event {
            TaskEvent::TaskSubmitted(it) => self.is_account(&it.account),
            TaskEvent::SubtaskLeased(it) => self.is_agent(&it.agent),
            TaskEvent::SubtaskFinished(it) => self.is_agent(&it.agent),
            TaskEvent::SubtaskReturned(it) => self.is_agent(&it.agent) || self.is_program(),
            TaskEvent::SubtaskRevised(_) => self.is_program(),
            TaskEvent::TaskPlanned(_)
            | TaskEvent::SubtaskStopped(_)
            | TaskEvent::TaskEscalated(_)
            | TaskEvent::TaskCompleted(_)
            | TaskEvent::TaskFailed(_)
            | TaskEvent::TaskCancelled(_)
            | TaskEvent::TaskReviewed(_)
            | TaskEvent::TaskAnswered(_) => true,
        }
    }

    fn may_date(self, event: AnchorEvent<'_>) -> bool {
        match event {
            AnchorEvent::AnchorRequested(_) => self.is_program() || self.is_operator(),
            AnchorEvent::AnchorPromised(_)
            | AnchorEvent::AnchorAttested(_)
            | AnchorEvent::AnchorBroadcast(_)
            | AnchorEvent::AnchorIncluded(_)
            | AnchorEvent::AnchorConfirmed(_)
            | AnchorEvent::AnchorOrphaned(_) => self.is_program(),
        }
    }

    /// Nobody speaks of a person but they themselves; what they may steer operators say.
    fn may_speak_of_a_person(self, event: PersonEvent<'_>) -> bool {
        match event {
            PersonEvent::PersonRoleGiven(_) | PersonEvent::PersonRoleTaken(_) => self.is_operator(),
            PersonEvent::PersonSignedUp(_)
            | PersonEvent::PersonProfileChanged(_)
            | PersonEvent::PersonPasswordChanged(_)
            | PersonEvent::PersonPasswordReset(_)
            | PersonEvent::PersonPasskeyAdded(_)
            | PersonEvent::PersonPasskeyRemoved(_)
            | PersonEvent::PersonProviderLinked(_)
            | PersonEvent::PersonProviderUnlinked(_)
            | PersonEvent::PersonErased(_)
            | PersonEvent::PersonDescriptorGiven(_)
            | PersonEvent::PersonBackupAcknowledged(_)
            | PersonEvent::PersonAddressChanged(_) => self.is_account(person(event)),
        }
    }

    fn may_move_credit(self, event: CreditEvent<'_>) -> bool {
        match event {
            CreditEvent::AccountOpened(it) => self.is_admitting() || self.is_account(&it.account),
            CreditEvent::CreditsIssued(_) => self.is_admitting() || self.0 == FAUCET,
            CreditEvent::CreditsReserved(it) => self.is_account(&it.account),
            CreditEvent::CreditsSpent(_) | CreditEvent::CreditsEarned(_) | CreditEvent::CreditsReleased(_) => true,
        }
    }
}

/// The account of the person whom an event is about.
pub(super) fn person(event: PersonEvent<'_>) -> &AccountId {
    match event {
        PersonEvent::PersonSignedUp(it) => &it.account,
        PersonEvent::PersonProfileChanged(it) => &it.account,
        PersonEvent::PersonPasswordChanged(it) => &it.account,
        PersonEvent::PersonPasswordReset(it) => &it.account,
        PersonEvent::PersonPasskeyAdded(it) => &it.account,
        PersonEvent::PersonPasskeyRemoved(it) => &it.account,
        PersonEvent::PersonProviderLinked(it) => &it.account,
        PersonEvent::PersonProviderUnlinked(it) => &it.account,
        PersonEvent::PersonErased(it) => &it.account,
        PersonEvent::PersonRoleGiven(it) => &it.account,
        PersonEvent::PersonRoleTaken(it) => &it.account,
        PersonEvent::PersonDescriptorGiven(it) => &it.account,
        PersonEvent::PersonBackupAcknowledged(it) => &it.account,
        PersonEvent::PersonAddressChanged(it) => &it.account,
    }
}
