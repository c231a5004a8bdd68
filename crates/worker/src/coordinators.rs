//! Where are this worker's coordinators? Those that DNS names, those that it named last time, those of the setting.

use crate::{WorkerSettings, chance::Chance};
use edgecoder_discovery::{Dns, DnsError, discover};
use edgecoder_events::{Clock, PublicKey};
use rand::{SeedableRng, rngs::StdRng};
use reqwest::Url;
use std::{collections::VecDeque, sync::Arc};

/// An address where a coordinator may be.
#[derive(Debug, Clone)]
pub struct Place {
    pub base: Url,
    /// The sealing keys of which the coordinator must show one; none where nobody named any.
    keys: Vec<PublicKey>,
}

impl Place {
    /// Whether a coordinator that shows this sealing key is the one that was meant.
    pub fn accepts(&self, key: &PublicKey) -> bool {
        self.keys.is_empty() || self.keys.contains(key)
    }
}

/// Everything that may name a coordinator.
pub struct Coordinators {
    domain: Option<(edgecoder_discovery::Settings, Dns)>,
    configured: Vec<Url>,
    clock: Arc<dyn Clock>,
    chance: Arc<Chance>,
}

impl Coordinators {
    pub fn new(settings: &WorkerSettings, clock: Arc<dyn Clock>, chance: Arc<Chance>) -> Result<Self, DnsError> {
        Ok(Self { domain: settings.discovery()?, configured: settings.coordinators.clone(), clock, chance })
    }

    /// In the order of trying.
    async fn places(&self) -> VecDeque<Place> {
        let mut places = VecDeque::new();
        if let Some((settings, dns)) = &self.domain {
            let mut rng = self.chance.draw(StdRng::from_rng);
            let found = discover(settings, dns, self.clock.as_ref(), &mut rng).await;
            for problem in &found.problems {
                tracing::warn!(%problem, "a coordinator could not be looked up");
            }
            let parsed = found.candidates.into_iter().map(|it| (it.url.as_str().parse(), it.keys));
            places.extend(parsed.filter_map(|(base, keys)| Some(Place { base: base.ok()?, keys })));
        }
        places.extend(self.configured.iter().map(|base| Place { base: base.clone(), keys: vec![] }));
        places
    }
}

/// One way through the places; behind the last one they are looked up again.
#[derive(Default)]
pub struct Search {
    left: VecDeque<Place>,
}

impl Search {
    /// The place to try now; none where nobody names any at the moment.
    pub async fn current(&mut self, coordinators: &Coordinators) -> Option<Place> {
        if self.left.is_empty() {
            self.left = coordinators.places().await;
        }
        self.left.front().cloned()
    }

    /// Nobody is there.
    pub fn move_on(&mut self) {
        self.left.pop_front();
    }
}
