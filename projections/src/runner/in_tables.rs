//! A projection in tables, from its start to its end.

use super::{
    Progress, RebuildProgress, SqlProjection,
    checkpoint::{self, Side},
    feed::Feed,
};
use crate::{
    ProjectionError,
    log::Log,
    sql::{Colour, Database},
};
use edgecoder_events::{Position, Recorded};
use std::{convert::Infallible, future::pending, marker::PhantomData, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::sleep,
};

const FIRST_RETRY: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(10);

/// Somebody wants a projection built again and waits until it is.
pub(crate) type RebuildRequest = oneshot::Sender<()>;

/// Keeps one projection in tables up with the log.
pub(crate) struct TableRunner<P, L> {
    pub database: Database,
    pub log: L,
    pub progress: watch::Sender<Progress>,
    pub requests: mpsc::Receiver<RebuildRequest>,
    pub projection: PhantomData<P>,
}

/// A set of tables, and the log from where it stands.
struct Line {
    side: Side,
    feed: Feed,
}

/// Tables that are built beside those that answer.
struct Rebuild {
    line: Line,
    /// The size of the log when it began.
    total: Position,
    wanted_by: Vec<RebuildRequest>,
}

/// What moves on. Without a live line, the tables that answer are of other code or of another history, and stand still.
struct Work {
    live: Option<Line>,
    rebuild: Option<Rebuild>,
}

type Turn = Vec<Arc<[Recorded]>>;

enum Next {
    Live(Turn),
    Rebuild(Turn),
    Request(RebuildRequest),
}

impl<P: SqlProjection, L: Log> TableRunner<P, L> {
    /// Runs until the log ends. After trouble, everything is read anew from the database, which has all or nothing of each turn.
    pub(crate) async fn run(mut self) {
        let mut retry = FIRST_RETRY;
        loop {
            let before = self.progress.borrow().next;
            let Err(error) = self.follow().await;
            if error.is_the_end_of_the_log() {
                return;
            }
            tracing::warn!(projection.question = P::QUESTION.name(), "projection stopped, trying again: {error}");
            self.progress.send_modify(|it| (it.trouble, it.rebuild) = (Some(error.to_string()), None));
            let moved = self.progress.borrow().next != before;
            retry = if moved { FIRST_RETRY } else { (retry * 2).min(LONGEST_RETRY) };
            sleep(retry).await;
        }
    }

    async fn follow(&mut self) -> Result<Infallible, ProjectionError> {
        let mut work = self.open().await?;
        loop {
            self.finish_when_done(&mut work).await?;
            match self.wait(&mut work).await? {
                Next::Live(turn) => {
                    if let Some(line) = &mut work.live {
                        self.advance(line, &turn).await?;
                        self.show(line);
                    }
                }
                Next::Rebuild(turn) => {
                    if let Some(rebuild) = &mut work.rebuild {
                        self.advance(&mut rebuild.line, &turn).await?;
                        self.show_rebuild(rebuild);
                    }
                }
                Next::Request(request) => self.on_request(&mut work, request).await?,
            }
        }
    }

    /// The live tables come first: a rebuild never makes them wait for more than one of its turns.
    async fn wait(&mut self, work: &mut Work) -> Result<Next, ProjectionError> {
        tokio::select! {
            biased;
            turn = next(work.live.as_mut()) => turn.map(Next::Live),
            Some(request) = self.requests.recv() => Ok(Next::Request(request)),
            turn = next(work.rebuild.as_mut().map(|it| &mut it.line)) => turn.map(Next::Rebuild),
        }
    }

    /// Takes up where the tables stand.
    async fn open(&self) -> Result<Work, ProjectionError> {
        let Some(side) = checkpoint::live(&self.database, P::QUESTION).await? else {
            let side = checkpoint::begin_side::<P>(&self.database, Colour::Blue, true).await?;
            return Ok(Work { live: Some(self.line(side)), rebuild: None });
        };
        if side.code_version == P::CODE_VERSION && self.is_of_this_history(&side).await? {
            let line = self.line(side);
            self.show(&line);
            return Ok(Work { live: Some(line), rebuild: None });
        }
        tracing::info!(projection.question = P::QUESTION.name(), "other code or another history: building again");
        self.progress.send_modify(|it| it.next = Position(0));
        Ok(Work { live: None, rebuild: Some(self.begin_rebuild(side.colour.other()).await?) })
    }

    async fn is_of_this_history(&self, side: &Side) -> Result<bool, ProjectionError> {
        let Some(last) = side.next.0.checked_sub(1) else { return Ok(true) };
        let found = self.log.event_id_at(Position(last)).await.map_err(ProjectionError::Log)?;
        Ok(found.is_some() && found == side.last)
    }

    fn line(&self, side: Side) -> Line {
        Line { side, feed: Feed::open(&self.log, side.next) }
    }

    async fn on_request(&self, work: &mut Work, request: RebuildRequest) -> Result<(), ProjectionError> {
        if let Some(rebuild) = &mut work.rebuild {
            rebuild.wanted_by.push(request);
        } else if let Some(live) = &work.live {
            let mut rebuild = self.begin_rebuild(live.side.colour.other()).await?;
            rebuild.wanted_by.push(request);
            work.rebuild = Some(rebuild);
        }
        Ok(())
    }

    async fn begin_rebuild(&self, colour: Colour) -> Result<Rebuild, ProjectionError> {
        let total = self.log.size().await.map_err(ProjectionError::Log)?;
        let side = checkpoint::begin_side::<P>(&self.database, colour, false).await?;
        let rebuild = Rebuild { line: self.line(side), total, wanted_by: Vec::new() };
        self.show_rebuild(&rebuild);
        Ok(rebuild)
    }

    async fn finish_when_done(&self, work: &mut Work) -> Result<(), ProjectionError> {
        let Some(rebuild) = &work.rebuild else { return Ok(()) };
        let goal = work.live.as_ref().map_or(rebuild.total, |live| live.side.next);
        if rebuild.line.side.next < goal {
            return Ok(());
        }
        checkpoint::make_live::<P>(&self.database, rebuild.line.side.colour).await?;
        if let Some(Rebuild { line, wanted_by, .. }) = work.rebuild.take() {
            self.progress.send_modify(|it| it.rebuild = None);
            self.show(&line);
            work.live = Some(line);
            for request in wanted_by {
                // Who does not wait any more needs no answer.
                request.send(()).ok();
            }
        }
        Ok(())
    }

    async fn advance(&self, line: &mut Line, turn: &Turn) -> Result<(), ProjectionError> {
        let events: Vec<&Recorded> = turn.iter().flat_map(|batch| batch.iter()).collect();
        if events.first().is_some_and(|it| it.position != line.side.next) {
            return Err(ProjectionError::Log("it left events out".into()));
        }
        checkpoint::advance::<P>(&self.database, &mut line.side, &events).await
    }

    fn show(&self, line: &Line) {
        self.progress.send_modify(|it| (it.next, it.trouble) = (line.side.next, None));
    }

    fn show_rebuild(&self, rebuild: &Rebuild) {
        let shown = RebuildProgress { done: rebuild.line.side.next, total: rebuild.total };
        self.progress.send_modify(|it| it.rebuild = Some(shown));
    }
}

async fn next(line: Option<&mut Line>) -> Result<Turn, ProjectionError> {
    match line {
        Some(line) => line.feed.next().await,
        None => pending().await,
    }
}
