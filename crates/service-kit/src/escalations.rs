//! How does somebody help where no machine could do what they want? They say more, in words.

use crate::{
    commands::{Commands, Done, Request, Subject, View},
    contents::Contents,
    http::{Problem, Refusal},
};
use edgecoder_domain::task::{self, SubtaskState, TaskCommand, TaskRefusal};
use edgecoder_events::{AccountId, Actor, BlobRef, SubtaskIndex, TaskId};
use edgecoder_wire::tasks::{MAX_ANSWER_BYTES, MAX_PROMPT_BYTES, SubmitTask};

/// What stands in the prompt before an answer.
const ANSWER_FOLLOWS: &str = "Whoever asked for this adds:";

/// Takes answers in. Cheap to clone.
#[derive(Clone)]
pub struct Escalations {
    commands: Commands,
    contents: Contents,
}

impl Escalations {
    /// Takes answers in by `commands`.
    pub fn new(commands: Commands) -> Self {
        Self { contents: Contents::new(commands.store().clone()), commands }
    }

    /// Puts a subtask of a task of `account` back to the machines, with an answer behind its prompt. Other people's tasks
    /// look like none.
    ///
    /// # Errors
    /// A problem that names the field that is wrong, or says why nothing is answered.
    pub async fn answer(
        &self,
        account: &AccountId,
        task: &TaskId,
        subtask: SubtaskIndex,
        words: &str,
    ) -> Result<Done, Problem> {
        let content = self.escalated(account, task, subtask).await?;
        let words = words.trim();
        if words.is_empty() || words.len() > MAX_ANSWER_BYTES {
            return Err(Problem::bad_field("answer", format!("expected words, at most {MAX_ANSWER_BYTES} bytes")));
        }
        let asked: SubmitTask = self.contents.open(account, content).await?;
        let prompt = format!("{}\n\n{ANSWER_FOLLOWS}\n{words}", asked.prompt.as_deref().unwrap_or_default());
        if prompt.len() > MAX_PROMPT_BYTES {
            let detail = format!("together with what you asked first it is longer than {MAX_PROMPT_BYTES} bytes");
            return Err(Problem::bad_field("answer", detail));
        }
        let blob = self.contents.seal(account, &SubmitTask { prompt: Some(prompt), ..asked }).await?;
        let command = TaskCommand::Answer { subtask, content: blob.address() };
        let request = Request::new(Actor::account(account), [Subject::Task(task.clone())]).with_blob(blob);
        let decide = |view: &View<'_>| Ok::<_, Refusal>(task::decide(view.task(task), command.clone())?);
        Ok(self.commands.run(request, decide).await?)
    }

    /// What a subtask that waits for better code is to do.
    async fn escalated(&self, account: &AccountId, id: &TaskId, index: SubtaskIndex) -> Result<BlobRef, Problem> {
        let subject = [Subject::Task(id.clone())];
        let look = |view: &View<'_>| {
            let task = view.task(id);
            task.identity().filter(|it| it.account == *account)?;
            let subtask = task.subtask(index).filter(|it| it.state == SubtaskState::Escalated);
            Some(subtask.filter(|_| task.ending().is_none()).map(|subtask| subtask.content))
        };
        let nobodys = || Problem::not_found("task_not_found", "there is no task of this name, or it is not yours");
        let found = self.commands.look(&subject, look).await?.ok_or_else(nobodys)?;
        found.ok_or_else(|| Refusal::Task(TaskRefusal::NotEscalated).into())
    }
}
