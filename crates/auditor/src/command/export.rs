//! `audit export`: its arguments, what it prints, and what it ends with.

use super::{ChainArgs, LedgerArgs, WhichLedger, archive::read_policy, fail, print};
use crate::{About, ArchiveError, ArchiveWish, Archived, HeaderSource, Home, archive, durable, escape::escape};
use clap::Args;
use edgecoder_ledger::note::VerifierKey;
use serde_json::{Value, json};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

/// What to archive.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    pub ledger: LedgerArgs,
    #[command(flatten)]
    pub about: AboutArgs,
    /// The archive; one that is there is replaced
    #[arg(long, value_name = "FILE.tar")]
    pub out: PathBuf,
    /// A signed checkpoint that was kept away from the ledger; without it the newest one
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// The log's verifier key, `<name>+<id>+<base64>`; without it the ledger's own word is taken
    #[arg(long, value_name = "VKEY")]
    pub key: Vec<VerifierKey>,
    /// A tlog-policy file that names the witnesses; it goes into the archive
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    #[command(flatten)]
    pub chain: ChainArgs,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// About what?
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct AboutArgs {
    /// Everything about this task: its leases, results and payments
    #[arg(long, value_name = "NAME")]
    pub task: Option<String>,
    /// Everything about this machine
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// Everything that names this account: what it paid and got, its tasks, its machines, the end of its key
    #[arg(long, value_name = "NAME")]
    pub wallet: Option<String>,
}

impl AboutArgs {
    fn about(&self) -> About {
        let task = self.task.clone().map(About::Task);
        let about = task.or(self.agent.clone().map(About::Agent)).or(self.wallet.clone().map(About::Wallet));
        about.expect("the arguments are refused unless one of them is given")
    }
}

pub(super) async fn run(args: &ExportArgs, home: Option<&Home>) -> Result<u8, WhichLedger> {
    let place = args.ledger.place(home)?;
    let beside = args.ledger.checkpoint_beside(&place, home).filter(|file| file.exists());
    let checkpoint = args.checkpoint.clone().or(beside);
    let policy = match args.policy.as_deref().map(read_policy).transpose() {
        Ok(policy) => policy.map(|(text, _)| text),
        Err(error) => return Ok(fail("read the policy", &error)),
    };
    let wish = ArchiveWish { place, about: args.about.about(), checkpoint, keys: args.key.clone(), policy };
    let archived = match args.chain.source() {
        Ok(mut headers) => write(&wish, &mut headers, &args.out).await,
        Err(error) => return Ok(fail("read the headers", &error)),
    };
    let archived = match archived {
        Ok(archived) => archived,
        Err(error) => {
            fail("export the evidence", &error);
            return Ok(error.exit_code());
        }
    };
    let text = if args.json {
        format!("{:#}\n", document(&archived, &args.out))
    } else {
        lines(&archived, &wish.about, &args.out)
    };
    let _ = print(&text);
    Ok(0)
}

async fn write(wish: &ArchiveWish, headers: &mut HeaderSource, to: &Path) -> Result<Archived, ArchiveError> {
    let mut bytes = Vec::new();
    let archived = archive(wish, headers, &mut bytes).await?;
    durable::replace(to, &bytes)?;
    Ok(archived)
}

fn document(archived: &Archived, file: &Path) -> Value {
    let file = file.display().to_string();
    json!({ "entries": archived.entries, "anchors": archived.anchors, "absent": archived.absent, "archive": file })
}

fn lines(archived: &Archived, about: &About, file: &Path) -> String {
    let (entries, about, file) = (archived.entries, escape(&about.to_string()), file.display());
    let mut text =
        format!("{entries} entries about {about}, each with its proof: {file}; its README.md says how to check it\n");
    for size in &archived.anchors {
        writeln!(text, "dated by the anchor of the first {size} entries").expect("a string takes every text");
    }
    for what in &archived.absent {
        writeln!(text, "not in it: {}", escape(what)).expect("a string takes every text");
    }
    text
}
