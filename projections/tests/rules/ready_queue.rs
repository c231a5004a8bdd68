//! The queue against a reference that is slow and obvious.

use crate::{
    history::{History, Step, account_name, agent_name, model_name, owner_name},
    steps,
};
use edgecoder_domain::{
    Aggregate,
    task::{Identity, Lease, SubtaskState, Task},
};
use edgecoder_events::{
    AccountId, AgentId, Event, ModelName, ProjectId, SubtaskIndex, TaskId, UnixMillis,
    task::{Language, ResourceClass, ReturnReason, Verdict, WorkKind},
};
use edgecoder_projections::ready_queue::{AgentNeeds, MAX_RETRY_ELSEWHERE_MS, Offer, RETRY_ELSEWHERE_MS, ReadyQueue};
use proptest::prelude::*;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

type Key = (TaskId, SubtaskIndex);

/// What a machine must offer to take a subtask.
type Kind = (WorkKind, Language, ResourceClass, Option<ModelName>);

/// How often each was served, counted from where it began to wait.
#[derive(Default)]
struct Shares {
    accounts: BTreeMap<AccountId, u64>,
    projects: BTreeMap<(AccountId, ProjectId), u64>,
    /// The most that anybody had been served who was served again.
    reached: u64,
    reached_in: BTreeMap<AccountId, u64>,
}

impl Shares {
    fn of(&self, task: &Identity) -> (u64, u64) {
        let account = self.accounts.get(&task.account).copied().unwrap_or(0);
        let project = self.projects.get(&(task.account.clone(), task.project.clone())).copied().unwrap_or(0);
        (account, project)
    }

    fn set(&mut self, task: &Identity, (account, project): (u64, u64)) {
        self.accounts.insert(task.account.clone(), account);
        self.projects.insert((task.account.clone(), task.project.clone()), project);
    }

    fn serve(&mut self, task: &Identity) {
        let (account, project) = self.of(task);
        self.reached = self.reached.max(account);
        let reached = self.reached_in.entry(task.account.clone()).or_default();
        *reached = project.max(*reached);
        self.set(task, (account + 1, project + 1));
    }

    fn unserve(&mut self, task: &Identity) {
        let (account, project) = self.of(task);
        self.set(task, (account - 1, project - 1));
    }

    /// `task` begins to wait where those of `beside` wait already.
    fn begin(&mut self, task: &Identity, beside: &[&Identity]) {
        let (mut account, mut project) = self.of(task);
        let same_account = || beside.iter().filter(|it| it.account == task.account);
        if same_account().next().is_none() {
            account = account.max(beside.iter().map(|it| self.of(it).0).min().unwrap_or(self.reached));
        }
        if !same_account().any(|it| it.project == task.project) {
            let reached = self.reached_in.get(&task.account).copied().unwrap_or(0);
            project = project.max(same_account().map(|it| self.of(it).1).min().unwrap_or(reached));
        }
        self.set(task, (account, project));
    }

    /// A project without open tasks is forgotten.
    fn forget(&mut self, task: &Identity) {
        self.projects.remove(&(task.account.clone(), task.project.clone()));
    }
}

/// Reads every task for every answer.
struct Reference<'a> {
    history: &'a History,
    tasks: &'a BTreeMap<TaskId, Task>,
    shares: &'a Shares,
    in_hand: &'a BTreeSet<Key>,
    parked: &'a BTreeSet<Key>,
}

