//! The queue against a reference that is slow and obvious.

use crate::{
    history::{History, Step, account_name, agent_name, model_name, owner_name},
    steps,
};
use edgecoder_domain::task::{Lease, Task};
use edgecoder_events::{
    AccountId, AgentId, Event, ProjectId, SubtaskIndex, TaskId, UnixMillis,
    task::{Language, ResourceClass, Verdict, WorkKind},
};
use edgecoder_projections::ready_queue::{AgentNeeds, Offer, RETRY_ELSEWHERE_MS, ReadyQueue};
use proptest::prelude::*;
use std::{cmp::Reverse, collections::BTreeSet};

type Key = (TaskId, SubtaskIndex);

/// Reads the whole history for every answer.
struct Reference<'a> {
    history: &'a History,
    in_hand: &'a BTreeSet<Key>,
    parked: &'a BTreeSet<Key>,
}

impl Reference<'_> {
    /// How much the account was served, and how much its project since that last had no open task.
    fn served(&self, account: &AccountId, project: &ProjectId) -> (i64, i64) {
        let (mut of_account, mut of_project, mut open) = (0, 0, 0);
        for it in &self.history.events {
            let (task, served, opened) = match &it.event {
                Event::TaskSubmitted(it) => (&it.task, 0, 1),
                Event::SubtaskLeased(it) => (&it.task, 1, 0),
                Event::SubtaskReturned(it) => (&it.task, -1, 0),
                Event::TaskCompleted(it) => (&it.task, 0, -1),
                Event::TaskFailed(it) => (&it.task, 0, -1),
                Event::TaskCancelled(it) => (&it.task, 0, -1),
                _ => continue,
            };
            let identity = self.history.tasks[task].identity().unwrap();
            if identity.account != *account {
                continue;
            }
            of_account += served;
            if identity.project == *project {
                open += opened;
                of_project = if open == 0 { 0 } else { of_project + served };
            }
        }
        for (task, _) in self.in_hand {
            let identity = self.history.tasks[task].identity().unwrap();
            of_account += i64::from(identity.account == *account);
            of_project += i64::from(identity.account == *account && identity.project == *project);
        }
        (of_account, of_project)
    }

    fn held_off(&self, key: &Key, owner: &AccountId) -> bool {
        let (mut holder, mut newest) = (None, None);
        for it in &self.history.events {
            match &it.event {
                Event::SubtaskLeased(lease) if (&lease.task, lease.subtask) == (&key.0, key.1) => {
                    holder = Some(&lease.payee);
                }
                Event::SubtaskReturned(back)
                    if (&back.task, back.subtask) == (&key.0, key.1) && holder == Some(owner) =>
                {
                    newest = Some(it.recorded_at);
                }
                Event::SubtaskFinished(done)
                    if (&done.task, done.subtask) == (&key.0, key.1)
                        && done.verdict == Verdict::Failed
                        && holder == Some(owner) =>
                {
                    newest = Some(it.recorded_at);
                }
                _ => {}
            }
        }
        newest.is_some_and(|at| self.history.now < at.plus_ms(RETRY_ELSEWHERE_MS))
    }

    fn ready(&self) -> Vec<(&Task, Key)> {
        let tasks = self.history.tasks.iter();
        let all = tasks.flat_map(|(id, task)| {
            let ready = task.subtasks().iter().filter(|it| task.is_ready(it));
            ready.map(move |it| (task, (id.clone(), it.plan.index)))
        });
        all.filter(|(_, key)| !self.in_hand.contains(key) && !self.parked.contains(key)).collect()
    }

    fn next(&self, needs: &AgentNeeds) -> Option<Key> {
        let mut fitting = vec![];
        for (task, key) in self.ready() {
            let it = task.identity().unwrap();
            let plan = &task.subtask(key.1).unwrap().plan;
            let model = if plan.work == WorkKind::Program { None } else { it.requested_model.as_ref() };
            let fits = needs.languages.contains(&plan.language)
                && (needs.gpu || it.resource == ResourceClass::Cpu)
                && model.is_none_or(|model| needs.models.contains(model))
                && (plan.work == WorkKind::Program || !needs.models.is_empty())
                && !self.held_off(&key, &needs.owner);
            if fits {
                let submitted = self.history.task_names.iter().position(|name| *name == key.0);
                let served = self.served(&it.account, &it.project);
                let order = (model.is_none(), served, Reverse(it.priority), submitted, key.1);
                fitting.push((order, key));
            }
        }
        fitting.into_iter().min().map(|(_, key)| key)
    }
}

