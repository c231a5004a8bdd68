//! How is the auditor asked on a command line? The arguments, and what each command prints and ends with.

mod anchors;
mod archive;
mod compare;
mod export;
mod prove;
mod watch;

pub use anchors::{AnchorsArgs, ChainArgs, HeadersArgs, NodeArgs};
pub use compare::CompareArgs;
pub use export::{AboutArgs, ExportArgs};
pub use prove::ProveArgs;
pub use watch::WatchArgs;

use crate::{
    Home, LEDGER_FILE, LogAddress, Place, Reader, Verdict, VerifyWish, Wanted,
    clock::MachineClock,
    entry_view::EntryView,
    progress::Progress,
    report, show,
    tail::{TailWish, tail},
    verify,
};
use clap::{Args, Subcommand};
use edgecoder_events::Clock;
use edgecoder_ledger::note::VerifierKey;
use serde_json::json;
use std::{
    error::Error,
    io::{Write, stdout},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

/// Something is proven to be wrong.
const EXIT_TAMPERED: u8 = 1;
/// Something could not be read.
const EXIT_CANNOT: u8 = 2;
/// The question was wrong.
pub const EXIT_USAGE: u8 = 4;

/// Why no ledger is read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhichLedger {
    #[error("which ledger? Give --data-dir, --ledger, --database-url or --url")]
    NoneNamed,
    /// Nobody may believe that one ledger was proven when it was the other.
    #[error(
        "which ledger? DATABASE_URL names one in PostgreSQL, and {} is another: give --ledger, --database-url or --url",
        .0.display()
    )]
    TwoNamed(PathBuf),
}

/// Proves, shows and follows a ledger without writing to it.
#[derive(Debug, Clone, Subcommand)]
pub enum AuditCommand {
    /// Verify every byte and every event of a ledger, or every file of an archive, and say what that proves
    Verify(VerifyArgs),
    /// Show one entry with every field
    Show(ShowArgs),
    /// Show the newest entries
    Tail(TailArgs),
    /// Prove that one entry is in the tree that was signed
    Prove(ProveArgs),
    /// Write everything about one task, machine or wallet, with proofs, into one archive
    Export(ExportArgs),
    /// Say whether two served logs, or checkpoints that were seen, are of one history
    Compare(CompareArgs),
    /// Follow a served log: alert where it forks, goes back, breaks a rule, or stands still
    Watch(WatchArgs),
    /// Judge every anchor in Bitcoin: is it of these entries, and in which block
    Anchors(AnchorsArgs),
    /// Check a file of block headers, and bring it up to a node
    Headers(HeadersArgs),
}

/// Which ledger?
#[derive(Debug, Clone, Default, Args)]
pub struct LedgerArgs {
    /// The data directory: its `ledger.db` is read, unless DATABASE_URL says that the ledger is in PostgreSQL
    #[arg(long, value_name = "DIR", env = "EDGECODER_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// A SQLite file with the table `events`, whatever DATABASE_URL says
    #[arg(long, value_name = "FILE", conflicts_with = "database_url")]
    pub ledger: Option<PathBuf>,
    /// A PostgreSQL database, as DATABASE_URL names it for services
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// A log in the files of C2SP tlog-tiles: a coordinator's address, any web server's, or a folder
    #[arg(long, value_name = "URL|DIR", conflicts_with_all = ["ledger", "database_url"])]
    pub url: Option<LogAddress>,
    /// The schema of the PostgreSQL database
    #[arg(long, value_name = "NAME", default_value = crate::SCHEMA)]
    pub schema: String,
}

