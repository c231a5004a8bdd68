//! How does a search index keep up with the log? It gathers events for a moment and commits what comes of them together.

use super::{Feed, Progress, RebuildProgress, RebuildRequest, mark::Mark, shelf::Shelf};
use crate::{ProjectionError, log::Log};
use edgecoder_events::{Position, Recorded};
use edgecoder_search_index::{Index, Layout, Reader};
use std::{convert::Infallible, future::Future, path::PathBuf, sync::Arc, time::Duration};
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

pub(crate) type Turn = Vec<Arc<[Recorded]>>;

/// A projection whose answers are documents of an index.
pub(crate) trait IndexProjection: Send + Sync + 'static {
    const LAYOUT: Layout;

    /// Begins with an index as it was committed last, and hands out what finds its documents. What was taken in and not
    /// committed comes again.
    fn begin(&mut self, reader: Reader);

    /// Takes events in.
    fn take_in(&mut self, index: &Shelf, turn: Turn) -> impl Future<Output = Result<(), ProjectionError>> + Send;

    /// Brings into the index what was only remembered of the events before `next`.
    fn before_commit(
        &mut self,
        index: &Shelf,
        next: Position,
    ) -> impl Future<Output = Result<(), ProjectionError>> + Send;
}

/// Keeps an index up with the log.
pub(crate) struct IndexRunner<P, L> {
    pub(crate) folder: PathBuf,
    pub(crate) log: L,
    pub(crate) projection: P,
    pub(crate) progress: watch::Sender<Progress>,
    pub(crate) requests: mpsc::Receiver<RebuildRequest>,
}

/// The index, the log from where it stands, and who waits until a new one has come to a position.
struct Line {
    index: Shelf,
    feed: Feed,
    /// What was taken in ends here.
    next: Position,
    newest: Option<Mark>,
    /// What answers ends here.
    committed: Position,
    rebuild: Option<(Position, RebuildRequest)>,
}

impl Line {
    fn move_on(&mut self, turn: &Turn) {
        if let Some(newest) = turn.last().and_then(|batch| batch.last()) {
            let mark = Mark::after(newest);
            (self.next, self.newest) = (mark.next, Some(mark));
        }
    }

    /// Whether the new index, where there is one, has everything that the old one had when it was begun.
    fn may_answer(&self) -> bool {
        self.rebuild.as_ref().is_none_or(|(goal, _)| self.next >= *goal)
    }
}

impl<P: IndexProjection, L: Log> IndexRunner<P, L> {
    /// Runs until the log ends. After trouble, the index is opened anew as it was committed last.
    pub(crate) async fn run(mut self) {
        let mut retry = FIRST_RETRY;
        loop {
            let before = self.progress.borrow().next;
            let Err(error) = self.follow().await;
            if error.is_the_end_of_the_log() {
                return;
            }
            tracing::warn!("a search index stopped, trying again: {error}");
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
    async fn open(&mut self) -> Result<Line, ProjectionError> {
        let (index, mark) = Shelf::open(self.folder.clone(), P::LAYOUT).await?;
        let next = match mark {
            Some(mark) if self.is_of_this_history(mark).await? => mark.next,
            Some(_) | None => {
                index.work(Index::clear).await?;
                Position(0)
            }
        };
        self.projection.begin(index.work(|it| Ok(it.reader())).await?);
        let feed = Feed::open(&self.log, next);
        let mut line = Line { index, feed, next, newest: None, committed: next, rebuild: None };
        self.show(&mut line);
        Ok(line)
    }

    async fn is_of_this_history(&self, mark: Mark) -> Result<bool, ProjectionError> {
        let Some(last) = mark.next.0.checked_sub(1) else { return Ok(false) };
        let found = self.log.event_id_at(Position(last)).await.map_err(ProjectionError::Log)?;
        Ok(found == Some(mark.last))
    }

    /// Takes in what there is and what else comes within a moment, and commits it.
    async fn take_in(&mut self, line: &mut Line, first: Turn) -> Result<(), ProjectionError> {
        let (due, begin) = (Instant::now() + GATHER, line.next);
        let mut turn = first;
        loop {
            line.move_on(&turn);
            self.projection.take_in(&line.index, turn).await?;
            if line.next.0.saturating_sub(begin.0) >= EVENTS_PER_COMMIT {
                break;
            }
            match timeout_at(due, line.feed.next()).await {
                Ok(more) => turn = more?,
                Err(_) => break,
            }
        }
        self.projection.before_commit(&line.index, line.next).await?;
        if line.may_answer() {
            let mark = line.newest.map(|it| it.to_string()).unwrap_or_default();
            line.index.work(move |index| index.commit(&mark)).await?;
            line.committed = line.next;
        }
        self.show(line);
        Ok(())
    }

    /// Begins a new index beside the one that answers, and reads the log from its beginning.
    async fn begin_anew(&mut self, line: &mut Line, request: RebuildRequest) -> Result<(), ProjectionError> {
        let goal = self.log.size().await.map_err(ProjectionError::Log)?;
        line.index.work(Index::begin_anew).await?;
        (line.next, line.newest) = (Position(0), None);
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
        self.progress.send_modify(|it| (it.next, it.trouble, it.rebuild) = (line.committed, None, rebuild));
    }
}
