//! How does an operator steer machines and people? By one path, whichever door they come through: the command line's or the
//! portal's.

use crate::{
    commands::{CommandError, Commands, Done, Request, Subject, View},
    http::Refusal,
};
use edgecoder_domain::{
    agent::{self, AgentCommand},
    person::{self, PersonCommand, PersonRefusal},
};
use edgecoder_events::{AccountId, Actor, AgentId, NewEvent, StreamName, person::Role};

/// Who steers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steerer<'a> {
    /// Whoever has the administrator's token.
    Administrator,
    /// A person with the role of an operator. They must have it at that entry of the log: whoever audits it looks.
    Person(&'a AccountId),
}

impl Steerer<'_> {
    fn actor(self) -> Actor {
        match self {
            Self::Administrator => Actor::operator("admin"),
            Self::Person(account) => Actor::operator(account.as_str()),
        }
    }

    /// Refuses what somebody wants who is no operator any more.
    fn check(self, view: &View<'_>) -> Result<(), PersonRefusal> {
        match self {
            Self::Person(account) if !view.person(account).is_operator() => Err(PersonRefusal::NotAnOperator),
            Self::Person(_) | Self::Administrator => Ok(()),
        }
    }

    /// A request about `subject`, which looks at the steerer's own role as well.
    fn request(self, subject: Subject) -> Request {
        let own = match self {
            Self::Administrator => None,
            Self::Person(account) => Some(Subject::Person(account.clone())).filter(|own| *own != subject),
        };
        Request::new(self.actor(), [Some(subject), own].into_iter().flatten())
    }
}

/// Records what an operator says of a machine.
///
/// # Errors
/// Where the rules say no, or the log can not take it.
pub async fn steer_machine(
    commands: &Commands,
    by: Steerer<'_>,
    machine: &AgentId,
    command: AgentCommand,
) -> Result<Done, CommandError<Refusal>> {
    let stream = StreamName::agent(machine);
    let decide = |view: &View<'_>| {
        by.check(view)?;
        let events = agent::decide(view.agent(machine), command.clone(), commands.clock().now())?;
        Ok::<_, Refusal>(NewEvent::all_in(&stream, events))
    };
    commands.run(by.request(Subject::Agent(machine.clone())), decide).await
}