/// What to verify, and with what.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// An archive that `audit export` wrote, instead of a ledger
    #[arg(
        value_name = "ARCHIVE",
        conflicts_with_all = ["ledger", "database_url", "url", "checkpoint", "trust_data_dir", "allow_unproven"],
    )]
    pub archive: Option<PathBuf>,
    #[command(flatten)]
    pub ledger: LedgerArgs,
    #[command(flatten)]
    pub chain: ChainArgs,
    /// Of an archive: the tlog-policy whose witnesses must have cosigned; without it the archive's own
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// A signed checkpoint that was kept away from the ledger; may be given often
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Vec<PathBuf>,
    /// The log's verifier key, `<name>+<id>+<base64>`; without it the ledger's own word is taken
    #[arg(long, value_name = "VKEY")]
    pub key: Vec<VerifierKey>,
    /// The ledger's name; without it the ledger's own word is taken
    #[arg(long, value_name = "NAME")]
    pub origin: Option<String>,
    /// Take the checkpoint beside the ledger for as good as one that was kept elsewhere
    #[arg(long)]
    pub trust_data_dir: bool,
    /// How many entries after the newest checkpoint may be unproven
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub allow_unproven: u64,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Which entry to show.
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// A position, or an event id of 32 hex digits
    #[arg(value_name = "POSITION|EVENT-ID")]
    pub entry: Wanted,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Which entries to show.
#[derive(Debug, Clone, Args)]
pub struct TailArgs {
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// How many
    #[arg(short = 'n', value_name = "N", default_value_t = 10)]
    pub count: usize,
    /// Go on with those that come later, until Ctrl-C
    #[arg(long)]
    pub follow: bool,
    /// Only entries of this stream
    #[arg(long, value_name = "NAME")]
    pub stream: Option<String>,
    /// Only entries of this kind
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Print one JSON document for each entry, one a line
    #[arg(long)]
    pub json: bool,
}

impl LedgerArgs {
    /// The ledger that is meant: what is typed, else where the services of this machine keep theirs.
    ///
    /// # Errors
    /// [`WhichLedger`] where there is none, or two that could be meant.
    pub fn place(&self, home: Option<&Home>) -> Result<Place, WhichLedger> {
        let in_postgres = |url: &String| Place::Postgres { url: url.clone(), schema: self.schema.clone() };
        if let Some(address) = &self.url {
            return Ok(Place::Served(address.clone()));
        }
        if let Some(file) = &self.ledger {
            return Ok(Place::File(file.clone()));
        }
        if let Some(url) = &self.database_url {
            return Ok(in_postgres(url));
        }
        let file = self.data_dir(home).map(|dir| dir.join(LEDGER_FILE));
        match (home.and_then(|home| home.database_url.as_ref()), file) {
            (Some(_), Some(file)) if file.exists() => Err(WhichLedger::TwoNamed(file)),
            (Some(url), _) => Ok(in_postgres(url)),
            (None, Some(file)) => Ok(Place::File(file)),
            (None, None) => Err(WhichLedger::NoneNamed),
        }
    }

    /// Where the store leaves its newest checkpoint: beside the file, or in the data directory.
    fn checkpoint_beside(&self, place: &Place, home: Option<&Home>) -> Option<PathBuf> {
        if matches!(place, Place::Served(_)) {
            return None;
        }
        place.checkpoint_beside().or_else(|| Some(self.data_dir(home)?.join(crate::CHECKPOINT_FILE)))
    }

    fn data_dir<'a>(&'a self, home: Option<&'a Home>) -> Option<&'a Path> {
        self.data_dir.as_deref().or(home.map(|home| home.data_dir.as_path()))
    }
}

impl AuditCommand {
    /// Does it and gives the exit code: see `docs/auditors/exit-codes.md`.
    pub async fn run(&self, home: Option<&Home>) -> u8 {
        self.try_run(home).await.unwrap_or_else(|which| {
            eprintln!("error: {which}");
            EXIT_USAGE
        })
    }

    async fn try_run(&self, home: Option<&Home>) -> Result<u8, WhichLedger> {
        Ok(match self {
            Self::Verify(args) => match &args.archive {
                Some(file) => archive::run(args, file).await,
                None if archive::asks_for_an_archive(args) => archive::refuse(),
                None => run_verify(args, args.ledger.place(home)?, home).await,
            },
            Self::Show(args) => run_show(args, &args.ledger.place(home)?).await,
            Self::Tail(args) => run_tail(args, &args.ledger.place(home)?).await,
            Self::Prove(args) => prove::run(args, home).await?,
            Self::Export(args) => export::run(args, home).await?,
            Self::Compare(args) => compare::run(args).await,
            Self::Watch(args) => watch::run(args).await,
            Self::Anchors(args) => anchors::run_anchors(args, &args.ledger.place(home)?).await,
            Self::Headers(args) => anchors::run_headers(args).await,
        })
    }
}

