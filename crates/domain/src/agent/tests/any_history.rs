//! What holds of a machine after any sequence of commands?

use super::*;
use proptest::prelude::*;

fn any_registration() -> impl Strategy<Value = RegisterAgent> {
    let mode = prop_oneof![Just(AgentMode::SwarmOnly), Just(AgentMode::IdeEnabled)];
    (1u8..3, 1u8..3, mode, 1u16..3).prop_map(|(signing, proven, mode, max_concurrent_tasks)| RegisterAgent {
        mode,
        capabilities: Capabilities { max_concurrent_tasks, ..capabilities() },
        ..registration(signing, proven)
    })
}

fn any_enrolment() -> impl Strategy<Value = AgentCommand> {
    let kind = prop_oneof![4 => Just(NodeKind::Agent), 1 => Just(NodeKind::Coordinator)];
    let owner = prop_oneof![4 => Just("ann"), 1 => Just("bob")];
    (kind, owner).prop_map(|(kind, owner)| AgentCommand::Enroll { node: node(), kind, owner: account(owner) })
}

fn any_policy() -> impl Strategy<Value = PowerPolicy> {
    let power = prop_oneof![Just(PowerSource::Any), Just(PowerSource::Mains)];
    let hours = proptest::option::of((22u8..26, 22u8..26).prop_map(|(from, until)| Hours { from, until }));
    (power, hours, proptest::option::of(0u16..3)).prop_map(|(power, hours, max_tasks)| PowerPolicy {
        power,
        hours,
        max_tasks,
    })
}

fn any_command() -> impl Strategy<Value = AgentCommand> {
    let mode = prop_oneof![Just(AgentMode::SwarmOnly), Just(AgentMode::IdeEnabled)];
    let expiry = prop_oneof![Just(None), Just(Some(NOW.plus_ms(1)))];
    let models = prop_oneof![Just(vec![]), Just(vec![ModelName::new("small").unwrap()])];
    prop_oneof![
        2 => any_enrolment(),
        3 => Just(AgentCommand::Approve),
        1 => Just(AgentCommand::Reject { reason: "unknown".into() }),
        4 => any_registration().prop_map(|wanted| AgentCommand::Register(Box::new(wanted))),
        1 => mode.prop_map(|mode| AgentCommand::SetMode { mode }),
        1 => any_policy().prop_map(|policy| AgentCommand::SetPowerPolicy { policy }),
        1 => models.prop_map(|models| AgentCommand::OfferModels { models }),
        4 => Just(AgentCommand::ComeOnline),
        1 => Just(AgentCommand::GoOffline { reason: OfflineReason::Silent }),
        1 => expiry.prop_map(|expires_at| AgentCommand::Blacklist(Box::new(report(expires_at)))),
        2 => Just(AgentCommand::LiftBlacklist { reason: "mistake".into() }),
    ]
}

/// Whether the machine is as an accepted command wanted it.
fn is_in_force(agent: &Agent, command: &AgentCommand) -> bool {
    let enrolment = agent.enrolment().unwrap();
    let registration = agent.registration();
    match command {
        AgentCommand::Enroll { node, kind, owner } => {
            (&enrolment.node, enrolment.kind, &enrolment.owner) == (node, *kind, owner)
        }
        AgentCommand::Approve => agent.is_approved(),
        AgentCommand::Reject { .. } => enrolment.standing == Standing::Rejected && !agent.is_online(),
        AgentCommand::SetMode { mode } => registration.unwrap().mode == *mode,
        AgentCommand::Register(wanted) => {
            let RegisterAgent { signing_key, envelope_key, mode, capabilities, proven_key: _ } =
                wanted.as_ref().clone();
            *registration.unwrap() == Registration { signing_key, envelope_key, mode, capabilities }
        }
        AgentCommand::SetPowerPolicy { policy } => agent.power_policy() == *policy && policy.can_be_kept(),
        AgentCommand::OfferModels { models } => registration.unwrap().capabilities.models == *models,
        AgentCommand::ComeOnline => agent.is_online(),
        AgentCommand::GoOffline { .. } => !agent.is_online(),
        AgentCommand::Blacklist(_) => agent.is_blacklisted(NOW) && !agent.is_online(),
        AgentCommand::LiftBlacklist { .. } => !agent.is_blacklisted(NOW),
    }
}

fn is_allowed_online(agent: &Agent) -> bool {
    let is_agent = agent.enrolment().is_some_and(|it| it.kind == NodeKind::Agent);
    is_agent && agent.is_approved() && agent.registration().is_some() && !agent.is_blacklisted(NOW)
}

/// Who it is and whose keys count: what no command may change unproven.
fn identity(agent: &Agent) -> Option<(NodeKind, AccountId)> {
    agent.enrolment().map(|it| (it.kind, it.owner.clone()))
}

proptest! {
    #[test]
    fn an_accepted_command_is_in_force_and_says_nothing_new_when_it_is_repeated(
        commands in proptest::collection::vec(any_command(), 0..60)
    ) {
        let mut agent = Agent::default();
        for command in commands {
            let Ok(events) = decide(&agent, command.clone(), NOW) else { continue };
            for event in &events {
                agent.evolve(event);
            }
            prop_assert!(is_in_force(&agent, &command), "{command:?} left {agent:?}");
            if !matches!(command, AgentCommand::Enroll { .. }) {
                let again = decide(&agent, command.clone(), NOW).unwrap_or_default();
                prop_assert_eq!(again, vec![], "{:?} was recorded twice", command);
            }
        }
    }

    #[test]
    fn only_a_machine_that_may_take_part_is_online_and_nobody_takes_it_over(
        commands in proptest::collection::vec(any_command(), 0..60)
    ) {
        let mut agent = Agent::default();
        for command in commands {
            let before = agent.clone();
            let Ok(events) = decide(&agent, command.clone(), NOW) else { continue };
            for event in &events {
                agent.evolve(event);
            }
            prop_assert!(!agent.is_online() || is_allowed_online(&agent), "{command:?} left {agent:?}");
            prop_assert!(before.enrolment().is_none() || identity(&before) == identity(&agent));
            if let (Some(known), AgentCommand::Register(wanted)) = (before.registration(), &command) {
                prop_assert_eq!(known.signing_key, wanted.proven_key);
            }
        }
    }
}
