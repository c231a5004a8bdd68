//! Does a receipt hold, by a policy and without asking anyone?
//!
//! The numbers that it ends with are the auditor's: docs/auditors/exit-codes.md.

use crate::{
    context::Context,
    durations::shown_ago,
    error::CliError,
    exit::ExitCode,
    text::{Style, Text},
};
use clap::Args;
use edgecoder_events::UnixMillis;
use edgecoder_ledger::{
    Policy, Receipt,
    checkpoint::CheckpointError,
    note::NoteError,
    policy::{JudgeError, MAX_POLICY_BYTES},
    receipt::{MAX_RECEIPT_BYTES, Proven, Unproven},
};
use serde_json::{Value, json};
use std::{fs::File, io::Read, path::PathBuf};

/// Verifies a receipt.
#[derive(Debug, Args)]
pub struct Verify {
    /// The receipt
    #[arg(value_name = "FILE")]
    receipt: PathBuf,
    /// Which logs and witnesses are trusted: a C2SP tlog-policy
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
}

/// How it went.
struct Outcome {
    code: ExitCode,
    /// As the auditor words it.
    verdict: &'static str,
    document: Value,
    told: Text,
}

impl Verify {
    pub fn run(self, context: &Context) -> Result<ExitCode, CliError> {
        let outcome = self.outcome(context.clock.now());
        let mut document = outcome.document;
        document["verdict"] = outcome.verdict.into();
        document["exitCode"] = outcome.code.number().into();
        context.console.answer(&document, |_| Text::line(Style::Bold, outcome.verdict).then(outcome.told))?;
        Ok(outcome.code)
    }

    fn outcome(&self, now: UnixMillis) -> Outcome {
        let read = self.read();
        let (receipt, policy) = match read {
            Ok(read) => read,
            Err(why) => return failed(ExitCode::CannotVerify, &why),
        };
        match receipt.open(&policy) {
            Ok(proven) => told(&proven, now),
            Err(why) => failed(class(&why), &why.to_string()),
        }
    }

    fn read(&self) -> Result<(Receipt, Policy), String> {
        let at = |path: &PathBuf, why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
        let policy = bytes(&self.policy, MAX_POLICY_BYTES).map_err(|why| at(&self.policy, &why))?;
        let policy = Policy::parse(&policy).map_err(|why| at(&self.policy, &why))?;
        let receipt = bytes(&self.receipt, MAX_RECEIPT_BYTES).map_err(|why| at(&self.receipt, &why))?;
        let receipt = Receipt::parse(&receipt).map_err(|why| at(&self.receipt, &why))?;
        Ok((receipt, policy))
    }
}

/// One byte more than there may be, so that the parser sees that it is too long.
fn bytes(path: &PathBuf, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What was proven, and whether enough witnesses saw it.
fn told(proven: &Proven<'_, '_>, now: UnixMillis) -> Outcome {
    let has_quorum = proven.verdict.has_quorum;
    let (code, verdict) =
        if has_quorum { (ExitCode::Success, "OK") } else { (ExitCode::Unproven, "VALID BUT UNPROVEN") };
    Outcome { code, verdict, document: document(proven), told: lines(proven, now) }
}

fn lines(Proven { entry, verdict }: &Proven<'_, '_>, now: UnixMillis) -> Text {
    let time = |ms: UnixMillis| format!("{} ms after 1970, {}", ms.0, shown_ago(now, ms));
    let checkpoint = &verdict.checkpoint;
    let mut lines = vec![
        ("entry", format!("{} of {}: {}", entry.position, entry.origin, entry.kind)),
        ("stream", format!("{}, version {}, by {}", entry.stream, entry.version, entry.actor)),
        ("recorded", time(UnixMillis(entry.recorded_at_ms))),
        ("checkpoint", format!("size {}, root {}", checkpoint.size, hex::encode(checkpoint.root))),
    ];
    lines.extend(verdict.signed.iter().map(|key| ("signed by", key.to_string())));
    lines.extend(verdict.cosigned.iter().map(|cosigned| {
        let at = time(UnixMillis(cosigned.at.saturating_mul(1_000)));
        ("witness", format!("{}, {at}", cosigned.witness.name))
    }));
    if !verdict.has_quorum {
        lines.push(("missing", "fewer witnesses cosigned the checkpoint than the policy demands".to_owned()));
    }
    lines
        .into_iter()
        .fold(Text::new(), |text, (name, said)| text.then(Text::line(Style::Plain, format!("{name:<11} {said}"))))
}

fn document(Proven { entry, verdict }: &Proven<'_, '_>) -> Value {
    let checkpoint = &verdict.checkpoint;
    let cosigned = verdict.cosigned.iter().map(|it| json!({ "witness": it.witness.name, "atSeconds": it.at }));
    json!({
        "origin": entry.origin,
        "position": entry.position,
        "kind": entry.kind,
        "stream": entry.stream,
        "version": entry.version,
        "actor": entry.actor,
        "recordedAtMs": entry.recorded_at_ms,
        "checkpoint": { "size": checkpoint.size, "root": hex::encode(checkpoint.root) },
        "signedBy": verdict.signed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "cosigned": cosigned.collect::<Vec<_>>(),
        "hasQuorum": verdict.has_quorum,
    })
}

fn failed(code: ExitCode, why: &str) -> Outcome {
    let verdict = if code == ExitCode::Tampered { "TAMPERED" } else { "CANNOT VERIFY" };
    Outcome { code, verdict, document: json!({ "error": why }), told: Text::line(Style::Plain, why) }
}

/// Whether something is wrong, or only cannot be checked.
fn class(why: &Unproven) -> ExitCode {
    match why {
        Unproven::Entry { .. } | Unproven::Elsewhere { .. } => ExitCode::Tampered,
        Unproven::NoEntry | Unproven::NotAnEntry(_) => ExitCode::CannotVerify,
        Unproven::Checkpoint(why) => class_of_checkpoint(why),
    }
}

fn class_of_checkpoint(why: &JudgeError) -> ExitCode {
    match why {
        JudgeError::OtherLog { .. } | JudgeError::Checkpoint(CheckpointError::Note(NoteError::BadSignature { .. })) => {
            ExitCode::Tampered
        }
        JudgeError::Checkpoint(_) => ExitCode::CannotVerify,
    }
}
