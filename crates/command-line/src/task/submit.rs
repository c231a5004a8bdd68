//! What may people say of a task that they submit?

use super::{submission, watch};
use crate::{
    context::Context,
    credits,
    error::CliError,
    exit::ExitCode,
    text::{Style, Text},
    words,
};
use clap::Args;
use edgecoder_domain::task::MAX_TIMEOUT_MS;
use edgecoder_events::{
    MicroCredits, ModelName, ProjectId, TaskId,
    task::{Language, ResourceClass},
};
use edgecoder_wire::tasks::TaskAccepted;
use std::path::PathBuf;

/// The longest that `--timeout` says.
const MAX_TIMEOUT_SECONDS: u64 = MAX_TIMEOUT_MS / 1_000;

/// Submits a task.
#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:
  edgecoder task submit --code examples/primes.py --tests examples/test_primes.py --watch
  edgecoder task submit \"a function that says whether a number is prime, with tests\" --language python")]
pub struct Submit {
    /// What is wanted, in words; a worker's model writes the code
    pub prompt: Option<String>,
    /// The programming language; told by the files' names where it is left out
    #[arg(long, value_parser = words::one_of::<Language>(words::LANGUAGES))]
    pub language: Option<Language>,
    /// Files or folders of source code and data
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub code: Vec<PathBuf>,
    /// Test files to run, or folders with some
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub tests: Vec<PathBuf>,
    /// The file to run, where there are several
    #[arg(long, value_name = "PATH")]
    pub entry: Option<String>,
    /// An argument for the program; give it once for each
    #[arg(long = "arg", value_name = "A", allow_hyphen_values = true)]
    pub args: Vec<String>,
    /// A file for the program's standard input; - for this command's own
    #[arg(long, value_name = "FILE|-")]
    pub stdin: Option<PathBuf>,
    /// The project that the task belongs to
    #[arg(long)]
    pub project: Option<ProjectId>,
    /// 0 to 100; higher goes first within a project
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub priority: Option<u8>,
    /// The model that should write the code
    #[arg(long)]
    pub model: Option<ModelName>,
    /// The kind of machine that should do it; gpu is refused as long as machines can not declare one
    #[arg(long, value_parser = words::one_of::<ResourceClass>(words::RESOURCES))]
    pub resource: Option<ResourceClass>,
    /// The longest that one piece of it may run: 30 where it is left out, 600 at most
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=MAX_TIMEOUT_SECONDS))]
    pub timeout: Option<u64>,
    /// The most that it may cost, as 2 or 0.5
    #[arg(long, value_name = "CREDITS", value_parser = credits::parse)]
    pub max_credits: Option<MicroCredits>,
    /// A name of your choice; the same name with the same content is the same task
    #[arg(long, value_name = "NAME")]
    pub id: Option<TaskId>,
    /// Where more files come from: a .tar.gz with --sha256, or a git repository with --commit
    #[arg(long, value_name = "URL")]
    pub snapshot_url: Option<String>,
    /// SHA-256 of the snapshot's archive, in hex
    #[arg(long, value_name = "HEX", requires = "snapshot_url", conflicts_with = "commit")]
    pub sha256: Option<String>,
    /// The full commit id of the snapshot's repository
    #[arg(long, requires = "snapshot_url")]
    pub commit: Option<String>,
    /// Follow the task until it ends
    #[arg(long)]
    pub watch: bool,
}

impl Submit {
    pub async fn run(self, context: &Context) -> Result<ExitCode, CliError> {
        let is_watched = self.watch;
        let submission = submission::of(self)?;
        let accepted: TaskAccepted = context.coordinator()?.post(&["submit"], &submission).await?;
        context.console.answer(&accepted, |accepted| told(accepted, is_watched))?;
        if is_watched { watch::watch(context, &accepted.task_id).await } else { Ok(ExitCode::Success) }
    }
}

fn told(accepted: &TaskAccepted, is_watched: bool) -> Text {
    let budget = credits::shown(accepted.budget_micro_credits);
    let text = Text::new()
        .styled(Style::Bold, accepted.task_id.as_str())
        .plain(format!(" is submitted; at most {budget} are set aside for it"))
        .end_line();
    if is_watched {
        return text;
    }
    text.then(Text::line(Style::Dim, format!("watch it with: edgecoder task watch {}", accepted.task_id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use edgecoder_wire::tasks::DEFAULT_TIMEOUT_MS;

    #[derive(Debug, clap::Parser)]
    struct Typed {
        #[command(flatten)]
        submit: Submit,
    }

    #[test]
    fn the_help_names_the_usual_and_the_longest_time() {
        let help = Typed::command().term_width(0).render_help().to_string();
        let told = format!("{} where it is left out, {MAX_TIMEOUT_SECONDS} at most", DEFAULT_TIMEOUT_MS / 1_000);
        assert!(help.contains(&told), "{help}");
        let timeout = |seconds| <Typed as clap::Parser>::try_parse_from(["submit", "x", "--timeout", seconds]);
        assert!(timeout("600").is_ok() && timeout("601").is_err() && timeout("0").is_err());
    }
}
