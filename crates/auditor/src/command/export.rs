//! `audit export`: its arguments, what it prints, and what it ends with.

use super::{LedgerArgs, WhichLedger, fail, print};
use crate::{About, ArchiveWish, Home, archive, durable, escape::escape};
use clap::Args;
use edgecoder_ledger::note::VerifierKey;
use serde_json::json;
use std::path::PathBuf;

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
    let wish = ArchiveWish { place, about: args.about.about(), checkpoint, keys: args.key.clone() };
    let mut bytes = Vec::new();
    let entries = match archive(&wish, &mut bytes).await {
        Ok(entries) => entries,
        Err(error) => {
            fail("export the evidence", &error);
            return Ok(error.exit_code());
        }
    };
    if let Err(error) = durable::replace(&args.out, &bytes) {
        return Ok(fail("write the archive", &error));
    }
    let file = args.out.display();
    let text = if args.json {
        format!("{:#}\n", json!({ "entries": entries, "archive": file.to_string() }))
    } else {
        let about = escape(&wish.about.to_string());
        format!("{entries} entries about {about}, each with its proof: {file}; its README.md says how to check it\n")
    };
    let _ = print(&text);
    Ok(0)
}