#[derive(Debug, Clone)]
enum Move {
    Happen(Step),
    Claim { agent: u8, models: Vec<u8>, gpu: bool },
    GiveBack(u8),
    Park(u8),
    Grant(u8),
}

fn any_move() -> impl Strategy<Value = Move> {
    let models = proptest::collection::vec(0u8..3, 0..3);
    prop_oneof![
        5 => steps::step().prop_map(Move::Happen),
        5 => (0u8..3, models, any::<bool>()).prop_map(|(agent, models, gpu)| Move::Claim { agent, models, gpu }),
        1 => any::<u8>().prop_map(Move::GiveBack),
        1 => any::<u8>().prop_map(Move::Park),
        3 => any::<u8>().prop_map(Move::Grant),
    ]
}

#[derive(Default)]
struct Game {
    history: History,
    queue: ReadyQueue,
    applied: usize,
    in_hand: BTreeSet<Key>,
    parked: BTreeSet<Key>,
}

impl Game {
    fn catch_up(&mut self) {
        for recorded in &self.history.events[self.applied..] {
            self.queue.apply(recorded);
            let over = |task: &TaskId, subtask: SubtaskIndex| {
                let task = &self.history.tasks[task];
                task.ending().is_some() || task.lease(subtask).is_some()
            };
            self.in_hand.retain(|(task, subtask)| !over(task, *subtask));
            if let Event::SubtaskReturned(_) | Event::SubtaskFinished(_) = recorded.event {
                let stream = recorded.stream.as_str();
                self.parked.retain(|(task, _)| format!("task-{task}") != stream);
            }
            self.parked.retain(|(task, subtask)| !over(task, *subtask));
        }
        self.applied = self.history.events.len();
    }

    fn picked(&self, n: u8) -> Option<Key> {
        let count = self.in_hand.len();
        (count > 0).then(|| self.in_hand.iter().nth(usize::from(n) % count).cloned())?
    }

    fn claim(&mut self, needs: &AgentNeeds) -> Result<(), TestCaseError> {
        let reference = Reference { history: &self.history, in_hand: &self.in_hand, parked: &self.parked };
        let expected = reference.next(needs);
        let claimed = self.queue.claim(needs, self.history.now).map(|it| (it.task, it.subtask));
        prop_assert_eq!(&claimed, &expected);
        if let Some(key) = claimed {
            prop_assert!(self.in_hand.insert(key), "a subtask was given twice");
        }
        Ok(())
    }

    fn play(&mut self, one: Move) -> Result<(), TestCaseError> {
        match one {
            Move::Happen(step) => self.history.step(&step),
            Move::Claim { agent, models, gpu } => self.claim(&needs(agent, &models, gpu))?,
            Move::GiveBack(n) => {
                if let Some(key) = self.picked(n) {
                    self.queue.give_back(&key.0, key.1);
                    self.in_hand.remove(&key);
                }
            }
            Move::Park(n) => {
                if let Some(key) = self.picked(n) {
                    self.queue.park(&key.0, key.1);
                    self.in_hand.remove(&key);
                    if self.history.has_lease(&key.0) {
                        self.parked.insert(key);
                    }
                }
            }
            Move::Grant(n) => {
                if let Some((task, SubtaskIndex(subtask))) = self.picked(n) {
                    let task = self.history.task_names.iter().position(|it| *it == task).unwrap();
                    self.history.step(&Step::Lease { task, subtask, agent: n % 3 });
                }
            }
        }
        self.catch_up();
        Ok(())
    }
}

fn needs(agent: u8, models: &[u8], gpu: bool) -> AgentNeeds {
    let languages = vec![Language::Python, Language::Javascript];
    let models = models.iter().map(|n| model_name(*n)).collect();
    AgentNeeds { agent: agent_name(agent), owner: owner_name(agent), languages, models, gpu, places: usize::MAX }
}

