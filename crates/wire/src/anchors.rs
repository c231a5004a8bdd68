//! Anchors: which checkpoints were dated by Bitcoin, and what proves it.

use edgecoder_events::{BitcoinHash, CheckpointDigest, UnixMillis, anchor::AnchorWay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /anchors`: a page, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnchorPage {
    pub anchors: Vec<AnchorView>,
    /// Hand it in as `before` to read on; none where the list ends here.
    pub next: Option<String>,
}

/// A checkpoint on its way into the block chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnchorView {
    /// Names the anchor: the SHA-256 of the checkpoint's file.
    #[schema(value_type = String)]
    pub checkpoint: CheckpointDigest,
    /// How many entries it commits to.
    pub size: u64,
    #[schema(value_type = String, example = "open_timestamps")]
    pub way: AnchorWay,
    pub state: AnchorState,
    /// Where the request stands in the log.
    pub position: u64,
    #[schema(value_type = u64)]
    pub requested_at_ms: UnixMillis,
    #[schema(value_type = u64)]
    pub changed_at_ms: UnixMillis,
    #[schema(value_type = Option<String>)]
    pub transaction: Option<BitcoinHash>,
    pub height: Option<u32>,
    #[schema(value_type = Option<String>)]
    pub block: Option<BitcoinHash>,
    /// Whether `/anchors/{checkpoint}.ots` has something to verify, if only promises.
    pub has_proof: bool,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnchorState {
    /// Nobody has taken it yet.
    Requested,
    /// Calendars will date it.
    Promised,
    /// A calendar's proof leads to a block.
    Attested,
    /// Our transaction waits for a block.
    Broadcast,
    /// Our transaction is in a block that may still go away.
    Included,
    /// Six blocks say so.
    Confirmed,
    /// Its block went away; it is sent again.
    Orphaned,
}

/// The answer to `POST /anchors`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnchorAsked {
    /// The checkpoint that is to be dated; none where nothing happened since the newest anchor.
    #[schema(value_type = Option<String>)]
    pub checkpoint: Option<CheckpointDigest>,
}

/// `PUT` and `GET /anchors/{checkpoint}` of the anchor service: how far its transaction has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Carried {
    /// The transaction that was sent last; none as long as none was.
    pub transaction: Option<CarriedBy>,
    /// The block that holds one of its transactions.
    pub block: Option<CarriedIn>,
}

/// A transaction that carries a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CarriedBy {
    #[schema(value_type = String)]
    pub id: BitcoinHash,
    pub fee_sat: u64,
}

/// A block that holds a checkpoint, and what proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CarriedIn {
    pub height: u32,
    #[schema(value_type = String)]
    pub block: BitcoinHash,
    /// Whether it is six blocks deep.
    pub confirmed: bool,
    /// The complete `.ots` file, in base64.
    pub proof: String,
    /// Transaction, paths and header, as a JSON text.
    pub evidence: String,
}

/// `GET /wallet` of the anchor service: what pays, and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnchorWalletView {
    #[schema(example = "regtest")]
    pub network: String,
    /// Where whoever fills the wallet pays to.
    pub address: String,
    pub spendable_sat: u64,
    pub incoming_sat: u64,
    pub daily_cap_sat: u64,
    /// The fee of an anchor today, about; null until somebody who knows the chain has said so.
    pub anchor_fee_sat: Option<u64>,
    /// Whether there are blocks that the wallet has not read yet: the amounts may be old.
    pub scanning: bool,
    /// When the chain was last seen; null before the first time.
    #[schema(value_type = Option<u64>)]
    pub looked_at_ms: Option<UnixMillis>,
    /// What keeps anchors from getting into blocks, in words.
    pub problems: Vec<String>,
}
