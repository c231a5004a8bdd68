//! Where are the answers? Starts every projection and hands out what reads each.

use crate::{
    ProjectionError, Question,
    agent_directory::AgentDirectory,
    anchors::{AnchorTables, Anchors},
    blacklist::{Blacklist, BlacklistTables},
    conversations::{ConversationTables, Conversations},
    credit_balances::{CreditBalances, CreditTables},
    log::Log,
    log_search::LogSearch,
    people::{People, PeopleTables},
    ready_queue::{AgentNeeds, ReadyQueue, ReadySubtask},
    runner::{
        IndexProjection, IndexRunner, Progress, ProgressReader, RebuildProgress, RebuildRequest, Shared, SqlProjection,
        TableRunner, follow_in_memory, prepare,
    },
    sql::Database,
    task_board::{TaskBoard, TaskTables},
    task_search::{TaskFollower, TaskSearch},
};
use edgecoder_events::{Event, Position, Recorded, SubtaskIndex, TaskId, UnixMillis};
use std::{
    collections::BTreeMap,
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
};

/// How many may wait for rebuilds of one projection to be noticed.
const REBUILD_REQUESTS: usize = 4;

/// Where the index of the tasks is, in the folder of the index of the log.
const TASKS_FOLDER: &str = "tasks";

/// Where the tables are.
#[derive(Debug, Clone, Copy)]
pub enum TablesIn<'a> {
    /// A SQLite file of their own.
    File(&'a Path),
    /// The schema `projections` of a PostgreSQL database, by its URL.
    Postgres(&'a str),
}

/// Every projection, following the log until this is stopped or dropped.
#[derive(Debug)]
pub struct Projections {
    ready_queue: Shared<ReadyQueue>,
    agent_directory: Shared<AgentDirectory>,
    task_board: TaskBoard,
    credit_balances: CreditBalances,
    blacklist: Blacklist,
    anchors: Anchors,
    people: People,
    log_search: LogSearch,
    task_search: TaskSearch,
    conversations: Conversations,
    arrivals: watch::Receiver<u64>,
    progress: BTreeMap<Question, ProgressReader>,
    rebuilds: BTreeMap<Question, mpsc::Sender<RebuildRequest>>,
    database: Database,
    runners: JoinSet<()>,
}

impl Projections {
    /// Opens the tables, and in the folder `search` the indexes of the log and of its tasks, and begins to follow the log.
    /// Answers are old until [`Self::caught_up`].
    pub async fn start<L: Log>(log: &L, tables: TablesIn<'_>, search: &Path) -> Result<Self, ProjectionError> {
        let database = match tables {
            TablesIn::File(file) => Database::open_sqlite(file).await?,
            TablesIn::Postgres(url) => Database::open_postgres(url).await?,
        };
        prepare(&database).await?;
        let (arrived, arrivals) = watch::channel(0);
        let (task_board, contents) = (TaskBoard::new(database.clone()), Arc::new(log.clone()));
        let mut all = Self {
            ready_queue: Shared::default(),
            agent_directory: Shared::default(),
            task_search: TaskSearch::new(task_board.clone(), contents),
            task_board,
            credit_balances: CreditBalances::new(database.clone()),
            blacklist: Blacklist::new(database.clone()),
            anchors: Anchors::new(database.clone()),
            people: People::new(database.clone()),
            log_search: LogSearch::default(),
            conversations: Conversations::new(database.clone()),
            arrivals,
            progress: BTreeMap::new(),
            rebuilds: BTreeMap::new(),
            database,
            runners: JoinSet::new(),
        };
        all.follow_in_memory(log, arrived);
        all.follow_in_tables::<TaskTables, L>(log);
        all.follow_in_tables::<CreditTables, L>(log);
        all.follow_in_tables::<BlacklistTables, L>(log);
        all.follow_in_tables::<AnchorTables, L>(log);
        all.follow_in_tables::<PeopleTables, L>(log);
        all.follow_in_tables::<ConversationTables, L>(log);
        let log_search = all.log_search.clone();
        all.follow_in_index(log, Question::LogSearch, log_search, search.to_owned());
        let board = all.reader(Question::TaskBoard)?.clone();
        let tasks = TaskFollower::new(all.task_search.clone(), board);
        all.follow_in_index(log, Question::TaskSearch, tasks, search.join(TASKS_FOLDER));
        Ok(all)
    }

    /// What answers these questions moves on as one.
    fn watched(&mut self, questions: &[Question]) -> watch::Sender<Progress> {
        let (sender, receiver) = watch::channel(Progress::default());
        let readers = questions.iter().map(|question| (*question, ProgressReader::new(*question, receiver.clone())));
        self.progress.extend(readers);
        sender
    }

    /// One reading of the log serves all: reading and decoding cost more than what is then done with the events.
    fn follow_in_memory<L: Log>(&mut self, log: &L, arrived: watch::Sender<u64>) {
        let progress = self.watched(&[Question::ReadyQueue, Question::AgentDirectory]);
        let (queue, directory) = (self.ready_queue.clone(), self.agent_directory.clone());
        let mut arrivals = 0;
        let apply = move |batch: &[Recorded]| {
            let mut offers_changed = false;
            let mut directory = directory.write();
            for it in batch {
                directory.apply(it);
                offers_changed |= matches!(it.event, Event::AgentCapabilitiesChanged(_));
            }
            drop(directory);
            let mut queue = queue.write();
            for it in batch {
                queue.apply(it);
            }
            let now = queue.arrivals();
            drop(queue);
            if std::mem::replace(&mut arrivals, now) != now || offers_changed {
                arrived.send_modify(|changes| *changes += 1);
            }
        };
        self.runners.spawn(follow_in_memory(log.clone(), progress, apply));
    }

    fn follow_in_tables<P: SqlProjection, L: Log>(&mut self, log: &L) {
        let (sender, requests) = mpsc::channel(REBUILD_REQUESTS);
        self.rebuilds.insert(P::QUESTION, sender);
        let progress = self.watched(&[P::QUESTION]);
        let (database, log) = (self.database.clone(), log.clone());
        let runner = TableRunner::<P, L> { database, log, progress, requests, projection: PhantomData };
        self.runners.spawn(runner.run());
    }

    fn follow_in_index<P: IndexProjection, L: Log>(
        &mut self,
        log: &L,
        question: Question,
        projection: P,
        folder: PathBuf,
    ) {
        let (sender, requests) = mpsc::channel(REBUILD_REQUESTS);
        self.rebuilds.insert(question, sender);
        let progress = self.watched(&[question]);
        let log = log.clone();
        self.runners.spawn(IndexRunner { folder, log, projection, progress, requests }.run());
    }

    /// Takes the next subtask for an agent out of the queue: see [`ReadyQueue::claim`].
    pub fn claim(&self, wanted: &AgentNeeds, now: UnixMillis) -> Option<ReadySubtask> {
        self.ready_queue.write().claim(wanted, now)
    }

    /// Puts a claimed subtask back: see [`ReadyQueue::give_back`].
    pub fn give_back(&self, task: &TaskId, subtask: SubtaskIndex) {
        self.ready_queue.write().give_back(task, subtask);
    }

    /// Keeps a claimed subtask until its task's budget is free again: see [`ReadyQueue::park`].
    pub fn park(&self, task: &TaskId, subtask: SubtaskIndex) {
        self.ready_queue.write().park(task, subtask);
    }

    /// Asks the ready queue; the answer must not hold on to it.
    pub fn ready_queue<T>(&self, ask: impl FnOnce(&ReadyQueue) -> T) -> T {
        ask(&self.ready_queue.read())
    }

    /// Tells when there may be something to claim that was not before, because the log made a subtask ready or a machine
    /// can do more: `changed().await`, then claim. That a hold ended is told by no event: see
    /// [`ReadyQueue::next_hold_end`].
    pub fn ready_changed(&self) -> watch::Receiver<u64> {
        self.arrivals.clone()
    }

    /// Asks the agent directory; the answer must not hold on to it.
    pub fn agent_directory<T>(&self, ask: impl FnOnce(&AgentDirectory) -> T) -> T {
        ask(&self.agent_directory.read())
    }

    /// Where each task stands.
    pub fn task_board(&self) -> &TaskBoard {
        &self.task_board
    }

    /// What each account holds.
    pub fn credit_balances(&self) -> &CreditBalances {
        &self.credit_balances
    }

    /// Who is shut out.
    pub fn blacklist(&self) -> &Blacklist {
        &self.blacklist
    }

    /// Which checkpoints were dated.
    pub fn anchors(&self) -> &Anchors {
        &self.anchors
    }

    /// Who signed up.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// Which entries speak of something.
    pub fn log_search(&self) -> &LogSearch {
        &self.log_search
    }

    /// Which tasks of an owner match.
    pub fn task_search(&self) -> &TaskSearch {
        &self.task_search
    }

    /// What accounts asked for, conversation by conversation.
    pub fn conversations(&self) -> &Conversations {
        &self.conversations
    }

    fn reader(&self, question: Question) -> Result<&ProgressReader, ProjectionError> {
        self.progress.get(&question).ok_or(ProjectionError::Stopped(question))
    }

    /// How far each projection has come; the difference to the size of the log is its lag.
    pub fn progress(&self) -> BTreeMap<Question, Progress> {
        self.progress.iter().map(|(question, reader)| (*question, reader.now())).collect()
    }

    /// How many events of a log of this size each projection has not taken in.
    pub fn lag(&self, size: Position) -> BTreeMap<Question, u64> {
        let behind = |reader: &ProgressReader| size.0.saturating_sub(reader.now().next.0);
        self.progress.iter().map(|(question, reader)| (*question, behind(reader))).collect()
    }

    /// Waits for `limit` at most until the answers to one question include the event at `position`.
    ///
    /// # Errors
    /// [`ProjectionError::Behind`] when that time is over.
    pub async fn wait_until(
        &self,
        question: Question,
        position: Position,
        limit: Duration,
    ) -> Result<(), ProjectionError> {
        self.reader(question)?.wait_until(position, limit).await
    }

    /// Waits, however long it takes, until every answer includes the first `size` events; but those of the
    /// searches, for which nothing has to wait.
    pub async fn caught_up(&self, size: Position) -> Result<(), ProjectionError> {
        for question in Question::ALL.into_iter().filter(|it| it.is_waited_for()) {
            self.reader(question)?.caught_up(size).await?;
        }
        Ok(())
    }

    /// Builds the tables of one question again, beside those that answer until the new ones take their place.
    pub async fn rebuild(
        &self,
        question: Question,
        mut progress: impl FnMut(RebuildProgress),
    ) -> Result<(), ProjectionError> {
        let requests = self.rebuilds.get(&question).ok_or(ProjectionError::HeldInMemory(question))?;
        let mut seen = self.reader(question)?.watch();
        let (request, mut done) = oneshot::channel();
        requests.send(request).await.map_err(|_| ProjectionError::Stopped(question))?;
        loop {
            tokio::select! {
                answer = &mut done => return answer.map_err(|_| ProjectionError::RebuildInterrupted(question)),
                changed = seen.changed() => {
                    changed.map_err(|_| ProjectionError::Stopped(question))?;
                    let now = seen.borrow_and_update().rebuild;
                    now.into_iter().for_each(&mut progress);
                }
            }
        }
    }

    /// Stops following and closes the tables.
    pub async fn stop(mut self) {
        self.runners.shutdown().await;
        self.database.close().await;
    }
}
