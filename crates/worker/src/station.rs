//! What do the tasks of one worker share?

use crate::{
    WorkerSettings, chance::Chance, client::CoordinatorClient, coordinators::Coordinators, diary::Diary,
    held::HeldLeases, languages::Languages, link::Link, measures::Measures, outbox::Outbox, power::Power,
    solve::Solver,
};
use edgecoder_events::Clock;
use edgecoder_identity::NodeKeys;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// One worker's tools. Everybody borrows, nobody owns.
pub struct Station {
    pub settings: WorkerSettings,
    pub keys: Arc<NodeKeys>,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<Chance>,
    pub client: CoordinatorClient,
    pub coordinators: Coordinators,
    pub link: Arc<Link>,
    pub held: Arc<HeldLeases>,
    pub outbox: Arc<Outbox>,
    pub power: Power,
    pub diary: Diary,
    pub measures: Measures,
    pub languages: Languages,
    pub solver: Solver,
    /// Cancelled when leases must be given back.
    pub give_back: CancellationToken,
}
