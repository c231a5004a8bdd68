//! How does the index keep up with the log? It gathers events for a moment and commits them together.

use super::{LAYOUT, changes, mark::Mark, read::LogSearch};
use crate::{
    ProjectionError,
    log::Log,
    runner::{Feed, Progress, RebuildProgress, RebuildRequest},
};
use edgecoder_events::{Position, Recorded};
use edgecoder_search_index::{Index, IndexError};
use std::{
    convert::Infallible,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, timeout_at},
};

/// How long events gather under one commit, which costs several writes to the disk.
const GATHER: Duration = Duration::from_secs(1);
/// No further events join a commit of so many.
const EVENTS_PER_COMMIT: u64 = 65_536;
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(10);

type Turn = Vec<Arc<[Recorded]>>;

/// Keeps the index up with the log.
pub(crate) struct SearchRunner<L> {
    pub(crate) folder: PathBuf,
    pub(crate) log: L,
    pub(crate) search: LogSearch,
    pub(crate) progress: watch::Sender<Progress>,
    pub(crate) requests: mpsc::Receiver<RebuildRequest>,
}

/// The index, the log from where it stands, and who waits until it has come to a position.
struct Line {
    index: Shelf,
    feed: Feed,
    next: Position,
    rebuild: Option<(Position, RebuildRequest)>,
}

impl<L: Log> SearchRunner<L> {
    /// Runs until the log ends. After trouble, the index is opened anew as it was committed last.
    pub(crate) async fn run(mut self) {
        let mut retry = FIRST_RETRY;
        loop {
            let before = self.progress.borrow().next;
            let Err(error) = self.follow().await;
            if error.is_the_end_of_the_log() {
                return;
            }
            tracing::warn!("the search index stopped, trying again: {error}");
            self.progress.send_modify(|it| (it.trouble, it.rebuild) = (Some(error.to_string()), None));
            let moved = self.progress.borrow().next != before;
            retry = if moved { FIRST_RETRY } else { (retry * 2).min(LONGEST_RETRY) };
            sleep(retry).await;
        }
    }

    async fn follow(&mut self) -> Result<Infallible, ProjectionError> {
        let mut line = self.open().await?;
        loop {
            tokio::select! {
                biased;
                Some(request) = self.requests.recv() => self.begin_anew(&mut line, request).await?,
                turn = line.feed.next() => self.take_in(&mut line, turn?).await?,
            }
        }
    }

    /// Takes up where the index stands, or at the beginning where it is of another history.
    async fn open(&self) -> Result<Line, ProjectionError> {
        let (index, mark) = Shelf::open(self.folder.clone()).await?;
        let next = match mark {
            Some(mark) if self.is_of_this_history(mark).await? => mark.next,
            Some(_) | None => {
                index.work(Index::clear).await?;
                Position(0)
            }
        };
        self.search.set(index.work(|it| Ok(it.reader())).await?);
        let mut line = Line { index, feed: Feed::open(&self.log, next), next, rebuild: None };
        self.show(&mut line);
        Ok(line)
    }

    async fn is_of_this_history(&self, mark: Mark) -> Result<bool, ProjectionError> {
        let Some(last) = mark.next.0.checked_sub(1) else { return Ok(false) };
        let found = self.log.event_id_at(Position(last)).await.map_err(ProjectionError::Log)?;
        Ok(found == Some(mark.last))
    }

    /// Takes in what there is and what else comes within a moment, and commits it.
    async fn take_in(&self, line: &mut Line, first: Turn) -> Result<(), ProjectionError> {
        let (due, begin) = (Instant::now() + GATHER, line.next);
        let mut turn = first;
        let mut mark = None;
        loop {
            let newest = turn.last().and_then(|batch| batch.last());
            mark = newest.map(Mark::after).or(mark);
            line.next = mark.map_or(line.next, |it| it.next);
            line.index.work(move |index| added(index, &turn)).await?;
            if line.next.0.saturating_sub(begin.0) >= EVENTS_PER_COMMIT {
                break;
            }
            match timeout_at(due, line.feed.next()).await {
                Ok(more) => turn = more?,
                Err(_) => break,
            }
        }
        let mark = mark.map(|it| it.to_string()).unwrap_or_default();
        line.index.work(move |index| index.commit(&mark)).await?;
        self.show(line);
        Ok(())
    }

    /// Forgets everything and reads the log from its beginning; finds what it has come to meanwhile.
    async fn begin_anew(&self, line: &mut Line, request: RebuildRequest) -> Result<(), ProjectionError> {
        let goal = self.log.size().await.map_err(ProjectionError::Log)?;
        line.index.work(Index::clear).await?;
        line.next = Position(0);
        line.feed = Feed::open(&self.log, line.next);
        line.rebuild = Some((goal, request));
        self.show(line);
        Ok(())
    }

    fn show(&self, line: &mut Line) {
        if let Some((_, request)) = line.rebuild.take_if(|(goal, _)| line.next >= *goal) {
            // Who does not wait any more needs no answer.
            request.send(()).ok();
        }
        let rebuild = line.rebuild.as_ref().map(|(total, _)| RebuildProgress { done: line.next, total: *total });
        self.progress.send_modify(|it| (it.next, it.trouble, it.rebuild) = (line.next, None, rebuild));
    }
}

fn added(index: &mut Index, turn: &Turn) -> Result<(), IndexError> {
    let events = turn.iter().flat_map(|batch| batch.iter());
    events.map(changes::document).try_for_each(|document| index.add(document))
}

/// The index, worked on where waiting for the disk holds nobody up.
#[derive(Clone)]
struct Shelf(Arc<Mutex<Index>>);

impl Shelf {
    async fn open(folder: PathBuf) -> Result<(Self, Option<Mark>), ProjectionError> {
        let index = waiting(move || Index::open(&folder, LAYOUT)).await?;
        let mark = index.mark().and_then(Mark::parse);
        Ok((Self(Arc::new(Mutex::new(index))), mark))
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Index) -> Result<T, IndexError> + Send + 'static,
    ) -> Result<T, ProjectionError> {
        let index = Arc::clone(&self.0);
        waiting(move || work(&mut index.lock().unwrap_or_else(PoisonError::into_inner))).await
    }
}

async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IndexError> + Send + 'static,
) -> Result<T, ProjectionError> {
    Ok(tokio::task::spawn_blocking(work).await??)
}
