//! Every role of EdgeCoder in one executable.

mod answer;
mod cli;
mod client;
mod data_dir;
mod doctor;
mod ledger;
mod run;
mod trouble;

use answer::{EXIT_NO_READER, NoReader};
use anyhow::{Context, Result};
use clap::{CommandFactory, Parser, ValueEnum, error::ErrorKind};
use cli::{Cli, Command, Global, RunArgs};
use data_dir::DataDir;
use edgecoder_auditor::Home;
use edgecoder_command_line::CliError;
use edgecoder_service_kit::{settings::Settings, telemetry};
use run::Mode;
use serde_json::json;
use std::process::ExitCode;

/// What every command but the ones with codes of their own ends with when it could not do its work.
const EXIT_ERROR: u8 = 4;
/// For a question to the auditor that was typed wrongly (docs/auditors/exit-codes.md).
const EXIT_AUDIT_USAGE: i32 = 4;

/// The first argument of the inside of a sandbox; workers start it. What follows is the sandbox's own.
const SANDBOX_CHILD: &str = "sandbox-child";

fn main() -> ExitCode {
    // Before anything else: the child confines itself while it has one thread.
    if std::env::args_os().nth(1).is_some_and(|first| first == SANDBOX_CHILD) {
        return edgecoder_sandbox::child_main();
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = runtime.context("starting the threads").and_then(|runtime| runtime.block_on(dispatch(cli)));
    ended.unwrap_or_else(|error| {
        if error.is::<NoReader>() {
            return ExitCode::from(EXIT_NO_READER);
        }
        eprintln!("edgecoder: {}", trouble::told(&error));
        error.downcast_ref::<CliError>().map_or(ExitCode::from(EXIT_ERROR), |it| it.exit_code().into())
    })
}

/// What is no command: a wish for help or the version, or a mistake. For the auditor 2 is a verdict: a question that was
/// typed wrongly must not look like one.
fn not_understood(error: &clap::Error) -> ExitCode {
    if error.kind() == ErrorKind::DisplayVersion && std::env::args_os().any(|word| word == "--json") {
        let told = answer::line(json!({ "version": env!("CARGO_PKG_VERSION") }));
        return if told.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_NO_READER) };
    }
    let commands = Cli::command();
    let names = commands.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>();
    let asked = std::env::args_os().skip(1).find(|word| names.iter().any(|name| word == name));
    let is_an_auditors = error.use_stderr() && asked.is_some_and(|word| word == "audit");
    if error.print().is_err() {
        return ExitCode::from(EXIT_NO_READER);
    }
    let code = if is_an_auditors { EXIT_AUDIT_USAGE } else { error.exit_code() };
    ExitCode::from(u8::try_from(code).unwrap_or(EXIT_ERROR))
}

async fn dispatch(cli: Cli) -> Result<ExitCode> {
    let Cli { global, command } = cli;
    let settings = settings(&global)?;
    match command.unwrap_or(Command::Run(RunArgs { mode: None, host: None })) {
        Command::Run(args) => Box::pin(run_services(settings, args)).await,
        Command::Task(command) => client::run(&settings, &global, client::Command::Task(command)).await,
        Command::Agent(command) => client::run(&settings, &global, client::Command::Agent(command)).await,
        Command::Account(command) => client::run(&settings, &global, client::Command::Account(command)).await,
        Command::Person(command) => client::run(&settings, &global, client::Command::Person(command)).await,
        Command::Receipt(command) => client::run(&settings, &global, client::Command::Receipt(command)).await,
        Command::Status(command) => client::run(&settings, &global, client::Command::Status(command)).await,
        Command::Wallet(command) => client::run_wallet(&global, command),
        Command::Audit(command) => {
            let home = Home { data_dir: DataDir::locate(&settings)?, database_url: settings.text("DATABASE_URL") };
            Ok(ExitCode::from(command.run(Some(&home)).await))
        }
        Command::Ledger(command) => ledger::run(&settings, &global, command).await,
        Command::Doctor => doctor::run(&settings, global.json).await,
        Command::Completions { shell } => {
            answer::written(edgecoder_command_line::completions(shell, &mut Cli::command(), &mut std::io::stdout()))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Flags over environment over `edgecoder.toml` in the data directory.
fn settings(global: &Global) -> Result<Settings> {
    let flags = Settings::default()
        .with_flag("EDGECODER_DATA_DIR", global.data_dir.as_ref().map(|dir| dir.display()))
        .with_flag("COORDINATOR_URL", global.coordinator.as_ref())
        .with_flag("CONTROL_PLANE_URL", global.control_plane.as_ref());
    let dir = DataDir::locate(&flags)?;
    let file = dir.join("edgecoder.toml");
    data_dir::expect_way_in(&dir, file.try_exists())?;
    Ok(flags.with_file(&file)?)
}

async fn run_services(settings: Settings, args: RunArgs) -> Result<ExitCode> {
    let settings = settings.with_flag("EDGECODER_HOST", args.host);
    let mode = match (args.mode, settings.text("EDGE_RUNTIME_MODE")) {
        (Some(mode), _) => mode,
        (None, Some(name)) => Mode::from_str(&name, true).map_err(|_| {
            anyhow::anyhow!("EDGE_RUNTIME_MODE is {name:?}, expected one of those in `edgecoder run --help`")
        })?,
        (None, None) => Mode::AllInOne,
    };
    telemetry::begin(&settings)?;
    let data = DataDir::make(DataDir::locate(&settings)?)?;
    Box::pin(run::run(settings, data, mode)).await
}
