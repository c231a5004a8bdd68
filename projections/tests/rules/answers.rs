//! Everything that the projections in tables answer, to be compared.

use crate::history::{account_name, agent_name};
use edgecoder_events::{MicroCredits, UnixMillis};
use edgecoder_projections::{
    Projections,
    anchors::AnchorEntry,
    blacklist::BlacklistEntry,
    conversations::{ConversationEntry, MessageEntry},
    credit_balances::{Balance, EarnedOn, Movement, MovementReason, TrialBalance},
    task_board::{SubtaskEntry, TaskEntry, TaskFilter, TaskState},
};
use std::collections::BTreeMap;

const MS_PER_DAY: u64 = 24 * 60 * 60 * 1_000;

/// All answers at once.
#[derive(Debug, PartialEq)]
pub struct Answers {
    pub tasks: Vec<(TaskEntry, Vec<SubtaskEntry>)>,
    pub counts: BTreeMap<TaskState, u64>,
    pub wallets: Vec<(Option<Balance>, Vec<Movement>)>,
    pub earned: Vec<Vec<EarnedOn>>,
    pub trial: TrialBalance,
    pub shut_out: Vec<Option<BlacklistEntry>>,
    pub blacklist: Vec<BlacklistEntry>,
    pub anchors: Vec<AnchorEntry>,
    pub conversations: Vec<(ConversationEntry, Vec<MessageEntry>)>,
}

/// Reads page after page.
macro_rules! every_page {
    ($limit:expr, |$page:ident| $read:expr) => {{
        let (mut all, mut after) = (vec![], None);
        loop {
            let $page = edgecoder_projections::PageRequest::new(after, $limit);
            let edgecoder_projections::Page { items, next } = $read.await.unwrap();
            assert!(items.len() <= $limit);
            all.extend(items);
            after = next;
            if after.is_none() {
                break all;
            }
        }
    }};
}
pub(crate) use every_page;

/// What was earned day by day, as the movements say.
fn days_of(movements: &[Movement]) -> Vec<EarnedOn> {
    let mut days = BTreeMap::<u64, u64>::new();
    for it in movements.iter().filter(|it| it.reason == MovementReason::Earned) {
        *days.entry(it.recorded_at.0 / MS_PER_DAY).or_default() += it.delta_micros.unsigned_abs();
    }
    let earned = |(day, micros)| EarnedOn { day, amount: MicroCredits::from_micros(micros) };
    days.into_iter().rev().map(earned).collect()
}

impl Answers {
    pub async fn read(all: &Projections, now: UnixMillis) -> Self {
        let (board, credit, blacklist) = (all.task_board(), all.credit_balances(), all.blacklist());
        let mut tasks = vec![];
        for task in every_page!(3, |page| board.list(&TaskFilter::default(), &page)) {
            let subtasks = board.subtasks(&task).await.unwrap();
            assert_eq!(board.task(&task.task).await.unwrap().as_ref(), Some(&task));
            tasks.push((task, subtasks));
        }
        let (mut wallets, mut earned) = (vec![], vec![]);
        for account in (0..3).chain([100]).map(account_name) {
            let movements = every_page!(3, |page| credit.history(&account, &page));
            let by_day = credit.earned(&account, 0).await.unwrap();
            assert_eq!(by_day, days_of(&movements));
            wallets.push((credit.balance(&account).await.unwrap(), movements));
            earned.push(by_day);
        }
        let mut shut_out = vec![];
        for agent in (0..4).map(agent_name) {
            shut_out.push(blacklist.shut_out(&agent, now).await.unwrap());
        }
        let listed = every_page!(2, |page| blacklist.list(now, &page));
        assert_eq!(listed, shut_out.iter().flatten().cloned().collect::<Vec<_>>());
        let (talk, mut conversations) = (all.conversations(), vec![]);
        for account in (0..3).map(account_name) {
            for entry in every_page!(2, |page| talk.list(&account, &page)) {
                let found = talk.conversation(&account, &entry.conversation).await.unwrap();
                assert_eq!(found.as_ref(), Some(&entry));
                let messages = every_page!(3, |page| talk.messages(&account, &entry.conversation, &page));
                conversations.push((entry, messages));
            }
        }
        Self {
            tasks,
            counts: board.counts().await.unwrap(),
            wallets,
            earned,
            trial: credit.trial_balance().await.unwrap(),
            shut_out,
            blacklist: every_page!(2, |page| blacklist.history(None, &page)),
            anchors: every_page!(2, |page| all.anchors().list(&page)),
            conversations,
        }
    }
}