fn leases(history: &History) -> BTreeSet<(TaskId, SubtaskIndex, u16, AgentId, UnixMillis)> {
    let named = |(id, task): (&TaskId, &Task)| {
        let one = |(index, lease): (SubtaskIndex, &Lease)| {
            (id.clone(), index, lease.attempt, lease.agent.clone(), lease.granted_at)
        };
        task.leases().map(one).collect::<Vec<_>>()
    };
    history.tasks.iter().flat_map(named).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn claims_follow_the_order_and_never_give_a_subtask_twice(
        moves in proptest::collection::vec(any_move(), 0..100)
    ) {
        let mut game = Game::default();
        for one in moves {
            game.play(one)?;
            let reference = Reference { history: &game.history, in_hand: &game.in_hand, parked: &game.parked };
            prop_assert_eq!(game.queue.waiting(), reference.ready().len());
        }
        let counts = game.queue.counts();
        prop_assert_eq!(counts.by_project.values().sum::<usize>(), counts.all);
        prop_assert_eq!(counts.by_model.values().sum::<usize>(), counts.all);
    }

    #[test]
    fn the_leases_are_those_of_the_tasks_that_have_not_ended(steps in steps::steps()) {
        let (queue, history) = queue_of(&steps);
        let seen: BTreeSet<_> = queue
            .leases()
            .map(|it| (it.task.clone(), it.subtask, it.attempt, it.agent.clone(), it.granted_at))
            .collect();
        prop_assert_eq!(&seen, &leases(&history));
        for n in 0..4 {
            let own = queue.leases_of(&agent_name(n)).count();
            prop_assert_eq!(own, seen.iter().filter(|it| it.3 == agent_name(n)).count());
        }
        let far = UnixMillis(u64::MAX);
        prop_assert_eq!(queue.overdue(far).count(), seen.len());
        let open = history.tasks.values().filter(|it| it.identity().is_some() && it.ending().is_none()).count();
        prop_assert_eq!(queue.open_tasks(), open);
    }
}

fn prompt(project: u8, priority: u8, model: Option<u8>) -> Step {
    Step::Submit { account: 0, project, priority, model, work: WorkKind::Prompt, gpu: false, shape: 0 }
}

fn queue_of(steps: &[Step]) -> (ReadyQueue, History) {
    let history = History::of(steps);
    let mut queue = ReadyQueue::default();
    for it in &history.events {
        queue.apply(it);
    }
    (queue, history)
}

#[test]
fn an_exact_model_goes_before_a_task_that_asks_for_none_even_of_a_less_served_project() {
    let (mut queue, _) = queue_of(&[prompt(0, 9, None), prompt(1, 0, Some(2))]);
    let claimed = queue.claim(&needs(0, &[2], false), UnixMillis(0)).unwrap();
    assert_eq!(claimed.requested_model, Some(model_name(2)));
}

#[test]
fn an_agent_without_models_takes_no_prompt() {
    let (mut queue, _) = queue_of(&[prompt(0, 9, None)]);
    assert_eq!(queue.claim(&needs(0, &[], true), UnixMillis(0)), None);
    assert_eq!(queue.waiting(), 1);
}

#[test]
fn an_agent_claims_no_more_than_it_has_places_for() {
    let (mut queue, _) = queue_of(&[prompt(0, 9, None), prompt(1, 9, None), prompt(2, 9, None)]);
    let (one, other) = (AgentNeeds { places: 1, ..needs(0, &[2], false) }, needs(1, &[2], false));
    let first = queue.claim(&one, UnixMillis(0)).unwrap();
    assert_eq!(queue.claim(&one, UnixMillis(0)), None, "its place is taken before the log has the lease");
    assert!(queue.claim(&other, UnixMillis(0)).is_some(), "another agent's places are its own");
    queue.give_back(&first.task, first.subtask);
    assert!(queue.claim(&one, UnixMillis(0)).is_some(), "what it gave back takes no place");
}

#[test]
fn what_came_back_from_an_agent_is_offered_to_its_owner_again_only_after_a_while() {
    let (mut queue, history) = queue_of(&[
        prompt(0, 0, None),
        Step::Lease { task: 0, subtask: 0, agent: 1 },
        Step::Return { task: 0, subtask: 0 },
    ]);
    let soon = history.now.plus_ms(RETRY_ELSEWHERE_MS - 1);
    assert_eq!(queue.claim(&needs(1, &[0], false), soon), None);
    assert_eq!(queue.claim(&needs(0, &[0], false), soon), None, "another machine of the same owner");
    assert!(queue.claim(&needs(1, &[0], false), soon.plus_ms(1)).is_some());
    queue.give_back(&history.task_names[0], SubtaskIndex(0));
    assert!(queue.claim(&needs(2, &[0], false), soon).is_some());
}

