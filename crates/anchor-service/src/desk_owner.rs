//! Who uses the desk? One task: it looks at the chain by the clock, and between two looks it takes orders.

use crate::purse::Purse;
use edgecoder_anchoring::{
    anchor::{Anchor, AnchorDesk, AnchorError, TickReport},
    chain::Chain,
    evidence::{AnchorEvidence, Commitment},
};
use edgecoder_events::{Clock, UnixMillis};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

/// New anchors of one hour. No honest ledger wants more, and each costs a fee.
const NEW_PER_HOUR: usize = 12;
const HOUR_MS: u64 = 60 * 60 * 1000;
/// Evidence that is kept at hand; more is fetched again when it is asked for.
const KEPT_EVIDENCE: usize = 256;

/// What is asked of the desk.
#[derive(Debug)]
pub enum Order {
    /// Carry this, unless that is done already; how far it is.
    Want(Commitment, oneshot::Sender<Result<Standing, DeskError>>),
    /// How far is this, if it was ever wanted?
    Show(Commitment, oneshot::Sender<Result<Standing, DeskError>>),
}

/// Why the desk did not do it.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    #[error("nobody asked for this anchor")]
    Unknown,
    #[error("{NEW_PER_HOUR} anchors were asked for in the last hour: come again later")]
    TooManyNew,
    #[error(transparent)]
    Anchor(#[from] AnchorError),
}

/// An anchor, and what proves it once it is in a block.
#[derive(Debug, Clone)]
pub struct Standing {
    pub anchor: Anchor,
    pub evidence: Option<AnchorEvidence>,
}

/// The desk and what it needs.
pub struct DeskOwner {
    pub desk: AnchorDesk,
    pub chain: Arc<dyn Chain>,
    pub clock: Arc<dyn Clock>,
    pub look_every: Duration,
    pub orders: mpsc::Receiver<Order>,
    /// For those who ask of the wallet, and need not wait for the desk.
    pub purse: watch::Sender<Purse>,
    /// What was fetched lately.
    pub evidence: HashMap<Commitment, AnchorEvidence>,
}

impl DeskOwner {
    /// Looks and takes orders until `stop`. A look that has begun is finished: what was written down is also sent.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut looks = interval(self.look_every);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = looks.tick() => self.look().await,
                Some(order) = self.orders.recv() => self.take(order).await,
                () = stop.cancelled() => return,
            }
        }
    }

    async fn look(&mut self) {
        let chain = Arc::clone(&self.chain);
        let now = self.clock.now();
        let looked = self.desk.tick(&*chain, now).await;
        let mut purse = self.purse.borrow().clone();
        match looked {
            Ok(report) => {
                tell(&report);
                let fee_sat = self.desk.anchor_fee_sat(&*chain).await.ok();
                purse.after(&report, fee_sat, &mut self.desk, now);
            }
            Err(error) => {
                tracing::warn!(%error, "the chain could not be looked at");
                purse.after_none(&error);
            }
        }
        self.purse.send_replace(purse);
    }

    /// Who no longer waits needs no answer.
    async fn take(&mut self, order: Order) {
        match order {
            Order::Want(commitment, reply) => {
                let wanted = self.want(commitment);
                let standing = match wanted {
                    Ok(()) => self.standing(commitment).await,
                    Err(error) => Err(error),
                };
                let _ = reply.send(standing);
            }
            Order::Show(commitment, reply) => {
                let _ = reply.send(self.standing(commitment).await);
            }
        }
    }

    fn want(&mut self, commitment: Commitment) -> Result<(), DeskError> {
        let now = self.clock.now();
        let anchors = self.desk.anchors();
        let is_new = !anchors.iter().any(|anchor| anchor.commitment == commitment);
        if is_new && wanted_lately(anchors, now) >= NEW_PER_HOUR {
            return Err(DeskError::TooManyNew);
        }
        self.desk.want(commitment, now)?;
        Ok(())
    }

    async fn standing(&mut self, commitment: Commitment) -> Result<Standing, DeskError> {
        let known = self.desk.anchors().iter().find(|anchor| anchor.commitment == commitment);
        let anchor = known.cloned().ok_or(DeskError::Unknown)?;
        let evidence = match anchor.included {
            Some((_, block)) => match self.evidence.get(&commitment) {
                Some(kept) if kept.block() == block.hash => Some(kept.clone()),
                Some(_) | None => self.fetch(commitment).await?,
            },
            None => None,
        };
        Ok(Standing { anchor, evidence })
    }

    async fn fetch(&mut self, commitment: Commitment) -> Result<Option<AnchorEvidence>, DeskError> {
        let evidence = self.desk.evidence(commitment, &*self.chain).await?;
        if self.evidence.len() >= KEPT_EVIDENCE {
            self.evidence.clear();
        }
        self.evidence.extend(evidence.clone().map(|it| (commitment, it)));
        Ok(evidence)
    }
}

fn wanted_lately(anchors: &[Anchor], now: UnixMillis) -> usize {
    anchors.iter().filter(|anchor| now.ms_since(anchor.wanted_at) < HOUR_MS).count()
}

fn tell(report: &TickReport) {
    for (checkpoint, fact) in &report.facts {
        tracing::info!(anchor.checkpoint = %checkpoint, ?fact, "an anchor got on");
    }
    for (checkpoint, error) in &report.problems {
        tracing::warn!(anchor.checkpoint = %checkpoint, %error, "an anchor gets no further");
    }
    if report.waiting_for_tomorrow > 0 {
        tracing::warn!(count = report.waiting_for_tomorrow, "anchors wait, for the day's cap is used up");
    }
    if report.given_up > 0 {
        tracing::error!(count = report.given_up, "anchors were tried too often: look at the wallet and the node");
    }
}
