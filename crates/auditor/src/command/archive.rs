//! `audit verify ARCHIVE`: what it is asked with, what it prints, and what it ends with.

use super::{EXIT_CANNOT, EXIT_USAGE, VerifyArgs, fail, print};
use crate::{CheckWish, Verdict, check_archive};
use edgecoder_ledger::policy::{MAX_POLICY_BYTES, Policy};
use serde_json::json;
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// Why a policy cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum PolicyFileError {
    #[error("{0}")]
    Read(#[from] io::Error),
    #[error("{0}")]
    Policy(#[from] edgecoder_ledger::policy::PolicyError),
}

/// A policy file, as it is written and as it is meant.
pub(super) fn read_policy(file: &Path) -> Result<(String, Policy), PolicyFileError> {
    let limit = u64::try_from(MAX_POLICY_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(file)?.take(limit).read_to_end(&mut bytes)?;
    let policy = Policy::parse(&bytes)?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), policy))
}

/// Whether something was asked of a ledger that only an archive can answer.
pub(super) fn asks_for_an_archive(args: &VerifyArgs) -> bool {
    args.policy.is_some() || args.chain.is_given()
}

/// Says that there is no archive to ask.
pub(super) fn refuse() -> u8 {
    eprintln!("error: --policy, --node and --headers go with an archive; for a ledger ask `audit anchors`");
    EXIT_USAGE
}

/// Checks the archive, and says what it proves.
pub(super) async fn run(args: &VerifyArgs, file: &Path) -> u8 {
    let policy = match args.policy.as_deref().map(read_policy).transpose() {
        Ok(policy) => policy.map(|(_, policy)| policy),
        Err(error) => return fail("read the policy", &error),
    };
    let mut headers = match args.chain.source() {
        Ok(headers) => headers,
        Err(error) => return fail("read the headers", &error),
    };
    let wish = CheckWish { file: file.to_owned(), keys: args.key.clone(), origin: args.origin.clone(), policy };
    match check_archive(&wish, &mut headers).await {
        Ok(report) => {
            let text = if args.json { format!("{:#}\n", report.document()) } else { report.lines() };
            let _ = print(&text);
            report.exit_code()
        }
        Err(error) => {
            if args.json {
                let verdict = Verdict::CANNOT;
                let document = json!({ "verdict": verdict, "exitCode": EXIT_CANNOT, "error": error.to_string() });
                let _ = print(&format!("{document:#}\n"));
            }
            fail("verify the archive", &error)
        }
    }
}
