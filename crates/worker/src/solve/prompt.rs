//! What comes of a prompt? A model plans, writes the program and its tests, and repairs them until the tests pass.
//!
//! The tests of the submitter stand: a model can write others beside them, never over them.

use super::{
    Bench, Fault, models,
    report::{self, Authorship},
    verdict,
    workspace::Workspace,
};
use edgecoder_events::{ModelName, task::Verdict};
use edgecoder_models::{ChatLimits, ChatRequest, Message, ModelServer, prompts, text};
use edgecoder_sandbox::{Run, RunReport};
use edgecoder_wire::tasks::Report;
use std::{fmt::Write, time::Duration};

/// As often a model writes code for one lease.
const MAX_ITERATIONS: u32 = 4;
/// The longest answer, in the model's own tokens.
const MAX_TOKENS: u32 = 8 * 1024;
const TEMPERATURE: f32 = 0.2;
/// With less time than this left, a model is not asked again.
const MIN_ANSWER_TIME: Duration = Duration::from_secs(2);

/// Writes and tests a program.
pub async fn write(bench: &Bench<'_>, submitted: Workspace) -> Result<Report, Fault> {
    let task = task(bench)?;
    let (server, model) = bench.solver.models.pick(bench.work.requested_model.as_ref())?;
    let mut author = Author { bench, task, server, model, submitted, written: Workspace::default() };
    let (run, iterations) = author.write_until_it_passes().await?;
    let by = Authorship { model: author.model.to_string(), iterations };
    Ok(report::of_prompt(run, author.submitted, author.written, by).await)
}

/// What is asked for, and what the steps before brought.
fn task(bench: &Bench<'_>) -> Result<String, Fault> {
    let prompt = bench.work.prompt.as_deref().map(str::trim).filter(|prompt| !prompt.is_empty());
    let mut task = prompt.ok_or_else(|| Fault::OfSubmission("its prompt is empty".to_owned()))?.to_owned();
    for (nth, brought) in bench.work.context.iter().enumerate() {
        let _ = write!(task, "\n\nWhat step {nth} before this one brought:\n{brought}");
    }
    Ok(task)
}

/// A model at work on one task.
struct Author<'a> {
    bench: &'a Bench<'a>,
    task: String,
    server: ModelServer,
    model: ModelName,
    submitted: Workspace,
    /// What it wrote so far, over what was submitted.
    written: Workspace,
}

/// The newest code: what came of running it, and what to tell the model about it.
struct Attempt {
    run: RunReport,
    failure: Option<String>,
}

impl Author<'_> {
    /// The last run, and how often code was written for it.
    async fn write_until_it_passes(&mut self) -> Result<(RunReport, u32), Fault> {
        let plan = self.ask(prompts::plan).await?;
        let reply = self.ask(|work| prompts::code(work, Some(&plan))).await?;
        let mut attempt = self.attempt(&reply).await?;
        let mut iterations = 1;
        while let Some(failure) = attempt.failure.take().filter(|_| iterations < MAX_ITERATIONS) {
            if self.bench.budget.left() < MIN_ANSWER_TIME {
                break;
            }
            // A model that goes away now leaves a failed report, which says more than an inability.
            let Ok(reply) = self.ask(|work| prompts::repair(work, &failure)).await else { break };
            attempt = self.attempt(&reply).await?;
            iterations += 1;
        }
        Ok((attempt.run, iterations))
    }

    /// Takes the files out of a reply and runs their tests.
    async fn attempt(&mut self, reply: &str) -> Result<Attempt, Fault> {
        for file in text::parse_files(reply, self.bench.work.language) {
            if !self.bench.work.tests.contains(&file.path) {
                self.written.put(&file.path, file.text.into_bytes());
            }
        }
        let paths = self.tests();
        if paths.is_empty() {
            return Ok(Attempt { run: without_tests(), failure: Some(self.what_is_missing()) });
        }
        let run = self.bench.run(&self.submitted.with(&self.written), Run::Tests { paths }).await?;
        Ok(judged(run))
    }

    /// The submitter's tests, and those that the model wrote.
    fn tests(&self) -> Vec<String> {
        let names = text::LanguageNames::of(self.bench.work.language);
        let extension = names.test_file.rsplit_once('.').map_or("", |(_, extension)| extension);
        let is_test = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or_default();
            name.starts_with("test_") && name.rsplit_once('.').is_some_and(|(_, it)| it == extension)
        };
        let own = self.written.paths().filter(|path| is_test(path)).map(str::to_owned);
        self.bench.work.tests.iter().cloned().chain(own).collect()
    }

    fn what_is_missing(&self) -> String {
        let names = text::LanguageNames::of(self.bench.work.language);
        format!(
            "There are no tests: write the program in {} and its tests in {}.",
            names.solution_file, names.test_file
        )
    }

    async fn ask(&self, messages: impl FnOnce(&prompts::Work<'_>) -> Vec<Message>) -> Result<String, Fault> {
        let files = self.submitted.with(&self.written).readable();
        let messages = messages(&prompts::Work { task: &self.task, language: self.bench.work.language, files: &files });
        let request =
            ChatRequest { model: self.model.clone(), messages, temperature: TEMPERATURE, max_tokens: MAX_TOKENS };
        let usual = ChatLimits::default();
        let limits = ChatLimits { deadline: usual.deadline.min(self.bench.budget.left()), ..usual };
        let reply = self.server.complete(request, limits, self.bench.cancel.clone()).await;
        reply.map_err(|error| models::missing(error.to_string()))
    }
}

/// Stands for the run of code without tests, which proves nothing and is not run.
fn without_tests() -> RunReport {
    RunReport {
        stdout: String::new(),
        stderr: "the model wrote no tests".to_owned(),
        exit_code: RunReport::NO_EXIT_CODE,
        duration_ms: 0,
        reason: edgecoder_sandbox::StopReason::Finished,
        tests: None,
        changed_files: Vec::new(),
        truncated: false,
    }
}

/// What a run says to the model: nothing where it passed.
fn judged(run: RunReport) -> Attempt {
    let failure = (verdict::of(&run) == Verdict::Failed).then(|| {
        let end = verdict::reason(&run);
        let mut said = format!("The run ended: {end}, exit code {}.\n{}\n{}\n", run.exit_code, run.stdout, run.stderr);
        for failure in run.tests.iter().flat_map(|tests| &tests.failures) {
            let _ = writeln!(said, "{}: {}", failure.name, failure.message);
        }
        said
    });
    Attempt { run, failure }
}
