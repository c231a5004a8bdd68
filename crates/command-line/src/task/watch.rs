//! How is a task watched to its end?

use super::{
    ending,
    follow::{Follower, Step},
    news::Standing,
    progress::Progress,
    report,
    waiting::Waiting,
};
use crate::{
    api::Api,
    context::Context,
    error::CliError,
    exit::ExitCode,
    text::{Style, Text},
};
use edgecoder_events::TaskId;
use edgecoder_wire::tasks::TaskView;

/// How the watching ended.
enum Seen {
    /// The task's last event stands here in the log.
    End(u64),
    Interrupted,
}

/// Tells each event as it happens, and at the end what came of the task.
///
/// For programs: each event on its line as it came, and last the task as `GET /tasks/{id}` has it.
pub async fn watch(context: &Context, task: &TaskId) -> Result<ExitCode, CliError> {
    let api = context.coordinator()?;
    match follow_to_end(context, &api, task).await? {
        Seen::End(position) => conclude(context, &api, task, position).await,
        Seen::Interrupted => {
            let next = format!("{task} goes on; watch it again with: edgecoder task watch {task}");
            context.console.remark(&Text::line(Style::Notice, next))?;
            Ok(ExitCode::Interrupted)
        }
    }
}

async fn follow_to_end(context: &Context, api: &Api, task: &TaskId) -> Result<Seen, CliError> {
    let mut progress = Progress::begin(&context.console);
    let mut standing = Standing::default();
    let mut follower = Follower::new(api, task);
    let mut waiting = Waiting::new(api);
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        // Kept while the waiting is told: half an event would be lost with it.
        let mut next = std::pin::pin!(follower.next());
        let step = loop {
            tokio::select! {
                step = &mut next => break step?,
                // Where the signal can not be caught, it ends the process by itself.
                Ok(()) = &mut interrupt => return Ok(Seen::Interrupted),
                reason = waiting.news(&standing) => progress.remark(&reason)?,
            }
        };
        match step {
            Step::Lost => progress.remark(&Text::line(
                Style::Dim,
                format!("the connection to {} broke off; connecting again", api.address()),
            ))?,
            Step::Event(event) => {
                if context.console.is_json() {
                    context.console.json(&event)?;
                } else {
                    progress.say(&standing.hear(&event))?;
                    progress.show(&standing);
                }
                if ending::ends(&event.kind) {
                    return Ok(Seen::End(event.position));
                }
            }
        }
    }
}

async fn conclude(context: &Context, api: &Api, task: &TaskId, position: u64) -> Result<ExitCode, CliError> {
    let view: TaskView = api.get(&["tasks", task.as_str()], &[("after", Some(position.to_string()))]).await?;
    context.console.answer(&view, |view| report::found(view).then(ending::told(view)))?;
    Ok(ending::exit_code(view.summary.state))
}
