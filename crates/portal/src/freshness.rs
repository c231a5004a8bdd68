//! How old is what a page shows? Pages wait a little for what was recorded before; one that can not wait longer says so.

use crate::{Portal, shown::Moment};
use edgecoder_events::Position;
use edgecoder_projections::{Progress, Question};
use edgecoder_service_kit::{commands::Done, http::Problem};
use futures_util::future::join_all;
use std::time::Duration;

/// The longest that an answer waits until the projections show what was recorded before.
pub const SHOW_LIMIT: Duration = Duration::from_secs(2);

/// How old a page is that does not show everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// The newest entry that it shows; none where it shows nothing of the log yet.
    pub entry: Option<u64>,
    /// When that was recorded.
    pub at: Option<Moment>,
}

impl Portal {
    /// Waits until the answers to some questions show what was recorded. It is recorded, even where that takes too long.
    pub(crate) async fn show(&self, questions: &[Question], done: &Done) {
        if done.receipt.is_some() {
            self.have_come_to(questions, done.position()).await;
        }
    }

    /// Waits a little until the answers to some questions have everything that was acknowledged before. Where that takes
    /// too long, tells how old they are.
    pub(crate) async fn newest(&self, questions: &[Question]) -> Option<AsOf> {
        let newest = Position(self.commands.store().head().size.checked_sub(1)?);
        if self.have_come_to(questions, newest).await {
            return None;
        }
        let progress = self.projections.progress();
        let next = questions.iter().filter_map(|question| progress.get(question)).map(|it| it.next).min()?;
        let Some(last) = next.0.checked_sub(1).map(Position) else { return Some(AsOf { entry: None, at: None }) };
        (last < newest).then_some(AsOf { entry: Some(last.0), at: self.recorded_at(last).await })
    }

    async fn recorded_at(&self, position: Position) -> Option<Moment> {
        let entry = self.commands.store().entry(position).await.ok()??;
        Some(Moment(entry.recorded().ok()?.recorded_at))
    }

    /// Waits for all at once: several that are late make nobody wait longer than one.
    async fn have_come_to(&self, questions: &[Question], position: Position) -> bool {
        let progress = self.projections.progress();
        let waits = questions.iter().map(|question| {
            let limit = if progress.get(question).is_some_and(stands_still) { Duration::ZERO } else { SHOW_LIMIT };
            self.projections.wait_until(*question, position, limit)
        });
        let mut have_come = true;
        for waited in join_all(waits).await {
            if let Err(error) = waited {
                tracing::warn!(%error, "a page is shown as it was");
                have_come = false;
            }
        }
        have_come
    }
}

/// Whether nothing is gained by waiting: it is in trouble, or its only tables are being built.
fn stands_still(progress: &Progress) -> bool {
    progress.trouble.is_some() || (progress.next == Position(0) && progress.rebuild.is_some())
}

/// What was not found on a page that is older than the log may be there in a moment.
pub fn perhaps_later(problem: Problem, as_of: Option<AsOf>) -> Problem {
    if as_of.is_some() && problem.status() == axum::http::StatusCode::NOT_FOUND {
        let detail = "the newest entries of the log are still being read, and this may be among them: try again";
        return Problem::unavailable("projection_behind", detail);
    }
    problem
}
