//! How does a task come in? By one path, whichever service somebody hands it to.

mod check;
mod pace;

pub use check::name_the_bound;
pub use pace::SubmissionLimits;

use crate::{
    chance,
    commands::{CommandError, Commands, Request, Subject, View},
    contents::{ContentError, Contents},
    http::{Problem, Refusal},
};
use edgecoder_domain::task::TaskRefusal;
use edgecoder_events::{
    AccountId, Actor, BlobRef, Event, NewEvent, ProjectId, StreamName, TaskId, Version,
    task::{TaskSubmitted, WorkKind},
};
use edgecoder_wire::tasks::{SubmitTask, TaskAccepted};
use pace::SubmissionPace;
use std::sync::Arc;

const DEFAULT_PROJECT: &str = "default";

/// Takes tasks in. Cheap to clone; clones count what an account submits together.
#[derive(Clone)]
pub struct Submissions(Arc<Parts>);

struct Parts {
    commands: Commands,
    contents: Contents,
    pace: SubmissionPace,
    limits: SubmissionLimits,
}

impl Submissions {
    /// Takes tasks in by `commands`, as many of one account as `limits` say.
    pub fn new(commands: Commands, limits: SubmissionLimits) -> Self {
        let contents = Contents::new(commands.store().clone());
        Self(Arc::new(Parts { commands, contents, pace: SubmissionPace::new(limits), limits }))
    }

    /// What one account may submit in a minute.
    pub fn limits(&self) -> SubmissionLimits {
        self.0.limits
    }

    /// Submits a task of `account`: a prompt, or a program of its own. The same name with the same content is the same
    /// task.
    ///
    /// # Errors
    /// A problem that names the field that is wrong, or says why the account may not submit it.
    pub async fn submit(&self, account: &AccountId, body: &SubmitTask) -> Result<TaskAccepted, Problem> {
        let Parts { commands, contents, pace, .. } = &*self.0;
        let checked = check::check(body)?;
        let (id, is_new) = match &body.task_id {
            Some(id) => (id.clone(), false),
            None => (self.new_task_id(), true),
        };
        let content = contents.seal(account, body).await.map_err(not_sealed)?;
        pace.admit(account, content.content().len(), commands.clock().steady())?;
        let submitted = submitted(&id, account, body, &checked, content.address());
        let (task, wallet) = (Subject::Task(id.clone()), Subject::Wallet(account.clone()));
        let request = Request::new(Actor::account(account), [wallet]).with_blob(content);
        let request = if is_new { request.beginning(task) } else { request.about(task) };
        let done = commands.run(request, |view| decide(view, &submitted, checked.timeout_ms)).await;
        match done {
            Ok(done) => Ok(TaskAccepted {
                subtasks: subtask_names(&id, checked.work),
                task_id: id,
                budget_micro_credits: checked.budget,
                position: done.position_of(|event| matches!(event, Event::TaskSubmitted(_))),
            }),
            Err(CommandError::Refused(Refusal::Task(TaskRefusal::TaskExists))) => {
                self.accepted_before(account, &id, body).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A name for a task whose submitter gave none: time-ordered.
    fn new_task_id(&self) -> TaskId {
        let mut random = [0; 10];
        rand::Rng::fill_bytes(&mut chance::system(), &mut random);
        TaskId::time_ordered(self.0.commands.clock().now(), random)
    }

    /// The answer to a submission that was accepted already; a conflict where this is another one.
    async fn accepted_before(
        &self,
        account: &AccountId,
        id: &TaskId,
        body: &SubmitTask,
    ) -> Result<TaskAccepted, Problem> {
        let Parts { commands, contents, .. } = &*self.0;
        let exists = || Problem::conflict("task_exists", "a task of this name exists already, with other content");
        let known = commands.look(&[Subject::Task(id.clone())], |view| view.task(id).identity().cloned()).await?;
        let known = known.filter(|known| known.account == *account).ok_or_else(exists)?;
        let before: SubmitTask = contents.open(&known.account, known.content).await.map_err(|_| exists())?;
        if before != *body {
            return Err(exists());
        }
        let first = commands.store().read_stream(&StreamName::task(id), Version::EMPTY, 1).await?;
        Ok(TaskAccepted {
            task_id: id.clone(),
            subtasks: subtask_names(id, known.work),
            budget_micro_credits: known.budget,
            position: first.first().map(|recorded| recorded.position).unwrap_or_default(),
        })
    }
}

fn submitted(
    id: &TaskId,
    account: &AccountId,
    body: &SubmitTask,
    checked: &check::Checked,
    content: BlobRef,
) -> TaskSubmitted {
    let default_project = || ProjectId::new(DEFAULT_PROJECT).expect("the default name is a good one");
    TaskSubmitted {
        task: id.clone(),
        account: account.clone(),
        project: body.project_id.clone().unwrap_or_else(default_project),
        work: checked.work,
        language: checked.language,
        resource: checked.resource,
        priority: checked.priority,
        requested_model: body.requested_model.clone(),
        content,
        budget: checked.budget,
        conversation: body.conversation_id.clone(),
    }
}

fn decide(view: &View<'_>, submitted: &TaskSubmitted, timeout_ms: u64) -> Result<Vec<NewEvent>, Refusal> {
    let (task, wallet) = (view.task(&submitted.task), view.wallet(&submitted.account));
    Ok(edgecoder_domain::submission::decide(task, wallet, submitted, timeout_ms)?)
}

fn not_sealed(error: ContentError) -> Problem {
    match error {
        ContentError::Erased => {
            let detail = "this account is being forgotten: it takes tasks again when its operator has finished that";
            Problem::conflict("account_being_forgotten", detail)
        }
        other => other.into(),
    }
}

fn subtask_names(id: &TaskId, work: WorkKind) -> Vec<String> {
    match work {
        WorkKind::Program => vec![format!("{id}.0")],
        WorkKind::Prompt => vec![],
    }
}