#[test]
fn owners_that_take_turns_are_all_held_off() {
    let (mut queue, history) = queue_of(&[
        prompt(0, 0, None),
        Step::Lease { task: 0, subtask: 0, agent: 0 },
        Step::Return { task: 0, subtask: 0 },
        Step::Lease { task: 0, subtask: 0, agent: 2 },
        Step::Return { task: 0, subtask: 0 },
    ]);
    for agent in [0, 2] {
        assert_eq!(queue.claim(&needs(agent, &[0], false), history.now), None);
    }
    assert!(queue.claim(&needs(4, &[0], false), history.now).is_some());
}

fn prompt_of(account: u8, project: u8) -> Step {
    Step::Submit { account, project, priority: 0, model: None, work: WorkKind::Prompt, gpu: false, shape: 0 }
}

#[test]
fn an_account_gets_no_more_by_naming_many_projects() {
    let (mut queue, _) = queue_of(&[
        prompt_of(0, 0),
        prompt_of(0, 0),
        prompt_of(0, 0),
        prompt_of(1, 1),
        prompt_of(1, 2),
        prompt_of(1, 3),
    ]);
    let mut given = [0_u32; 2];
    while let Some(claimed) = queue.claim(&needs(0, &[0], false), UnixMillis(0)) {
        given[usize::from(claimed.account == account_name(1))] += 1;
        assert!(given[0].abs_diff(given[1]) <= 1, "{given:?}");
    }
    assert_eq!(given, [3, 3]);
}

#[test]
fn of_an_ended_task_no_name_that_its_submitter_invented_is_remembered() {
    let named = Step::Submit {
        account: 0,
        project: 77,
        priority: 0,
        model: Some(78),
        work: WorkKind::Prompt,
        gpu: false,
        shape: 0,
    };
    let remembers = |steps: &[Step]| {
        let queue = format!("{:?}", queue_of(steps).0);
        [queue.contains("project-77"), queue.contains("model:78b")]
    };
    assert_eq!(remembers(&[named.clone(), named.clone(), Step::Cancel { task: 0 }]), [true, true]);
    let both_end = [named.clone(), named, Step::Cancel { task: 0 }, Step::Cancel { task: 1 }];
    assert_eq!(remembers(&both_end), [false, false]);
}

#[test]
fn what_no_machine_can_take_is_not_counted_as_waiting_for_one() {
    let gpu =
        Step::Submit { account: 0, project: 0, priority: 0, model: None, work: WorkKind::Program, gpu: true, shape: 0 };
    let (queue, _) = queue_of(&[prompt(0, 0, Some(1)), prompt(0, 0, Some(2)), prompt(0, 0, None), gpu]);
    let (languages, models) = ([Language::Python], [model_name(1)]);
    let offer = Offer { languages: &languages, models: &models, gpu: false };
    assert_eq!(queue.takeable([offer]), 2);
    assert_eq!(queue.takeable([offer, Offer { models: &[], gpu: true, ..offer }, offer]), 3, "each is counted once");
    assert_eq!(queue.takeable([Offer { languages: &[Language::Javascript], gpu: true, ..offer }]), 0);
    assert_eq!((queue.takeable([]), queue.waiting()), (0, 4));
}

#[test]
fn a_lease_is_overdue_from_its_limit_on() {
    let (queue, history) = queue_of(&[prompt(0, 0, None), Step::Lease { task: 0, subtask: 0, agent: 1 }]);
    let deadline = history.now.plus_ms(30_000);
    assert_eq!(queue.overdue(UnixMillis(deadline.0 - 1)).count(), 0);
    assert_eq!(queue.overdue(deadline).count(), 1);
}

#[test]
fn the_oldest_waits_since_it_became_ready_and_not_since_it_was_given_back() {
    let (mut queue, history) = queue_of(&[prompt(0, 0, None), Step::Pass { ms: 700 }, prompt(0, 0, None)]);
    assert_eq!(queue.oldest_waiting_ms(history.now), Some(700));
    let claimed = queue.claim(&needs(0, &[0], false), history.now).unwrap();
    assert_eq!(queue.oldest_waiting_ms(history.now), Some(0));
    queue.give_back(&claimed.task, claimed.subtask);
    assert_eq!(queue.oldest_waiting_ms(history.now), Some(700));
}
