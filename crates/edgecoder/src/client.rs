//! The commands that ask running services: with which addresses and tokens?

use crate::{
    answer,
    cli::Global,
    data_dir::DataDir,
    run::{
        banner::{ENDPOINTS_FILE, Endpoints},
        listen::{self, Port},
    },
};
use anyhow::Result;
use edgecoder_command_line::{
    AccountCommand, AgentCommand, CliError, Console, Context, Output, PersonCommand, ReceiptCommand, StatusCommand,
    TaskCommand, Terminal, WalletCommand,
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
    Person(PersonCommand),
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
        Command::Person(command) => command.run(&context).await,
        Command::Receipt(command) => command.run(&context).await,
        Command::Status(command) => command.run(&context).await,
    };
    end_of(ended)
}

/// Carries out what concerns an owner's own wallet: no address and no token is looked for.
pub fn run_wallet(global: &Global, command: WalletCommand) -> Result<ExitCode> {
    let console = Console::standard(output(global.json));
    end_of(command.run(&console, &mut chance::system(), Terminal::open))
}

fn end_of(ended: Result<edgecoder_command_line::ExitCode, CliError>) -> Result<ExitCode> {
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
    let Places { coordinator, control_plane, may_have_kept_tokens } = Places::find(settings, &data)?;
    let kept_here = |name: &str| may_have_kept_tokens.then(|| kept(&data, name)).flatten();
    Ok(Context {
        coordinator,
        control_plane,
        account_token: settings.secret("EDGECODER_TOKEN").or_else(|| kept_here("account.token")),
        operator_token: settings.secret("ADMIN_API_TOKEN").or_else(|| kept_here("operator.token")),
        reporter_key_file: data.join("reporter.keys"),
        data_dir: data,
        clock: Arc::new(SystemClock),
        chance: chance::system,
        console: Console::standard(output(json)),
    })
}

/// Who is asked.
struct Places {
    coordinator: Option<Url>,
    control_plane: Option<Url>,
    /// Whether the tokens that are kept here may be sent. What listens at the usual ports of this machine without being
    /// named, by a setting or by the services of this data directory, does not get them.
    may_have_kept_tokens: bool,
}

impl Places {
    fn find(settings: &Settings, data: &Path) -> Result<Self> {
        let served = endpoints(data);
        let coordinator = settings.text("COORDINATOR_URL").or(served.coordinator);
        let control_plane = settings.text("CONTROL_PLANE_URL").or(served.control_plane);
        // Whoever listens at the usual ports does not serve this ledger: its own services say where they are.
        let has_ledger = data.join("origin").exists();
        Ok(Self {
            may_have_kept_tokens: has_ledger || (coordinator.is_some() && control_plane.is_some()),
            coordinator: address(settings, COORDINATOR, coordinator, has_ledger)?,
            control_plane: address(settings, CONTROL_PLANE, control_plane, has_ledger)?,
        })
    }
}

/// How a service's address is said, and the port that it has where nobody says one.
#[derive(Clone, Copy)]
struct Naming {
    flag: &'static str,
    setting: &'static str,
    port: Port,
}

const COORDINATOR: Naming = Naming { flag: "--coordinator", setting: "COORDINATOR_URL", port: listen::COORDINATOR };
const CONTROL_PLANE: Naming =
    Naming { flag: "--control-plane", setting: "CONTROL_PLANE_URL", port: listen::CONTROL_PLANE };

