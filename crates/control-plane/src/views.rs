//! How are reports and movements put for those who look?

use edgecoder_domain::agent::Standing;
use edgecoder_projections::{
    blacklist,
    credit_balances::{self, LedgerAccount, MovementReason},
};
use edgecoder_wire::{
    agents::NodeStanding,
    credits::Movement,
    nodes::{BlacklistEntry, BlacklistReport},
};

/// What operators and the domain call a standing.
pub fn standing(standing: NodeStanding) -> Standing {
    match standing {
        NodeStanding::Pending => Standing::Pending,
        NodeStanding::Approved => Standing::Approved,
        NodeStanding::Rejected => Standing::Rejected,
    }
}

/// A report, with the step that lifted it; none for a step that is no report.
pub fn report(entry: blacklist::BlacklistEntry, lift: Option<&blacklist::BlacklistEntry>) -> Option<BlacklistEntry> {
    let signed = entry.report?;
    Some(BlacklistEntry {
        report: BlacklistReport {
            agent_id: entry.agent,
            reason_code: signed.reason_code,
            reason: entry.reason,
            evidence_hash_sha256: signed.evidence_sha256,
            reported_at_ms: signed.reported_at,
            expires_at_ms: signed.expires_at,
            reporter_id: signed.reporter,
            reporter_public_key: signed.reporter_key,
            reporter_signature: signed.reporter_signature,
        },
        position: entry.position.0,
        recorded_at_ms: entry.recorded_at,
        lifted_at_ms: lift.map(|it| it.recorded_at),
        lift_reason: lift.map(|it| it.reason.clone()),
    })
}

/// One event's movement of an account, from what it moved of both parts.
pub fn movement(sides: &[credit_balances::Movement]) -> Option<Movement> {
    let first = sides.first()?;
    let delta = |is_part: fn(&LedgerAccount) -> bool| {
        sides.iter().filter(|side| is_part(&side.account)).map(|side| side.delta_micros).sum()
    };
    Some(Movement {
        position: first.position.0,
        recorded_at_ms: first.recorded_at,
        kind: kind(first.reason).to_owned(),
        available_delta: delta(|account| matches!(account, LedgerAccount::Available(_))),
        reserved_delta: delta(|account| matches!(account, LedgerAccount::Reserved(_))),
        task_id: first.task.clone(),
        counterparty: first.counterparty.clone(),
    })
}

const fn kind(reason: MovementReason) -> &'static str {
    match reason {
        MovementReason::Issued => "issued",
        MovementReason::Reserved => "reserved",
        MovementReason::Spent => "spent",
        MovementReason::Earned => "earned",
        MovementReason::Released => "released",
    }
}
