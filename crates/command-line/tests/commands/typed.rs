//! Types a command and collects what it writes.

use crate::service::Service;
use clap::Parser;
use edgecoder_command_line::{
    AccountCommand, AgentCommand, CliError, Console, Context, ExitCode, Output, PersonCommand, ReceiptCommand,
    StatusCommand, TaskCommand,
};
use edgecoder_events::UnixMillis;
use edgecoder_testkit::SetClock;
use rand::{SeedableRng, rngs::StdRng};
use std::{
    io::{self, Write},
    path::PathBuf,
    sync::{Arc, Mutex},
};

/// An hour after the tasks of the tests were submitted.
pub const NOW: UnixMillis = UnixMillis(1_800_003_600_000);

#[derive(Debug, Parser)]
enum Typed {
    #[command(subcommand)]
    Task(TaskCommand),
    #[command(subcommand)]
    Agent(AgentCommand),
    #[command(subcommand)]
    Account(AccountCommand),
    #[command(subcommand)]
    Person(PersonCommand),
    #[command(subcommand)]
    Receipt(ReceiptCommand),
    Status(StatusCommand),
}

#[derive(Debug)]
pub struct Outcome {
    pub ended: Result<ExitCode, CliError>,
    pub out: String,
    pub err: String,
}

impl Outcome {
    pub fn refusal(&self) -> String {
        self.ended.as_ref().unwrap_err().to_string()
    }
}

pub const PLAIN: Output = Output::Human { color: false, width: 80, is_terminal: false };

pub async fn person(service: &Service, words: &[&str]) -> Outcome {
    typed(&service.address, PLAIN, words).await
}

pub async fn program(service: &Service, words: &[&str]) -> Outcome {
    typed(&service.address, Output::Json, words).await
}

pub async fn typed(address: &str, output: Output, words: &[&str]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    typed_with_key(address, output, words, folder.path().join("reporter.keys")).await
}

pub async fn typed_with_key(address: &str, output: Output, words: &[&str], key: PathBuf) -> Outcome {
    let (out, err) = (Paper::default(), Paper::default());
    let console = Console::to(output, out.clone(), err.clone());
    let ended = carry_out(words, &context(address, key, console)).await;
    Outcome { ended, out: out.read(), err: err.read() }
}

/// Types as somebody who has the administrator's token and no account.
pub async fn operator_without_account(service: &Service, words: &[&str]) -> Outcome {
    let (out, err) = (Paper::default(), Paper::default());
    let console = Console::to(PLAIN, out.clone(), err.clone());
    let context = Context { account_token: None, ..context(&service.address, PathBuf::new(), console) };
    Outcome { ended: carry_out(words, &context).await, out: out.read(), err: err.read() }
}

/// Types as somebody who has no token at all.
pub async fn without_tokens(service: &Service, words: &[&str]) -> Outcome {
    let (out, err) = (Paper::default(), Paper::default());
    let console = Console::to(PLAIN, out.clone(), err.clone());
    let named = context(&service.address, PathBuf::new(), console);
    let context = Context { account_token: None, operator_token: None, ..named };
    Outcome { ended: carry_out(words, &context).await, out: out.read(), err: err.read() }
}

fn context(address: &str, key: PathBuf, console: Console) -> Context {
    Context {
        coordinator: Some(address.parse().unwrap()),
        control_plane: Some(address.parse().unwrap()),
        data_dir: PathBuf::from("data"),
        account_token: Some("ec_acct_secret".into()),
        operator_token: Some("ec_op_secret".into()),
        reporter_key_file: key,
        clock: Arc::new(SetClock::at(NOW)),
        chance: || StdRng::seed_from_u64(1),
        console,
    }
}

async fn carry_out(words: &[&str], context: &Context) -> Result<ExitCode, CliError> {
    let words = std::iter::once(&"edgecoder").chain(words);
    match Typed::try_parse_from(words).unwrap() {
        Typed::Task(command) => command.run(context).await,
        Typed::Agent(command) => command.run(context).await,
        Typed::Account(command) => command.run(context).await,
        Typed::Person(command) => command.run(context).await,
        Typed::Receipt(command) => command.run(context).await,
        Typed::Status(command) => command.run(context).await,
    }
}

/// What clap says of words that it does not take.
pub fn usage(words: &[&str]) -> String {
    let words = std::iter::once(&"edgecoder").chain(words);
    Typed::try_parse_from(words).unwrap_err().to_string()
}

/// A stream that can be read afterwards.
#[derive(Clone, Default)]
pub struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    pub fn read(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