/// Where the services of this machine said that they are.
fn endpoints(data: &Path) -> Endpoints {
    let text = fs::read_to_string(data.join(ENDPOINTS_FILE)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

fn address(settings: &Settings, naming: Naming, said: Option<String>, has_ledger: bool) -> Result<Option<Url>> {
    let Naming { flag, setting, port } = naming;
    let text = match said {
        Some(text) => text,
        None if has_ledger => return Ok(None),
        None => listen::configured_url(settings, port)?,
    };
    let url = text.parse::<Url>().ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let wrong = || {
        let example = port.default;
        CliError::Usage(format!("{flag} ({setting}) is {text:?}, expected an address as http://127.0.0.1:{example}"))
    };
    Ok(Some(url.ok_or_else(wrong)?))
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

#[cfg(test)]
mod tests {
    use super::*;

    const SERVED: &str =
        r#"{"coordinator":"http://127.0.0.1:51","inference":null,"controlPlane":"http://127.0.0.1:52"}"#;

    /// A data directory with these files.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn found(settings: &Settings, files: &[(&str, &str)]) -> Result<(String, String)> {
        let places = Places::find(settings, folder(files).path())?;
        let told = |url: Option<Url>| url.map_or_else(|| "nobody".to_owned(), |url| url.to_string());
        Ok((told(places.coordinator), told(places.control_plane)))
    }

    fn pair(coordinator: &str, control_plane: &str) -> (String, String) {
        (coordinator.to_owned(), control_plane.to_owned())
    }

    #[test]
    fn a_ledger_that_nobody_serves_is_not_looked_for_at_the_usual_ports() {
        assert_eq!(found(&Settings::of_flags([]), &[("origin", "x")]).unwrap(), pair("nobody", "nobody"));
        let elsewhere = Settings::of_flags([("COORDINATOR_URL", "http://there:1/")]);
        assert_eq!(found(&elsewhere, &[("origin", "x")]).unwrap(), pair("http://there:1/", "nobody"));
    }

    #[test]
    fn services_of_the_directory_are_asked_where_they_said_that_they_are() {
        let served = found(&Settings::of_flags([]), &[("origin", "x"), (ENDPOINTS_FILE, SERVED)]).unwrap();
        assert_eq!(served, pair("http://127.0.0.1:51/", "http://127.0.0.1:52/"));
    }

    #[test]
    fn without_a_ledger_the_usual_ports_are_asked_and_a_setting_moves_them() {
        let settings = Settings::of_flags([("COORDINATOR_PORT", "61"), ("CONTROL_PLANE_PORT", "62")]);
        assert_eq!(found(&settings, &[]).unwrap(), pair("http://127.0.0.1:61/", "http://127.0.0.1:62/"));
    }

    #[test]
    fn a_token_that_is_kept_here_goes_to_nobody_who_was_not_named() {
        let data = folder(&[("account.token", "ec_acct_kept"), ("operator.token", "ec_op_kept")]);
        let dir = ("EDGECODER_DATA_DIR", data.path().to_str().unwrap());
        let (coordinator, control_plane) =
            (("COORDINATOR_URL", "http://there:1"), ("CONTROL_PLANE_URL", "http://there:2"));
        let has_tokens = |settings: &Settings| {
            let asked = context(settings, true).unwrap();
            (asked.account_token.is_some(), asked.operator_token.is_some())
        };
        assert_eq!(has_tokens(&Settings::of_flags([dir])), (false, false));
        assert_eq!(has_tokens(&Settings::of_flags([dir, coordinator])), (false, false), "one of the two is a guess");
        assert_eq!(has_tokens(&Settings::of_flags([dir, coordinator, control_plane])), (true, true));
        fs::write(data.path().join(ENDPOINTS_FILE), SERVED).unwrap();
        assert_eq!(has_tokens(&Settings::of_flags([dir])), (true, true));
    }

    #[test]
    fn an_address_that_is_none_names_the_flag_and_an_example() {
        for wrong in ["foo", "foo:4301", "ftp://foo"] {
            let error = found(&Settings::of_flags([("COORDINATOR_URL", wrong)]), &[]).unwrap_err();
            let told =
                format!("--coordinator (COORDINATOR_URL) is {wrong:?}, expected an address as http://127.0.0.1:4301");
            assert_eq!(error.to_string(), told);
            let code = error.downcast_ref::<CliError>().unwrap().exit_code();
            assert_eq!(code, edgecoder_command_line::ExitCode::Usage);
        }
    }
}
