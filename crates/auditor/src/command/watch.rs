//! `audit watch`: its arguments, what it prints, whom it tells, and what it ends with.

use super::{ChainArgs, EXIT_CANNOT, fail, print};
use crate::{Alert, LogAddress, Look, Watch, WatchWish, clock::MachineClock, escape::escape, utc::utc};
use clap::Args;
use edgecoder_events::{CheckpointDigest, Clock, Span};
use edgecoder_ledger::note::VerifierKey;
use serde_json::json;
use std::{collections::BTreeSet, path::PathBuf, process::Stdio, time::Duration};
use tokio::process::Command;

/// How long a program that is told of an alert may take.
const ALERT_COMMAND_WAIT: Duration = Duration::from_secs(30);

/// What to watch.
#[derive(Debug, Clone, Args)]
pub struct WatchArgs {
    /// The served log: an address without `/checkpoint`, or a folder
    #[arg(value_name = "URL|DIR")]
    pub log: LogAddress,
    /// Where the newest checkpoint, the log's keys and evidence are kept
    #[arg(long, value_name = "DIR")]
    pub state: PathBuf,
    /// The log's verifier key, `<name>+<id>+<base64>`; without it the key of the first look is believed from then on
    #[arg(long, value_name = "VKEY")]
    pub key: Vec<VerifierKey>,
    /// How long to wait between two looks
    #[arg(long, value_name = "SPAN", default_value = "10s")]
    pub interval: Span,
    /// Look once, and end with what was found
    #[arg(long)]
    pub once: bool,
    /// Alert where no new checkpoint came for so long; a log in which nothing happens makes none
    #[arg(long, value_name = "SPAN")]
    pub stale_after: Option<Span>,
    /// How long one look may take; then it is an alert, and the next look goes on where this one was
    #[arg(long, value_name = "SPAN", default_value = "10m")]
    pub look_within: Span,
    /// Leave the entries unread, and their rules unchecked: a few files at each look, however long the log is
    #[arg(long)]
    pub checkpoints_only: bool,
    #[command(flatten)]
    pub chain: ChainArgs,
    /// A program that is started at each alert with its class, its detail and the file of its evidence, if any
    #[arg(long, value_name = "PROGRAM")]
    pub alert_command: Option<PathBuf>,
    /// Print one JSON document for each line
    #[arg(long)]
    pub json: bool,
}

pub(super) async fn run(args: &WatchArgs) -> u8 {
    let wish = WatchWish {
        address: args.log.clone(),
        state: args.state.clone(),
        keys: args.key.clone(),
        stale_after_ms: args.stale_after.map(Span::ms),
        checkpoints_only: args.checkpoints_only,
        look_within: Duration::from_millis(args.look_within.ms()),
    };
    let headers = match args.chain.source() {
        Ok(headers) => headers,
        Err(error) => return fail("read the headers", &error),
    };
    let mut watching = match Watch::begin(wish, headers) {
        Ok(watch) => Watching { watch, args, standing: BTreeSet::new(), worst: 0 },
        Err(error) => return fail("begin to watch", &error),
    };
    loop {
        tokio::select! {
            code = watching.look() => if let Some(code) = code { return code },
            _ = tokio::signal::ctrl_c() => return watching.worst,
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(args.interval.ms())) => {}
            _ = tokio::signal::ctrl_c() => return watching.worst,
        }
    }
}

struct Watching<'a> {
    watch: Watch,
    args: &'a WatchArgs,
    /// What the look before found: an alert is given once, and again only after it was gone.
    standing: BTreeSet<(&'static str, Option<CheckpointDigest>)>,
    worst: u8,
}

impl Watching<'_> {
    /// Looks and tells; the exit code where this was the last look.
    async fn look(&mut self) -> Option<u8> {
        let look = match self.watch.look(&MachineClock).await {
            Ok(look) => look,
            Err(error) => {
                fail("go on watching", &error);
                return Some(worse(self.worst, EXIT_CANNOT));
            }
        };
        self.worst = look.alerts.iter().fold(self.worst, |worst, alert| worse(worst, alert.exit_code()));
        let mut listened = self.report(&look);
        for alert in &look.alerts {
            if !self.standing.contains(&identity(alert)) {
                listened &= self.alert(alert).await;
            }
        }
        self.standing = look.alerts.iter().map(identity).collect();
        (self.args.once || !listened).then_some(self.worst)
    }

    /// Says how far the log is, where that is news. Whether somebody still listens.
    fn report(&self, look: &Look) -> bool {
        let Some(checkpoint) = look.checkpoint.as_ref().filter(|_| look.grew || self.args.once) else { return true };
        let (root, now) = (hex::encode(checkpoint.root), MachineClock.now().0);
        let text = if self.args.json {
            format!("{}\n", json!({ "atMs": now, "size": checkpoint.size, "root": root, "alerts": look.alerts.len() }))
        } else if look.alerts.is_empty() {
            format!("{} OK: size {}, root {root}\n", utc(now), checkpoint.size)
        } else {
            format!("{} size {}, root {root}\n", utc(now), checkpoint.size)
        };
        print(&text).is_continue()
    }

    async fn alert(&self, alert: &Alert) -> bool {
        let evidence = alert.evidence.as_ref().map(|file| file.display().to_string());
        let (class, detail, now) = (alert.name(), escape(&alert.detail), MachineClock.now().0);
        let text = if self.args.json {
            format!("{}\n", json!({ "atMs": now, "alert": class, "detail": detail, "evidence": evidence }))
        } else {
            let kept = evidence.as_ref().map_or_else(String::new, |file| format!("; evidence: {file}"));
            format!("{} ALERT {class}: {detail}{kept}\n", utc(now))
        };
        let listened = print(&text).is_continue();
        if let Some(program) = &self.args.alert_command {
            let mut command = Command::new(program);
            command.arg(class).arg(detail).args(evidence).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
            match tokio::time::timeout(ALERT_COMMAND_WAIT, command.status()).await {
                Ok(Ok(status)) if status.success() => {}
                Ok(Ok(status)) => eprintln!("the alert command ended with {status}"),
                Ok(Err(error)) => eprintln!("the alert command could not be started: {error}"),
                Err(_) => eprintln!("the alert command took too long and was ended"),
            }
        }
        listened
    }
}

/// By what an alert that stands is known again: its words may change with the time.
fn identity(alert: &Alert) -> (&'static str, Option<CheckpointDigest>) {
    (alert.name(), alert.anchor)
}

/// Tampering weighs most, then what could not be checked, then what is only old.
fn worse(one: u8, other: u8) -> u8 {
    match (one, other) {
        (0, code) | (code, 0) => code,
        (one, other) => one.min(other),
    }
}

#[cfg(test)]
mod tests {
    use super::worse;

    #[test]
    fn tampering_outweighs_what_could_not_be_checked_and_that_what_is_only_old() {
        assert_eq!([worse(0, 3), worse(3, 2), worse(2, 1), worse(1, 3), worse(0, 0)], [3, 2, 1, 1, 0]);
    }
}