impl Reference<'_> {
    fn held_off(&self, key: &Key, owner: &AccountId) -> bool {
        let (mut holder, mut undone, mut until) = (None, 0, UnixMillis(0));
        for it in &self.history.events {
            match &it.event {
                Event::SubtaskLeased(lease) if (&lease.task, lease.subtask) == (&key.0, key.1) => {
                    holder = Some(&lease.payee);
                }
                Event::SubtaskReturned(back) if (&back.task, back.subtask) == (&key.0, key.1) => {
                    let is_owners = holder.take() == Some(owner);
                    let while_ms = (RETRY_ELSEWHERE_MS << undone).min(MAX_RETRY_ELSEWHERE_MS);
                    until = if is_owners { it.recorded_at.plus_ms(while_ms) } else { until };
                    undone += u32::from(is_owners);
                }
                Event::SubtaskFinished(done)
                    if (&done.task, done.subtask) == (&key.0, key.1)
                        && done.verdict == Verdict::Failed
                        && holder == Some(owner) =>
                {
                    until = it.recorded_at.plus_ms(RETRY_ELSEWHERE_MS);
                }
                _ => {}
            }
        }
        self.history.now < until
    }

    fn ready(&self) -> Vec<(&Task, Key)> {
        let all = self.tasks.iter().flat_map(|(id, task)| {
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
                let served = self.shares.of(it);
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
    /// As they are after the events that were applied.
    tasks: BTreeMap<TaskId, Task>,
    shares: Shares,
    waiting: BTreeSet<Key>,
    in_hand: BTreeSet<Key>,
    parked: BTreeSet<Key>,
}

impl Game {
    fn catch_up(&mut self) {
        while let Some(recorded) = self.history.events.get(self.applied).cloned() {
            self.applied += 1;
            self.queue.apply(&recorded);
            if let Some(task) = recorded.stream.as_str().strip_prefix("task-") {
                self.take_in(&TaskId::new(task).unwrap(), &recorded.event);
                self.settle();
            }
        }
    }

    fn take_in(&mut self, id: &TaskId, event: &Event) {
        let before = self.tasks.entry(id.clone()).or_default().clone();
        self.tasks.get_mut(id).unwrap().evolve(event);
        let task = self.tasks[id].clone();
        let identity = task.identity().unwrap();
        if let Event::SubtaskReturned(_) | Event::SubtaskFinished(_) = event {
            self.parked.retain(|(task, _)| task != id);
        }
        match event {
            Event::SubtaskLeased(it) if !self.in_hand.contains(&(id.clone(), it.subtask)) => {
                self.shares.serve(identity);
            }
            Event::SubtaskReturned(_) => self.shares.unserve(identity),
            Event::SubtaskFinished(it) if before.lease(it.subtask).is_none() => {
                self.shares.serve(identity);
                let key = (id.clone(), it.subtask);
                if task.subtask(it.subtask).unwrap().state != SubtaskState::Waiting && self.in_hand.remove(&key) {
                    self.shares.unserve(identity);
                }
            }
            _ => {}
        }
        if task.ending().is_some() {
            self.in_hand.iter().filter(|(task, _)| task == id).for_each(|_| self.shares.unserve(identity));
            let is_open =
                |it: &Task| it.ending().is_none() && it.identity().is_some_and(|it| same_project(it, identity));
            if !self.tasks.values().any(is_open) {
                self.shares.forget(identity);
            }
        }
        let over = |(of, subtask): &Key| of == id && (task.ending().is_some() || task.lease(*subtask).is_some());
        self.in_hand.retain(|key| !over(key));
        self.parked.retain(|key| !over(key));
    }

    /// Counts those that begin to wait from where the others of their kind are.
    fn settle(&mut self) {
        let ready: Vec<_> = self.reference().ready().into_iter().map(|(task, key)| (task.clone(), key)).collect();
        let (stayed, begun): (Vec<_>, Vec<_>) = ready.iter().partition(|(_, key)| self.waiting.contains(key));
        let mut waiting: Vec<_> = stayed;
        for one in begun {
            let beside = waiting.iter().filter(|(task, key)| kind(task, key.1) == kind(&one.0, one.1.1));
            let beside: Vec<_> = beside.map(|(task, _)| task.identity().unwrap()).collect();
            self.shares.begin(one.0.identity().unwrap(), &beside);
            waiting.push(one);
        }
        self.waiting = waiting.into_iter().map(|(_, key)| key.clone()).collect();
    }

    fn reference(&self) -> Reference<'_> {
        let Self { history, tasks, shares, in_hand, parked, .. } = self;
        Reference { history, tasks, shares, in_hand, parked }
    }

    /// A claim came to nothing.
    fn let_go(&mut self, key: &Key) {
        self.in_hand.remove(key);
        self.shares.unserve(self.tasks[&key.0].identity().unwrap());
    }

    fn picked(&self, n: u8) -> Option<Key> {
        let count = self.in_hand.len();
        (count > 0).then(|| self.in_hand.iter().nth(usize::from(n) % count).cloned())?
    }

    fn claim(&mut self, needs: &AgentNeeds) -> Result<(), TestCaseError> {
        let expected = self.reference().next(needs);
        let claimed = self.queue.claim(needs, self.history.now).map(|it| (it.task, it.subtask));
        prop_assert_eq!(&claimed, &expected);
        if let Some(key) = claimed {
            self.shares.serve(self.tasks[&key.0].identity().unwrap());
            prop_assert!(self.in_hand.insert(key), "a subtask was given twice");
            self.settle();
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
                    self.let_go(&key);
                    self.settle();
                }
            }
            Move::Park(n) => {
                if let Some(key) = self.picked(n) {
                    self.queue.park(&key.0, key.1);
                    self.let_go(&key);
                    if self.history.has_lease(&key.0) {
                        self.parked.insert(key);
                    }
                    self.settle();
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

fn same_project(one: &Identity, other: &Identity) -> bool {
    (&one.account, &one.project) == (&other.account, &other.project)
}

fn kind(task: &Task, subtask: SubtaskIndex) -> Kind {
    let (identity, plan) = (task.identity().unwrap(), &task.subtask(subtask).unwrap().plan);
    let model = if plan.work == WorkKind::Program { None } else { identity.requested_model.clone() };
    (plan.work, plan.language, identity.resource, model)
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
            prop_assert_eq!(game.queue.waiting(), game.reference().ready().len());
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
    let (mut queue, history) =
        queue_of(&[prompt(0, 0, None), Step::Lease { task: 0, subtask: 0, agent: 1 }, ran_out()]);
    let soon = history.now.plus_ms(RETRY_ELSEWHERE_MS - 1);
    assert_eq!(queue.claim(&needs(1, &[0], false), soon), None);
    assert_eq!(queue.claim(&needs(0, &[0], false), soon), None, "another machine of the same owner");
    assert!(queue.claim(&needs(1, &[0], false), soon.plus_ms(1)).is_some());
    queue.give_back(&history.task_names[0], SubtaskIndex(0));
    assert!(queue.claim(&needs(2, &[0], false), soon).is_some());
}

#[test]
fn who_is_held_off_knows_when_to_ask_again() {
    let (mut queue, mut history) = queue_of(&[prompt(0, 0, None)]);
    let (owner, other) = (needs(1, &[0], false).owner, needs(2, &[0], false).owner);
    assert_eq!(queue.next_hold_end(&owner, UnixMillis(0)), None);
    follow(&mut queue, &mut history, [Step::Lease { task: 0, subtask: 0, agent: 1 }, ran_out()]);
    let end = history.now.plus_ms(RETRY_ELSEWHERE_MS);
    assert_eq!(queue.next_hold_end(&owner, history.now), Some(end));
    assert_eq!(queue.next_hold_end(&owner, UnixMillis(end.0 - 1)), Some(end));
    assert_eq!(queue.next_hold_end(&owner, end), None, "it is over, and to be had");
    assert_eq!(queue.next_hold_end(&other, history.now), None, "nothing is kept from others");
    assert!(queue.claim(&needs(2, &[0], false), history.now).is_some());
    assert_eq!(queue.next_hold_end(&owner, history.now), None, "another has it");
    queue.give_back(&history.task_names[0], SubtaskIndex(0));
    assert_eq!(queue.next_hold_end(&owner, history.now), Some(end), "it waits again");
}

#[test]
fn each_time_that_it_comes_back_undone_its_owner_is_held_off_twice_as_long() {
    let (mut queue, mut history) = queue_of(&[prompt(0, 0, None)]);
    for while_ms in [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000] {
        let steps = [Step::Lease { task: 0, subtask: 0, agent: 1 }, ran_out()];
        follow(&mut queue, &mut history, steps);
        let again = history.now.plus_ms(while_ms);
        assert_eq!(queue.claim(&needs(1, &[0], false), UnixMillis(again.0 - 1)), None, "for {while_ms} ms");
        assert!(queue.claim(&needs(2, &[0], false), history.now).is_some(), "others have it at once");
        queue.give_back(&history.task_names[0], SubtaskIndex(0));
        assert!(queue.claim(&needs(1, &[0], false), again).is_some(), "after {while_ms} ms");
        queue.give_back(&history.task_names[0], SubtaskIndex(0));
    }
}

#[test]
fn owners_that_take_turns_are_all_held_off() {
    let (mut queue, history) = queue_of(&[
        prompt(0, 0, None),
        Step::Lease { task: 0, subtask: 0, agent: 0 },
        ran_out(),
        Step::Lease { task: 0, subtask: 0, agent: 2 },
        ran_out(),
    ]);
    for agent in [0, 2] {
        assert_eq!(queue.claim(&needs(agent, &[0], false), history.now), None);
    }
    assert!(queue.claim(&needs(4, &[0], false), history.now).is_some());
}

/// The lease of the first subtask runs out.
fn ran_out() -> Step {
    Step::Return { task: 0, subtask: 0, reason: ReturnReason::LeaseExpired }
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

/// Whose the next `count` claims are.
fn next_owners(queue: &mut ReadyQueue, count: usize) -> Vec<(AccountId, String)> {
    let mut next = || queue.claim(&needs(0, &[0], false), UnixMillis(0)).unwrap();
    (0..count).map(|_| next()).map(|it| (it.account, it.project.to_string())).collect()
}

fn count_of(owners: &[(AccountId, String)], account: u8) -> usize {
    owners.iter().filter(|(it, _)| *it == account_name(account)).count()
}

/// Lets another history's events follow.
fn follow(queue: &mut ReadyQueue, history: &mut History, steps: impl IntoIterator<Item = Step>) {
    let known = history.events.len();
    steps.into_iter().for_each(|step| history.step(&step));
    history.events[known..].iter().for_each(|it| queue.apply(it));
}

#[test]
fn a_new_account_shares_with_those_that_wait_and_does_not_go_before_them_all() {
    let (mut queue, mut history) = queue_of(&vec![prompt_of(0, 0); 40]);
    next_owners(&mut queue, 20);
    follow(&mut queue, &mut history, vec![prompt_of(1, 1); 20]);
    assert_eq!(count_of(&next_owners(&mut queue, 10), 1), 5);
}

#[test]
fn an_account_that_was_idle_for_long_shares_with_those_that_were_served_meanwhile() {
    let (mut queue, mut history) = queue_of(&vec![prompt_of(1, 1); 2]);
    next_owners(&mut queue, 2);
    follow(&mut queue, &mut history, vec![prompt_of(0, 0); 40]);
    next_owners(&mut queue, 40);
    follow(&mut queue, &mut history, [vec![prompt_of(1, 1); 20], vec![prompt_of(0, 0); 20]].concat());
    let after_a_lull = next_owners(&mut queue, 10);
    assert!(count_of(&after_a_lull, 1).abs_diff(5) <= 1, "{after_a_lull:?}");
}

#[test]
fn a_new_project_shares_with_the_others_of_its_account() {
    let (mut queue, mut history) = queue_of(&vec![prompt_of(0, 0); 40]);
    next_owners(&mut queue, 20);
    follow(&mut queue, &mut history, vec![prompt_of(0, 1); 20]);
    let of_new = |(_, project): &&(AccountId, String)| project == "project-1";
    assert_eq!(next_owners(&mut queue, 10).iter().filter(of_new).count(), 5);
}

#[test]
fn waiting_for_a_machine_that_nobody_has_puts_off_no_share() {
    let (mut queue, mut history) = queue_of(&[prompt(0, 0, Some(2))]);
    follow(&mut queue, &mut history, vec![prompt_of(1, 0); 40]);
    next_owners(&mut queue, 20);
    follow(&mut queue, &mut history, vec![prompt_of(0, 0); 20]);
    assert_eq!(count_of(&next_owners(&mut queue, 10), 0), 5);
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
fn no_account_counts_for_more_than_its_part_of_what_waits() {
    let of = |account, count: usize| vec![prompt_of(account, 0); count];
    let takeable = |steps: &[Step], most_of_one| {
        let models = [model_name(1)];
        let offer = Offer { languages: &[Language::Python], models: &models, gpu: false };
        queue_of(steps).0.takeable([offer], most_of_one)
    };
    assert_eq!(takeable(&of(0, 12), 1), 1, "twelve of one press nobody");
    assert_eq!(takeable(&[of(0, 12), of(1, 1)].concat(), 1), 2);
    assert_eq!(takeable(&[of(0, 2), of(1, 1)].concat(), 4), 3, "what does not wait does not count");
}

#[test]
fn what_no_machine_can_take_is_not_counted_as_waiting_for_one() {
    let gpu =
        Step::Submit { account: 0, project: 0, priority: 0, model: None, work: WorkKind::Program, gpu: true, shape: 0 };
    let (queue, _) = queue_of(&[prompt(0, 0, Some(1)), prompt(0, 0, Some(2)), prompt(0, 0, None), gpu]);
    let (languages, models) = ([Language::Python], [model_name(1)]);
    let offer = Offer { languages: &languages, models: &models, gpu: false };
    assert_eq!(queue.takeable([offer], 9), 2);
    assert_eq!(queue.takeable([offer, Offer { models: &[], gpu: true, ..offer }, offer], 9), 3, "each is counted once");
    assert_eq!(queue.takeable([Offer { languages: &[Language::Javascript], gpu: true, ..offer }], 9), 0);
    assert_eq!((queue.takeable([], 9), queue.waiting()), (0, 4));
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
