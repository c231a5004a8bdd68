//! How does what the desk says look to those who asked?

use crate::{
    desk_owner::{DeskError, Standing},
    purse::Purse,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use edgecoder_anchoring::{Network, evidence::AnchorEvidence};
use edgecoder_events::BitcoinHash;
use edgecoder_service_kit::http::Problem;
use edgecoder_wire::anchors::{AnchorWalletView, Carried, CarriedBy, CarriedIn};

/// When somebody who was told to come again may do so.
const COME_AGAIN_SECONDS: u32 = 60;

/// An anchor with what proves it.
pub fn carried(standing: &Standing) -> Result<Carried, Problem> {
    let sent = standing.anchor.transaction();
    let transaction = sent.map(|sent| CarriedBy { id: named(&sent.txid), fee_sat: sent.fee_sat });
    let block =
        standing.evidence.as_ref().map(|evidence| carried_in(evidence, standing.anchor.confirmed)).transpose()?;
    Ok(Carried { transaction, block })
}

fn carried_in(evidence: &AnchorEvidence, confirmed: bool) -> Result<CarriedIn, Problem> {
    let proof = evidence.to_ots().map_err(|error| Problem::internal(&error))?;
    Ok(CarriedIn {
        height: evidence.height,
        block: named(&evidence.block()),
        confirmed,
        proof: STANDARD.encode(proof.to_bytes()),
        evidence: serde_json::to_string(evidence).map_err(|error| Problem::internal(&error))?,
    })
}

/// What is known of the wallet.
pub fn wallet(purse: Purse, network: Network, daily_cap_sat: u64) -> Result<AnchorWalletView, Problem> {
    let detail = "the wallet's state cannot be kept: look whether the folder of the anchor service can be written";
    let unknown = || Problem::unavailable("anchor_wallet_trouble", detail).retry_after(COME_AGAIN_SECONDS);
    Ok(AnchorWalletView {
        network: network.to_string(),
        address: purse.address.ok_or_else(unknown)?,
        spendable_sat: purse.balance.spendable_sat,
        incoming_sat: purse.balance.incoming_sat,
        daily_cap_sat,
        anchor_fee_sat: purse.anchor_fee_sat,
        scanning: purse.is_scanning,
        looked_at_ms: purse.looked_at,
        problems: purse.troubles.iter().map(ToString::to_string).collect(),
    })
}

/// The hash as people write it, which is how the log has it.
fn named(hash: &impl ToString) -> BitcoinHash {
    hash.to_string().parse().expect("a hash of Bitcoin is written in 64 lower-case digits")
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        let detail = error.to_string();
        match error {
            DeskError::Unknown => Self::not_found("anchor_not_found", detail),
            DeskError::TooManyNew => Self::too_many("anchor_pace", detail).retry_after(COME_AGAIN_SECONDS),
            DeskError::Anchor(_) => Self::unavailable("anchor_trouble", detail).retry_after(COME_AGAIN_SECONDS),
        }
    }
}
