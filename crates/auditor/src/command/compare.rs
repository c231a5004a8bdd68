//! `audit compare`: its arguments, what it prints, and what it ends with.

use super::{EXIT_TAMPERED, fail, print};
use crate::{CompareWish, Comparison, LogAddress, compare, escape::escape};
use clap::Args;
use edgecoder_ledger::note::VerifierKey;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What to compare with what.
#[derive(Debug, Clone, Args)]
pub struct CompareArgs {
    /// A served log (an address or a folder), or a file with a checkpoint that was seen
    #[arg(value_name = "URL|DIR|FILE")]
    pub one: LogAddress,
    /// Another
    #[arg(value_name = "URL|DIR|FILE")]
    pub other: LogAddress,
    /// The log's verifier key, `<name>+<id>+<base64>`; without it the log's own word is taken
    #[arg(long, value_name = "VKEY")]
    pub key: Vec<VerifierKey>,
    /// Where both signed notes are kept if the log forked
    #[arg(long, value_name = "DIR", default_value = "edgecoder-evidence")]
    pub evidence: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

pub(super) async fn run(args: &CompareArgs) -> u8 {
    let sides = [args.one.clone(), args.other.clone()];
    let wish = CompareWish { sides, keys: args.key.clone(), evidence: args.evidence.clone() };
    let comparison = match compare(&wish).await {
        Ok(comparison) => comparison,
        Err(error) => {
            let code = error.exit_code();
            if args.json {
                let document = json!({ "verdict": "CANNOT COMPARE", "exitCode": code, "error": error.to_string() });
                let _ = print(&format!("{document:#}\n"));
            }
            fail("compare the logs", &error);
            return code;
        }
    };
    let code = match comparison {
        Comparison::Consistent { .. } => 0,
        Comparison::Fork { .. } => EXIT_TAMPERED,
    };
    let text = if args.json { format!("{:#}\n", document(&comparison, code)) } else { lines(&comparison) };
    let _ = print(&text);
    code
}

fn document(comparison: &Comparison, code: u8) -> Value {
    match comparison {
        Comparison::Consistent { origin, older, newer } => {
            json!({ "verdict": "CONSISTENT", "exitCode": code, "origin": origin, "sizes": [older, newer] })
        }
        Comparison::Fork { origin, sizes, common, evidence } => json!({
            "verdict": "FORK",
            "exitCode": code,
            "origin": origin,
            "sizes": sizes,
            "commonPrefix": common,
            "evidence": evidence.display().to_string(),
        }),
    }
}

fn lines(comparison: &Comparison) -> String {
    match comparison {
        Comparison::Consistent { origin, older, newer } if older == newer => {
            format!("CONSISTENT: {} has the same {older} entries in both\n", escape(origin))
        }
        Comparison::Consistent { origin, older, newer } => {
            format!("CONSISTENT: the first {older} of {newer} entries of {} are the same\n", escape(origin))
        }
        Comparison::Fork { origin, sizes: [older, newer], common, evidence } => {
            let prefix = common.map_or_else(|| "unknown".to_owned(), |common| common.to_string());
            let problem = if older == newer { "two roots for one size" } else { "consistency proof fails" };
            format!(
                "FORK: {} signed two histories: INCONSISTENT sizes {older} and {newer}: {problem}; common prefix \
                 length={prefix}\nevidence: {}\n",
                escape(origin),
                evidence.display()
            )
        }
    }
}
