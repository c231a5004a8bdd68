//! How does somebody judge what their task brought? By one path, whichever service they say it to.

use crate::{
    commands::{Commands, Done, Request, Subject, View},
    contents::{ContentError, Contents},
    diffs,
    http::{Problem, Refusal},
};
use edgecoder_domain::task::{self, Review, TaskCommand};
use edgecoder_events::{AccountId, Actor, BlobRef, TaskId, task::ReviewDecision};
use edgecoder_store::Blob;
use edgecoder_wire::tasks::{MAX_REASON_BYTES, MAX_REVIEW_DIFF_BYTES, ReviewTask, SubmitTask};

/// Takes reviews in. Cheap to clone.
#[derive(Clone)]
pub struct Reviews {
    commands: Commands,
    contents: Contents,
}

/// What must be known of a task before somebody's word on it is taken.
struct Judged {
    account: AccountId,
    /// What the only subtask of it was to do; nothing is known of what several of them began with.
    content: Option<BlobRef>,
}

impl Reviews {
    /// Takes reviews in by `commands`.
    pub fn new(commands: Commands) -> Self {
        Self { contents: Contents::new(commands.store().clone()), commands }
    }

    /// Records what `account` says of what its task brought. Other people's tasks look like none.
    ///
    /// # Errors
    /// A problem that names the field that is wrong, or says why nothing may be said.
    pub async fn review(&self, account: &AccountId, task: &TaskId, said: &ReviewTask) -> Result<Done, Problem> {
        let judged = self.judged(account, task).await?;
        let (review, blob) = match said.decision {
            ReviewDecision::Accepted => (Review::Accept, None),
            ReviewDecision::Rejected => {
                let reason = self.sealed(account, reason(said)?).await?;
                (Review::Reject { reason: reason.address() }, Some(reason))
            }
            ReviewDecision::Edited => {
                let diff = diff(said)?;
                self.check(&judged, diff).await?;
                let diff = self.sealed(account, diff).await?;
                (Review::Edit { diff: diff.address() }, Some(diff))
            }
        };
        let mut request = Request::new(Actor::account(account), [Subject::Task(task.clone())]);
        request.blobs.extend(blob);
        let decide = |view: &View<'_>| Ok::<_, Refusal>(task::decide(view.task(task), TaskCommand::Review(review))?);
        Ok(self.commands.run(request, decide).await?)
    }

    async fn judged(&self, account: &AccountId, id: &TaskId) -> Result<Judged, Problem> {
        let subject = [Subject::Task(id.clone())];
        let look = |view: &View<'_>| {
            let task = view.task(id);
            let content = match task.subtasks() {
                [only] => Some(only.content),
                _ => None,
            };
            task.identity().map(|it| Judged { account: it.account.clone(), content })
        };
        let judged = self.commands.look(&subject, look).await?;
        judged
            .filter(|judged| judged.account == *account)
            .ok_or_else(|| Problem::not_found("task_not_found", "there is no task of this name, or it is not yours"))
    }

    /// That the diff is one, and begins with the files that the machine began with, as far as they are known here.
    async fn check(&self, judged: &Judged, diff: &str) -> Result<(), Problem> {
        let wrong = |error: diffs::DiffError| Problem::bad_field("diff", error.to_string());
        let files = diffs::parse(diff).map_err(wrong)?;
        let Some(content) = judged.content else { return Ok(()) };
        let begun: SubmitTask = self.contents.open(&judged.account, content).await?;
        diffs::fits(&files, &begun.files, begun.snapshot.is_none()).map_err(wrong)
    }

    async fn sealed(&self, account: &AccountId, text: &str) -> Result<Blob, Problem> {
        self.contents.seal(account, &text).await.map_err(|error| match error {
            ContentError::Erased => {
                Problem::conflict("account_being_forgotten", "the account is being forgotten: nothing is kept of it")
            }
            other => other.into(),
        })
    }
}

fn reason(said: &ReviewTask) -> Result<&str, Problem> {
    let reason = said.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let reason = reason.ok_or_else(|| Problem::bad_field("reason", "say why it is not what you want"))?;
    if reason.len() > MAX_REASON_BYTES {
        return Err(Problem::bad_field("reason", format!("expected at most {MAX_REASON_BYTES} bytes")));
    }
    Ok(reason)
}

fn diff(said: &ReviewTask) -> Result<&str, Problem> {
    let diff = said.diff.as_deref().filter(|diff| !diff.trim().is_empty());
    let diff = diff.ok_or_else(|| Problem::bad_field("diff", "send the diff that you take instead"))?;
    if diff.len() > MAX_REVIEW_DIFF_BYTES {
        return Err(Problem::bad_field("diff", format!("expected at most {MAX_REVIEW_DIFF_BYTES} bytes")));
    }
    Ok(diff)
}
