//! `audit prove`: its arguments, what it prints, and what it ends with.

use super::{EXIT_TAMPERED, LedgerArgs, WhichLedger, fail, print};
use crate::{Home, Place, Proof, ProveWish, climb, escape::escape, prove};
use clap::Args;
use edgecoder_ledger::note::VerifierKey;
use serde_json::{Value, json};
use std::{fmt::Write as _, path::PathBuf};

/// Which entry to prove.
#[derive(Debug, Clone, Args)]
pub struct ProveArgs {
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// The entry's position
    pub position: u64,
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

pub(super) async fn run(args: &ProveArgs, home: Option<&Home>) -> Result<u8, WhichLedger> {
    let place = args.ledger.place(home)?;
    let is_served = matches!(place, Place::Served(_));
    let beside = args.ledger.checkpoint_beside(&place, home).filter(|file| !is_served && file.exists());
    let checkpoint = args.checkpoint.clone().or(beside);
    let wish = ProveWish { place, position: args.position, checkpoint, keys: args.key.clone() };
    let proof = match prove(&wish).await {
        Ok(proof) => proof,
        Err(error) => {
            let code = error.exit_code();
            if args.json {
                let document = json!({ "verdict": "NOT PROVEN", "exitCode": code, "error": error.to_string() });
                let _ = print(&format!("{document:#}\n"));
            }
            fail("prove the entry", &error);
            return Ok(code);
        }
    };
    let code = if proof.holds { 0 } else { EXIT_TAMPERED };
    let text = if args.json { format!("{:#}\n", document(&proof, code)) } else { lines(&proof, is_served) };
    let _ = print(&text);
    Ok(code)
}

fn document(proof: &Proof, code: u8) -> Value {
    json!({
        "verdict": if proof.holds { "PROVEN" } else { "NOT PROVEN" },
        "exitCode": code,
        "entry": proof.view.document(),
        "leafHash": hex::encode(proof.leaf),
        "path": proof.path.iter().map(hex::encode).collect::<Vec<_>>(),
        "checkpoint": { "size": proof.checkpoint.size, "root": hex::encode(proof.checkpoint.root), "note": proof.note },
        "trust": { "keys": proof.keys.iter().map(ToString::to_string).collect::<Vec<_>>(), "keyGiven": proof.key_given },
    })
}

fn lines(proof: &Proof, is_served: bool) -> String {
    let (position, size) = (proof.position, proof.checkpoint.size);
    let mut text = proof.view.lines();
    let taken = "a string takes every text";
    writeln!(text, "\nfrom the entry to the root, each hash made of the two below it by SHA-256(01 || left || right):")
        .expect(taken);
    writeln!(text, "  {} the leaf, SHA-256(00 || entry)", hex::encode(proof.leaf)).expect(taken);
    for step in climb(position, size, proof.leaf, &proof.path) {
        let side = if step.from_the_left { "left " } else { "right" };
        let (sibling, reached) = (hex::encode(step.sibling), hex::encode(step.reached));
        writeln!(text, "  {reached} with {sibling} on the {side}").expect(taken);
    }
    writeln!(text, "signed was\n  {} as the root of {size} entries", hex::encode(proof.checkpoint.root)).expect(taken);
    let source =
        if proof.key_given { "given by you" } else { "taken from the ledger itself: proves consistency, not identity" };
    for key in &proof.keys {
        writeln!(text, "by the key\n  {}: {source}", escape(&key.to_string())).expect(taken);
    }
    writeln!(text, "in the note\n\n{}", escaped_lines(&proof.note)).expect(taken);
    writeln!(text, "{}", verdict(proof, is_served)).expect(taken);
    text
}

fn escaped_lines(note: &str) -> String {
    note.lines().map(|line| escape(line) + "\n").collect()
}

fn verdict(proof: &Proof, is_served: bool) -> String {
    let (position, size) = (proof.position, proof.checkpoint.size);
    match (proof.holds, is_served) {
        (true, _) => format!("PROVEN: entry {position} is one of the {size} entries that the log signed"),
        (false, true) => format!("NOT PROVEN: MUTATED at {position}: the tree that was signed has another entry here"),
        (false, false) => format!(
            "NOT PROVEN: CHECKPOINT MISMATCH: the entries of this ledger do not lead to the signed root of {size}: \
             audit verify names the first that is wrong"
        ),
    }
}
