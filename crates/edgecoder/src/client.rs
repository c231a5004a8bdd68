//! The commands that ask running services: with which addresses and tokens?

use crate::{
    answer,
    cli::Global,
    data_dir::DataDir,
    run::{
        banner::{ENDPOINTS_FILE, Endpoints},
        listen,
    },
};
use anyhow::{Context as _, Result};
use edgecoder_command_line::{
    AccountCommand, AgentCommand, CliError, Console, Context, Output, ReceiptCommand, StatusCommand, TaskCommand,
};
use edgecoder_service_kit::{SystemClock, chance, settings::Settings};
use reqwest::Url;
use secrecy::SecretString;
use std::{fs, io::IsTerminal, path::Path, process::ExitCode, sync::Arc};

/// The width of a line where the terminal does not say, in characters.
const DEFAULT_WIDTH: usize = 100;

/// What is asked.
pub enum Command {
    Task(TaskCommand),
    Agent(AgentCommand),
    Account(AccountCommand),
    Receipt(ReceiptCommand),
    Status(StatusCommand),
}

/// Asks, and ends with the code that docs/how-to/exit-codes.md lists.
pub async fn run(settings: &Settings, global: &Global, command: Command) -> Result<ExitCode> {
    let context = context(settings, global.json)?;
    let ended = match command {
        Command::Task(command) => command.run(&context).await,
        Command::Agent(command) => command.run(&context).await,
        Command::Account(command) => command.run(&context).await,
        Command::Receipt(command) => command.run(&context).await,
        Command::Status(command) => command.run(&context).await,
    };
    Ok(match ended {
        Ok(code) => code.into(),
        Err(CliError::Output(error)) => return answer::written(Err(error)).map(|()| ExitCode::SUCCESS),
        Err(error) => {
            eprintln!("edgecoder: {error}");
            error.exit_code().into()
        }
    })
}

fn context(settings: &Settings, json: bool) -> Result<Context> {
    let data = DataDir::locate(settings)?;
    let endpoints = endpoints(&data);
    let coordinator = settings.text("COORDINATOR_URL").or(endpoints.coordinator);
    let control_plane = settings.text("CONTROL_PLANE_URL").or(endpoints.control_plane);
    Ok(Context {
        coordinator: address("COORDINATOR_URL", coordinator, listen::COORDINATOR.default)?,
        control_plane: address("CONTROL_PLANE_URL", control_plane, listen::CONTROL_PLANE.default)?,
        account_token: settings.secret("EDGECODER_TOKEN").or_else(|| kept(&data, "account.token")),
        operator_token: settings.secret("ADMIN_API_TOKEN").or_else(|| kept(&data, "operator.token")),
        reporter_key_file: data.join("reporter.keys"),
        clock: Arc::new(SystemClock),
        chance: chance::system,
        console: Console::standard(output(json)),
    })
}

/// Where the services of this machine said that they are.
fn endpoints(data: &Path) -> Endpoints {
    let text = fs::read_to_string(data.join(ENDPOINTS_FILE)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

fn address(setting: &str, said: Option<String>, default_port: u16) -> Result<Url> {
    let text = said.unwrap_or_else(|| format!("http://127.0.0.1:{default_port}"));
    text.parse()
        .with_context(|| format!("{setting} is {text:?}, expected an address as http://127.0.0.1:{default_port}"))
}

fn kept(data: &Path, name: &str) -> Option<SecretString> {
    let text = fs::read_to_string(data.join(name)).ok()?;
    Some(SecretString::from(text.trim_end().to_owned()))
}

fn output(json: bool) -> Output {
    if json {
        return Output::Json;
    }
    let is_terminal = std::io::stdout().is_terminal();
    Output::Human { color: is_terminal, width: DEFAULT_WIDTH, is_terminal }
}