/// Records that somebody has a role from now on, or no longer.
///
/// # Errors
/// Where the rules say no, or the log can not take it.
pub async fn change_role(
    commands: &Commands,
    by: Steerer<'_>,
    person: &AccountId,
    role: Role,
    is_given: bool,
) -> Result<Done, CommandError<Refusal>> {
    let account = person.clone();
    let command =
        if is_given { PersonCommand::GiveRole { account, role } } else { PersonCommand::TakeRole { account, role } };
    let stream = StreamName::person(person);
    let decide = |view: &View<'_>| {
        by.check(view)?;
        let events = person::decide(view.person(person), command.clone())?;
        Ok::<_, Refusal>(NewEvent::all_in(&stream, events))
    };
    commands.run(by.request(Subject::Person(person.clone())), decide).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_domain::agent::PowerPolicy;
    use edgecoder_events::{
        BlobRef, Clock, Digest, SteadyMillis, UnixMillis,
        node::{NodeKind, PowerSource},
    };
    use edgecoder_ledger::note::LogKey;
    use edgecoder_store::{Backend, Limits, Store, StoreSettings};
    use rand::{SeedableRng, rngs::StdRng};
    use std::sync::Arc;

    const ORIGIN: &str = "example.org/steering";

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> UnixMillis {
            UnixMillis(1_700_000_000_000)
        }

        fn steady(&self) -> SteadyMillis {
            SteadyMillis::default()
        }
    }

    fn account(name: &str) -> AccountId {
        AccountId::new(name).unwrap()
    }

    /// A ledger with a machine, somebody with the role of an operator, and somebody without.
    async fn begun() -> Commands {
        let settings = StoreSettings {
            backend: Backend::Memory,
            origin: ORIGIN.to_owned(),
            log_key: LogKey::from_seed(ORIGIN, &[7; 32]).unwrap(),
            clock: Arc::new(Noon),
            rng: Box::new(StdRng::seed_from_u64(1)),
            checkpoint_file: None,
            limits: Limits::default(),
        };
        let commands = Commands::new(Store::open(settings).await.unwrap(), Arc::new(Noon));
        for name in ["p-ann", "p-eve"] {
            let sign_up = PersonCommand::SignUp {
                account: account(name),
                email_mark: Digest([1; 32]),
                profile: BlobRef([2; 32]),
            };
            let request = Request::new(Actor::account(&account(name)), [Subject::Person(account(name))]);
            let signed_up = commands.run(request, |view| {
                let events = person::decide(view.person(&account(name)), sign_up.clone())?;
                Ok::<_, Refusal>(NewEvent::all_in(&StreamName::person(&account(name)), events))
            });
            signed_up.await.unwrap();
        }
        let enroll = AgentCommand::Enroll { node: machine(), kind: NodeKind::Agent, owner: account("bob") };
        steer_machine(&commands, Steerer::Administrator, &machine(), enroll).await.unwrap();
        let ann = account("p-ann");
        change_role(&commands, Steerer::Administrator, &ann, Role::Operator, true).await.unwrap();
        commands
    }

    fn machine() -> AgentId {
        AgentId::new("shed").unwrap()
    }

    fn everything_that_is_said() -> [AgentCommand; 3] {
        let policy = PowerPolicy { power: PowerSource::Mains, ..PowerPolicy::default() };
        [
            AgentCommand::Approve,
            AgentCommand::SetPowerPolicy { policy },
            AgentCommand::Reject { reason: "too loud".to_owned() },
        ]
    }

    #[tokio::test]
    async fn both_doors_record_the_same_events_each_under_its_own_name() {
        let (by_token, by_role, ann, eve) = (begun().await, begun().await, account("p-ann"), account("p-eve"));
        for command in everything_that_is_said() {
            let told = steer_machine(&by_token, Steerer::Administrator, &machine(), command.clone()).await.unwrap();
            let seen = steer_machine(&by_role, Steerer::Person(&ann), &machine(), command).await.unwrap();
            assert_eq!((told.events.len(), &told.events), (1, &seen.events));
        }
        for is_given in [true, false] {
            let told = change_role(&by_token, Steerer::Administrator, &eve, Role::Operator, is_given).await.unwrap();
            let seen = change_role(&by_role, Steerer::Person(&ann), &eve, Role::Operator, is_given).await.unwrap();
            assert_eq!((told.events.len(), &told.events), (1, &seen.events));
        }
        assert_eq!(by_token.store().head().size, by_role.store().head().size);
        assert_eq!(Steerer::Administrator.actor().as_str(), "operator:admin");
        assert_eq!(Steerer::Person(&ann).actor().as_str(), "operator:p-ann");
    }

    #[tokio::test]
    async fn whoever_has_not_the_role_or_gave_it_back_steers_nothing() {
        let (commands, ann, eve) = (begun().await, account("p-ann"), account("p-eve"));
        let refused = |outcome: Result<Done, CommandError<Refusal>>| {
            matches!(outcome, Err(CommandError::Refused(Refusal::Person(PersonRefusal::NotAnOperator))))
        };
        let size = commands.store().head().size;
        for command in everything_that_is_said() {
            assert!(refused(steer_machine(&commands, Steerer::Person(&eve), &machine(), command).await));
        }
        assert!(refused(change_role(&commands, Steerer::Person(&eve), &eve, Role::Operator, true).await));
        assert_eq!(commands.store().head().size, size, "nothing was recorded");
        change_role(&commands, Steerer::Person(&ann), &ann, Role::Operator, false).await.unwrap();
        assert!(refused(change_role(&commands, Steerer::Person(&ann), &ann, Role::Operator, true).await));
    }
}
