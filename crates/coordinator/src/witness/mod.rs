//! Who sees to it that a log shows everybody the same? This coordinator, for the logs of others; and others, for its own.
//!
//! `book.rs` and `server.rs` cosign for others; `client.rs` asks others and `cosignatures.rs` keeps what they answer.
//! `evidence.rs` keeps what proves that somebody showed two histories.

mod book;
mod client;
mod cosignatures;
mod evidence;
mod request;
mod server;

pub(crate) use client::{Witnesses, run};
pub(crate) use server::{AddError, Witness};

use edgecoder_ledger::{Policy, cosignature::WitnessKey, note::VerifierKey};
use evidence::Evidence;
use std::{io, path::PathBuf, sync::Arc};

/// What a coordinator is told about witnesses.
pub struct WitnessSettings {
    /// With which it cosigns the checkpoints of others; signs nothing else.
    pub key: WitnessKey,
    /// Where it keeps what it cosigned last. Belongs to the key: a key whose book was rolled back must not sign again.
    pub book: PathBuf,
    /// The logs of others that it witnesses.
    pub logs: Vec<VerifierKey>,
    /// The witnesses of its own log, those with an address are asked.
    pub policy: Option<Policy>,
    /// Where proofs of two histories are kept.
    pub evidence: PathBuf,
}

/// Opens what both sides keep.
///
/// # Errors
/// Where a folder can not be made or read.
pub(crate) fn open(mut settings: WitnessSettings) -> io::Result<(Witness, Witnesses)> {
    let evidence = Arc::new(Evidence::open(settings.evidence.clone())?);
    let witnesses = Witnesses::new(settings.policy.take(), Arc::clone(&evidence));
    Ok((Witness::open(settings, evidence)?, witnesses))
}