/// Prints to whoever still listens.
fn print(text: &str) -> ControlFlow<()> {
    match stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush()) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    }
}

fn fail(what: &str, error: &dyn Error) -> u8 {
    eprintln!("could not {what}: {}", crate::escape::escape(&error.to_string()));
    EXIT_CANNOT
}

async fn run_verify(args: &VerifyArgs, place: Place, home: Option<&Home>) -> u8 {
    let wish = VerifyWish {
        checkpoint_beside: args.ledger.checkpoint_beside(&place, home),
        place,
        checkpoints: args.checkpoint.clone(),
        trust_data_dir: args.trust_data_dir,
        keys: args.key.clone(),
        origin: args.origin.clone(),
        allow_unproven: args.allow_unproven,
        now: MachineClock.now(),
    };
    let progress = Progress::new();
    let outcome = verify(&wish, &|done, of| progress.is_at(done, of)).await;
    progress.clear();
    match outcome {
        Ok(report) if args.json => {
            let _ = print(&format!("{:#}\n", report::document(&report)));
            report.verdict.exit_code()
        }
        Ok(report) => {
            let _ = print(&report::print(&report));
            report.verdict.exit_code()
        }
        Err(error) => {
            if args.json {
                let verdict = Verdict::CANNOT;
                let document = json!({ "verdict": verdict, "exitCode": EXIT_CANNOT, "error": error.to_string() });
                let _ = print(&format!("{document:#}\n"));
            }
            fail("verify the ledger", &error)
        }
    }
}

async fn run_show(args: &ShowArgs, place: &Place) -> u8 {
    let mut reader = match Reader::open(place).await {
        Ok(reader) => reader,
        Err(error) => return fail("open the ledger", &error),
    };
    match show(&mut reader, args.entry).await {
        Ok(view) => {
            let text = if args.json { format!("{:#}\n", view.document()) } else { view.lines() };
            let _ = print(&text);
            u8::from(!view.hash_fits())
        }
        Err(error) => fail("show the entry", &error),
    }
}

async fn run_tail(args: &TailArgs, place: &Place) -> u8 {
    let wish =
        TailWish { count: args.count, follow: args.follow, stream: args.stream.clone(), kind: args.kind.clone() };
    let mut print_entry = |view: &EntryView| {
        let text = if args.json { format!("{}\n", view.document()) } else { format!("{}\n", view.line()) };
        print(&text)
    };
    let outcome = tokio::select! {
        outcome = tail(place, &wish, &mut print_entry) => outcome,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    outcome.map_or_else(|error| fail("read the ledger", &error), |()| 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "postgres://here/ledger";

    fn args(data_dir: &Path) -> LedgerArgs {
        LedgerArgs { data_dir: Some(data_dir.to_owned()), schema: "edgecoder".into(), ..LedgerArgs::default() }
    }

    fn home(database_url: Option<&str>) -> Home {
        Home { data_dir: "elsewhere".into(), database_url: database_url.map(str::to_owned) }
    }

    fn in_postgres() -> Place {
        Place::Postgres { url: URL.into(), schema: "edgecoder".into() }
    }

    #[test]
    fn the_ledger_is_where_the_services_with_the_same_settings_keep_it() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(args(dir.path()).place(Some(&home(None))), Ok(Place::File(dir.path().join(LEDGER_FILE))));
        assert_eq!(args(dir.path()).place(Some(&home(Some(URL)))), Ok(in_postgres()));
        assert_eq!(LedgerArgs::default().place(None), Err(WhichLedger::NoneNamed));
    }

    #[test]
    fn a_directory_with_a_ledger_of_its_own_beside_a_database_is_not_guessed_about() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(LEDGER_FILE);
        std::fs::write(&file, "").unwrap();
        let asked = args(dir.path());
        assert_eq!(asked.place(Some(&home(Some(URL)))), Err(WhichLedger::TwoNamed(file.clone())));
        let in_file = LedgerArgs { ledger: Some(file.clone()), ..asked.clone() };
        assert_eq!(in_file.place(Some(&home(Some(URL)))), Ok(Place::File(file)));
        let in_database = LedgerArgs { database_url: Some(URL.into()), ..asked };
        assert_eq!(in_database.place(Some(&home(None))), Ok(in_postgres()));
    }
}
