//! The directory against the state that the domain holds.

use crate::{
    history::{History, Step, account_name, agent_name},
    steps,
};
use edgecoder_domain::{Aggregate, agent::Agent};
use edgecoder_events::{AgentId, Event, PublicKey, Recorded, StreamName, UnixMillis, task::Verdict};
use edgecoder_projections::{
    PageRequest,
    agent_directory::{AgentDirectory, NodeFilter},
};
use proptest::prelude::*;

fn directory_of(events: &[Recorded]) -> AgentDirectory {
    let mut directory = AgentDirectory::default();
    for it in events {
        directory.apply(it);
    }
    directory
}

fn aggregate(events: &[Recorded], agent: &AgentId) -> Agent {
    let stream = StreamName::agent(agent);
    Agent::from_history(events.iter().filter(|it| it.stream == stream).map(|it| &it.event))
}

fn working_agent(agent: u8) -> Vec<Step> {
    [0, 1, 2, 4].map(|command| Step::Agent { agent, command }).to_vec()
}

proptest! {
    #[test]
    fn the_directory_knows_of_every_machine_what_its_own_history_says(steps in steps::steps()) {
        let history = History::of(&steps);
        let directory = directory_of(&history.events);
        for agent in (0..4).map(agent_name) {
            let expected = aggregate(&history.events, &agent);
            let Some(entry) = directory.get(&agent) else {
                prop_assert!(expected.enrolment().is_none());
                continue;
            };
            prop_assert_eq!(entry.enrolment(), expected.enrolment());
            prop_assert_eq!(entry.registration(), expected.registration());
            prop_assert_eq!(entry.power_policy(), expected.power_policy());
            prop_assert_eq!(directory.signing_key(&agent), expected.registration().map(|it| it.signing_key));
            let passed = |it: &&Recorded| matches!(&it.event,
                Event::SubtaskFinished(done) if done.agent == agent && done.verdict == Verdict::Passed);
            let enrolled = history.events.iter().position(|it| matches!(&it.event, Event::NodeEnrolled(on) if on.node == agent));
            let finished = history.events[enrolled.unwrap()..].iter().filter(passed).count();
            prop_assert_eq!(entry.finished, finished as u64);
            let works = expected.is_online() && expected.is_approved() && !expected.is_blacklisted(history.now);
            prop_assert_eq!(directory.workers(history.now).any(|(it, _)| *it == agent), works);
        }
    }

    #[test]
    fn pages_show_every_machine_once(agents in 0u8..9, limit in 1usize..5) {
        let steps: Vec<_> = (0..agents).map(|agent| Step::Agent { agent, command: 0 }).collect();
        let directory = directory_of(&History::of(&steps).events);
        let (mut seen, mut after) = (vec![], None);
        loop {
            let page = directory.list(&NodeFilter::default(), &PageRequest::new(after, limit));
            prop_assert!(page.items.len() <= limit);
            seen.extend(page.items.iter().map(|it| it.enrolment().unwrap().node.clone()));
            after = page.next;
            if after.is_none() { break }
        }
        prop_assert_eq!(seen, (0..agents).map(agent_name).collect::<Vec<_>>());
    }
}

#[test]
fn a_blacklisted_agent_works_again_when_its_time_is_over_and_it_came_back_online() {
    let mut steps = working_agent(1);
    steps.extend([
        Step::Agent { agent: 1, command: 10 },
        Step::Pass { ms: 10_000 },
        Step::Agent { agent: 1, command: 4 },
    ]);
    let history = History::of(&steps);
    let directory = directory_of(&history.events);
    assert_eq!(directory.workers(history.now).count(), 1);
    assert_eq!(directory.workers(UnixMillis(history.now.0 - 1)).count(), 0, "one millisecond earlier it is shut out");
}

#[test]
fn a_list_can_be_cut_down_to_one_owner() {
    let steps: Vec<_> = (0..6).map(|agent| Step::Agent { agent, command: 0 }).collect();
    let directory = directory_of(&History::of(&steps).events);
    let filter = NodeFilter { owner: Some(account_name(1)), ..NodeFilter::default() };
    let page = directory.list(&filter, &PageRequest::new(None, 10));
    let names: Vec<_> = page.items.iter().map(|it| it.enrolment().unwrap().node.clone()).collect();
    assert_eq!(names, [agent_name(1), agent_name(4)]);
}

#[test]
fn a_replaced_key_counts_from_the_replacement_on() {
    let history = History::of(&working_agent(7));
    let directory = directory_of(&history.events);
    assert_eq!(directory.signing_key(&agent_name(7)), Some(PublicKey([7; 32])));
    assert_eq!(directory.signing_key(&agent_name(8)), None);
}

#[test]
fn a_model_is_there_when_a_machine_that_was_let_in_has_one_at_the_moment_or_not() {
    let mut steps = working_agent(1);
    let has_model = |steps: &[Step]| {
        let history = History::of(steps);
        directory_of(&history.events).has_model(history.now)
    };
    assert!(!has_model(&steps[..2]), "nobody knows what it can before it registers");
    steps.push(Step::Agent { agent: 1, command: 6 });
    assert!(has_model(&steps), "it may come back");
    steps.push(Step::Agent { agent: 1, command: 8 });
    assert!(!has_model(&steps), "it was turned away");
}
