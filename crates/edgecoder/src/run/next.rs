//! What does a person type next? Commands that fit this start: its program, its data directory, its mode.

use edgecoder_service_kit::settings::Settings;
use std::{
    fmt::Display,
    path::{Path, PathBuf},
};

/// Cargo says to what it runs where it is itself.
const STARTED_BY_CARGO: &str = "CARGO";
const THROUGH_CARGO: &str = "cargo run --release --";
/// A program with its tests that comes with the sources.
const EXAMPLE: &str = "--code examples/primes.py --tests examples/test_primes.py";

/// How commands begin that speak to what was started here.
pub struct Commands {
    beginning: String,
    has_examples: bool,
    /// The second terminal does not know which one.
    ledger_is_in_a_database: bool,
}

impl Commands {
    /// As this process was started.
    pub fn of_this_process(settings: &Settings) -> Self {
        let typed = std::env::args_os().next().map_or_else(|| "edgecoder".to_owned(), |it| quoted(Path::new(&it)));
        let has_examples = Path::new("examples/primes.py").exists();
        Self::fitting(settings, typed, has_examples)
    }

    fn fitting(settings: &Settings, typed: String, has_examples: bool) -> Self {
        let program = settings.text(STARTED_BY_CARGO).map_or(typed, |_| THROUGH_CARGO.to_owned());
        let beginning = match settings.text("EDGECODER_DATA_DIR") {
            Some(dir) => format!("{program} --data-dir {}", quoted(&from_anywhere(&dir))),
            None => program,
        };
        Self { beginning, has_examples, ledger_is_in_a_database: settings.text("DATABASE_URL").is_some() }
    }

    /// One command.
    pub fn command(&self, words: impl Display) -> String {
        format!("{} {words}", self.beginning)
    }

    /// Where a worker is in this process too: a task, and the proof of what it did.
    pub fn where_everything_runs(&self, coordinator: &str) -> Vec<String> {
        let program = if self.has_examples { EXAMPLE } else { "--code PROGRAM.py" };
        vec![self.command(format_args!("task submit {program} --watch")), self.verification(coordinator)]
    }

    /// Where nobody works yet: a wallet, and a machine that earns for it.
    pub fn where_machines_are_missing(&self, coordinator: &str) -> Vec<String> {
        let words = ["account create OWNER", "agent enroll MACHINE --owner OWNER", "agent approve MACHINE"];
        words.map(|words| self.command(words)).into_iter().chain([self.verification(coordinator)]).collect()
    }

    /// Reads the ledger itself where the data directory has it, else what the coordinator serves of it.
    fn verification(&self, coordinator: &str) -> String {
        if self.ledger_is_in_a_database {
            self.command(format_args!("audit verify --url {coordinator}"))
        } else {
            self.command("audit verify")
        }
    }
}

/// The second terminal may stand in another directory.
fn from_anywhere(dir: &str) -> PathBuf {
    std::path::absolute(dir).unwrap_or_else(|_| dir.into())
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |it: char| it.is_alphanumeric() || "/\\._-+:~@%,".contains(it);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COORDINATOR: &str = "http://127.0.0.1:4301";

    fn first(flags: &Settings, has_examples: bool) -> String {
        Commands::fitting(flags, "./edgecoder".to_owned(), has_examples).where_everything_runs(COORDINATOR).remove(0)
    }

    #[test]
    fn the_next_command_names_the_program_as_it_was_started() {
        let direct = Settings::of_flags([]);
        assert_eq!(first(&direct, false), "./edgecoder task submit --code PROGRAM.py --watch");
        assert!(first(&direct, true).contains("examples/primes.py"));
        assert!(first(&Settings::of_flags([("CARGO", "/bin/cargo")]), true).starts_with("cargo run --release -- task"));
    }

    #[test]
    fn the_ledger_is_verified_where_the_second_terminal_finds_it() {
        let last = |flags: &Settings| {
            let commands = Commands::fitting(flags, "edgecoder".to_owned(), false);
            let [everything, alone] =
                [commands.where_everything_runs(COORDINATOR), commands.where_machines_are_missing(COORDINATOR)];
            assert_eq!(everything.last(), alone.last());
            alone.last().cloned().unwrap()
        };
        assert_eq!(last(&Settings::of_flags([])), "edgecoder audit verify");
        let database = Settings::of_flags([("DATABASE_URL", "postgres://ann:secret@db.example/ledger")]);
        assert_eq!(last(&database), "edgecoder audit verify --url http://127.0.0.1:4301");
    }

    #[test]
    fn the_next_command_names_a_data_directory_of_its_own_so_that_a_shell_takes_it() {
        let kept_in = |dir| first(&Settings::of_flags([("EDGECODER_DATA_DIR", dir)]), true);
        assert!(kept_in("/srv/edge").starts_with("./edgecoder --data-dir /srv/edge task submit"));
        assert!(kept_in("/srv/ann's edge").starts_with(r"./edgecoder --data-dir '/srv/ann'\''s edge' task submit"));
    }
}
