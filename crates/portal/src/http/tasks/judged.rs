//! What did somebody say of what their task brought, and what may they still say?

use super::{
    diff::{ShownDiff, shown},
    parts::Part,
};
use crate::{Portal, shown::Moment, text::ENGLISH};
use edgecoder_events::task::ReviewDecision;
use edgecoder_projections::task_board::{Reviewed, TaskEntry, TaskState};
use edgecoder_service_kit::{contents::ContentError, http::Problem};
use edgecoder_wire::tasks::{MAX_REASON_BYTES, MAX_REVIEW_DIFF_BYTES};

/// A completed task as its owner judges it.
pub struct Judged {
    pub last: Option<LastWord>,
    /// The diff that a change begins with; none where there is nothing to change.
    pub diff: Option<String>,
    pub max_reason: usize,
    pub max_diff: usize,
}

/// What they said last.
pub struct LastWord {
    pub class: &'static str,
    pub words: &'static str,
    pub at: Moment,
    pub reason: Option<String>,
    pub diff: Option<ShownDiff>,
}

/// What somebody has just typed into a form of the page, and why it could not be taken.
#[derive(Default)]
pub struct Typed<'a> {
    pub error: Option<String>,
    pub reason: &'a str,
    pub diff: Option<String>,
    pub answer: &'a str,
}

/// Of a task that is completed and can still be opened.
pub async fn judged(portal: &Portal, task: &TaskEntry, parts: &[Part]) -> Result<Option<Judged>, Problem> {
    if task.state != TaskState::Completed {
        return Ok(None);
    }
    let words = match task.review.and_then(|review| review.content) {
        Some(content) => match portal.contents.open::<String>(&task.account, content).await {
            Ok(words) => Some(words),
            Err(ContentError::Erased | ContentError::Damaged) => None,
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    let is_edited = task.review.is_some_and(|review| review.decision == ReviewDecision::Edited);
    let diff = words.clone().filter(|_| is_edited).or_else(|| brought(parts));
    let last = task.review.map(|review| last_word(&review, words));
    Ok(Some(Judged { last, diff, max_reason: MAX_REASON_BYTES, max_diff: MAX_REVIEW_DIFF_BYTES }))
}

/// What all parts changed, where it is not too long to be sent back.
fn brought(parts: &[Part]) -> Option<String> {
    let diffs = parts.iter().filter_map(|part| part.report.as_ref()?.text_of_diff.as_deref());
    let whole: String = diffs.collect();
    (!whole.is_empty() && whole.len() <= MAX_REVIEW_DIFF_BYTES).then_some(whole)
}

fn last_word(review: &Reviewed, said: Option<String>) -> LastWord {
    let at = Moment(review.at);
    match review.decision {
        ReviewDecision::Accepted => {
            LastWord { class: "holds", words: ENGLISH.review_accepted, at, reason: None, diff: None }
        }
        ReviewDecision::Rejected => {
            LastWord { class: "failed", words: ENGLISH.review_rejected, at, reason: said, diff: None }
        }
        ReviewDecision::Edited => {
            let diff = said.as_deref().map(shown);
            LastWord { class: "holds", words: ENGLISH.review_edited, at, reason: None, diff }
        }
    }
}
