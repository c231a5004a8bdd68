//! Who is shut out, on whose signed word, and who is let back in?

use super::{OneAgent, standing::done};
use crate::{
    context::Context,
    durations::{shown_ago, shown_ms},
    error::CliError,
    table::Table,
    text::{Style, Text},
    words::{self, spoken},
};
use clap::Args;
use edgecoder_events::{
    PublicKey, Signature, Span, UnixMillis,
    blacklist::{AgentBlacklisted, BlacklistReason},
};
use edgecoder_identity::{NodeKeys, evidence};
use edgecoder_wire::nodes::{BlacklistEntry, BlacklistPage, BlacklistReport, LiftBlacklist};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

const PIECE_BYTES: usize = 64 * 1024;

/// Shuts a machine out.
#[derive(Debug, Args)]
pub struct Blacklist {
    #[command(flatten)]
    accused: OneAgent,
    /// What it is accused of
    #[arg(long, value_parser = words::one_of::<BlacklistReason>(words::BLACKLIST_REASONS))]
    reason_code: BlacklistReason,
    /// The same in your words; it is recorded
    #[arg(long)]
    reason: String,
    /// What proves it; its SHA-256 is recorded, the file stays with you
    #[arg(long, value_name = "FILE")]
    evidence: PathBuf,
    /// For how long, as 12h or 30d; for ever where it is left out
    #[arg(long, value_name = "DURATION")]
    expires: Option<Span>,
    /// Under which name you report
    #[arg(long, value_name = "NAME", default_value = "operator")]
    reporter: String,
    /// Only sign the report and print it: operators of the portal take it there
    #[arg(long)]
    unsent: bool,
}

/// Lets a machine back in.
#[derive(Debug, Args)]
pub struct Lift {
    #[command(flatten)]
    accused: OneAgent,
    /// Why; it is recorded
    #[arg(long)]
    reason: String,
}

/// Lists reports.
#[derive(Debug, Args)]
pub struct Blacklisted {
    /// Everything that was ever reported, with what was taken back
    #[arg(long)]
    audit: bool,
    /// Read on where an earlier list ended
    #[arg(long, value_name = "POSITION")]
    before: Option<u64>,
}

impl Blacklist {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        let (agent, is_unsent) = (self.accused.agent.clone(), self.unsent);
        let report = self.report(context)?;
        if is_unsent {
            context.console.answer(&report, |report| {
                let line = serde_json::to_string(report).expect("texts and numbers are JSON");
                Text::line(Style::Plain, line)
            })?;
            return Ok(());
        }
        context.control_plane()?.command(&["security", "blacklist"], Some(&report)).await?;
        context.console.answer(&report, |report| {
            done(&agent, "is shut out").then(Text::line(
                Style::Dim,
                format!("keep the evidence: its SHA-256 {} is on record", report.evidence_hash_sha256),
            ))
        })?;
        Ok(())
    }

    fn report(self, context: &Context) -> Result<BlacklistReport, CliError> {
        let evidence_sha256 =
            sha256_of(&self.evidence).map_err(|source| CliError::Unreadable { path: self.evidence.clone(), source })?;
        let reporter = NodeKeys::load_or_create(&context.reporter_key_file, &mut (context.chance)())?;
        let reported_at = context.clock.now();
        let unsigned = AgentBlacklisted {
            agent: self.accused.agent,
            reason_code: self.reason_code,
            reason: self.reason,
            evidence_sha256,
            reported_at,
            expires_at: self.expires.map(|span| reported_at.plus_ms(span.ms())),
            reporter: self.reporter,
            reporter_key: PublicKey([0; 32]),
            reporter_signature: Signature([0; 64]),
        };
        Ok(on_the_wire(evidence::sign(unsigned, &reporter)))
    }
}

fn on_the_wire(signed: AgentBlacklisted) -> BlacklistReport {
    BlacklistReport {
        agent_id: signed.agent,
        reason_code: signed.reason_code,
        reason: signed.reason,
        evidence_hash_sha256: signed.evidence_sha256,
        reported_at_ms: signed.reported_at,
        expires_at_ms: signed.expires_at,
        reporter_id: signed.reporter,
        reporter_public_key: signed.reporter_key,
        reporter_signature: signed.reporter_signature,
    }
}

/// Hashes a file of any size, piece by piece.
fn sha256_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex::encode(hasher.finalize())),
            read => hasher.update(&piece[..read]),
        }
    }
}

impl Lift {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        let agent = &self.accused.agent;
        let body = LiftBlacklist { reason: self.reason };
        context.control_plane()?.command(&["security", "blacklist", agent.as_str(), "lift"], Some(&body)).await?;
        context
            .console
            .answer(&json!({ "agentId": agent, "blacklisted": false }), |_| done(agent, "is let back in"))?;
        Ok(())
    }
}

impl Blacklisted {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        let path: &[&str] = if self.audit { &["security", "blacklist", "audit"] } else { &["security", "blacklist"] };
        let query = [("before", self.before.map(|position| position.to_string()))];
        let page: BlacklistPage = context.control_plane()?.get(path, &query).await?;
        let (now, width) = (context.clock.now(), context.console.width());
        context.console.answer(&page, |page| told(page, now, width))?;
        if let Some(next) = page.next.filter(|_| !context.console.is_json()) {
            let audit = if self.audit { " --audit" } else { "" };
            let more = format!("there are more: edgecoder agent blacklisted{audit} --before {next}");
            context.console.remark(&Text::line(Style::Dim, more))?;
        }
        Ok(())
    }
}

fn told(page: &BlacklistPage, now: UnixMillis, width: Option<usize>) -> Text {
    if page.records.is_empty() {
        return Text::line(Style::Dim, "nobody");
    }
    let mut table = Table::new(&["AGENT", "ACCUSED OF", "BY", "REPORTED", "ENDS", "REASON"]);
    for entry in &page.records {
        table.row(row(entry, now));
    }
    table.text(width)
}

fn row(entry: &BlacklistEntry, now: UnixMillis) -> Vec<(Style, String)> {
    let report = &entry.report;
    let ends = match (entry.lifted_at_ms, report.expires_at_ms) {
        (Some(at), _) => format!("lifted {}", shown_ago(now, at)),
        (None, Some(at)) if at <= now => format!("ended {}", shown_ago(now, at)),
        (None, Some(at)) => format!("in {}", shown_ms(at.ms_since(now))),
        (None, None) => "never".to_owned(),
    };
    vec![
        (Style::Bold, report.agent_id.to_string()),
        (Style::Plain, spoken(&report.reason_code)),
        (Style::Plain, report.reporter_id.clone()),
        (Style::Dim, shown_ago(now, report.reported_at_ms)),
        (Style::Plain, ends),
        (Style::Plain, report.reason.clone()),
    ]
}
