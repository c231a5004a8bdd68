//! How is the auditor asked on a command line? The arguments, and what each command prints and ends with.

use crate::{
    Home, Place, Reader, Verdict, VerifyWish, Wanted,
    entry_view::EntryView,
    progress::Progress,
    report, show,
    tail::{TailWish, tail},
    verify,
};
use clap::{Args, Subcommand};
use edgecoder_ledger::note::VerifierKey;
use serde_json::json;
use std::{
    error::Error,
    io::{Write, stdout},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

/// Something could not be read.
const EXIT_CANNOT: u8 = 2;
/// The question was wrong.
pub const EXIT_USAGE: u8 = 4;

/// Proves, shows and follows a ledger without writing to it.
#[derive(Debug, Clone, Subcommand)]
pub enum AuditCommand {
    /// Verify every byte and every event, and say what that proves
    Verify(VerifyArgs),
    /// Show one entry with every field
    Show(ShowArgs),
    /// Show the newest entries
    Tail(TailArgs),
}

/// Which ledger?
#[derive(Debug, Clone, Default, Args)]
pub struct LedgerArgs {
    /// The data directory that holds `ledger.db`
    #[arg(long, value_name = "DIR", env = "EDGECODER_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// A SQLite file with the table `events`
    #[arg(long, value_name = "FILE", conflicts_with = "database_url")]
    pub ledger: Option<PathBuf>,
    /// A PostgreSQL database
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// The schema of the PostgreSQL database
    #[arg(long, value_name = "NAME", default_value = "edgecoder")]
    pub schema: String,
}

/// What to verify with.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    pub ledger: LedgerArgs,
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
    /// The ledger that is meant; that of this machine where nothing is named.
    pub fn place(&self, home: Option<&Home>) -> Option<Place> {
        let url_of_home = || home.and_then(|home| home.database_url.as_ref());
        match (&self.ledger, self.database_url.as_ref().or_else(url_of_home)) {
            (Some(file), _) => Some(Place::File(file.clone())),
            (None, Some(url)) => Some(Place::Postgres { url: url.clone(), schema: self.schema.clone() }),
            (None, None) => self.data_dir(home).map(Place::in_data_dir),
        }
    }

    /// Where the store leaves its newest checkpoint: beside the file, or in the data directory.
    fn checkpoint_beside(&self, place: &Place, home: Option<&Home>) -> Option<PathBuf> {
        place.checkpoint_beside().or_else(|| Some(self.data_dir(home)?.join(crate::CHECKPOINT_FILE)))
    }

    fn data_dir<'a>(&'a self, home: Option<&'a Home>) -> Option<&'a Path> {
        self.data_dir.as_deref().or(home.map(|home| home.data_dir.as_path()))
    }
}

impl AuditCommand {
    /// Does it and gives the exit code: see `docs/auditors/exit-codes.md`.
    pub async fn run(&self, home: Option<&Home>) -> u8 {
        let ledger = match self {
            Self::Verify(args) => &args.ledger,
            Self::Show(args) => &args.ledger,
            Self::Tail(args) => &args.ledger,
        };
        let Some(place) = ledger.place(home) else {
            eprintln!("error: which ledger? Give --data-dir, --ledger or --database-url");
            return EXIT_USAGE;
        };
        match self {
            Self::Verify(args) => run_verify(args, place, home).await,
            Self::Show(args) => run_show(args, &place).await,
            Self::Tail(args) => run_tail(args, &place).await,
        }
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
