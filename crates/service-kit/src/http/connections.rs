//! How many connections may one address have, and how much memory for its bodies? So much that others find room.

use super::body_memory::BodyMemory;
use edgecoder_identity::Network;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// All that a service gives at once; further connections wait to be accepted.
const ALL: Portion = Portion { connections: 4_096, body_kib: 64 * 1024 };
/// What one address gets of a house that it has to itself; of a fuller one the same part of what is free.
const OF_A_STRANGER: Portion = Portion { connections: 256, body_kib: 16 * 1024 };
/// The same for this machine and each trusted proxy: many people stand behind them, and yet a quarter is left to others.
const OF_A_TRUSTED_ADDRESS: Portion = Portion { connections: 3_072, body_kib: 48 * 1024 };
const CROWDED_WAIT: Duration = Duration::from_secs(2);

/// Open connections, and kibibytes of bodies that they are sending.
#[derive(Debug, Clone, Copy)]
pub(super) struct Portion {
    pub connections: usize,
    pub body_kib: usize,
}

/// How much a service gives at once, and how much of it to one address.
#[derive(Debug, Clone)]
pub struct Bounds {
    pub(super) trusted: Vec<Network>,
    pub(super) all: Portion,
    pub(super) of_a_stranger: Portion,
    pub(super) of_a_trusted_address: Portion,
    /// The longest that a piece of a body waits for memory until its request is answered with 503.
    pub(super) patience: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self::trusting(Vec::new())
    }
}

impl Bounds {
    /// Gives each address of `proxies` what this machine gets: many people look like one there.
    pub fn trusting(proxies: Vec<Network>) -> Self {
        Self {
            trusted: proxies,
            all: ALL,
            of_a_stranger: OF_A_STRANGER,
            of_a_trusted_address: OF_A_TRUSTED_ADDRESS,
            patience: CROWDED_WAIT,
        }
    }

    fn of(&self, address: IpAddr) -> Portion {
        let is_this_machine = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&address);
        let is_trusted = is_this_machine || self.trusted.iter().any(|network| network.contains(address));
        if is_trusted { self.of_a_trusted_address } else { self.of_a_stranger }
    }
}

/// The connections of one service.
pub(super) struct Connections {
    bounds: Bounds,
    places: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
    open: Mutex<HashMap<IpAddr, Open>>,
}

/// What one address has open.
struct Open {
    connections: usize,
    bodies: Arc<Semaphore>,
}

impl Connections {
    pub fn new(bounds: Bounds) -> Arc<Self> {
        let (places, bodies) = (Semaphore::new(bounds.all.connections), Semaphore::new(bounds.all.body_kib));
        Arc::new(Self { bounds, places: places.into(), bodies: bodies.into(), open: Mutex::default() })
    }

    /// Waits until one more connection may be accepted.
    pub async fn free_place(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.places).acquire_owned().await.expect("the semaphore is never closed")
    }

    /// Gives `address` the place, where it has not its share of them already.
    pub fn admit(self: &Arc<Self>, address: IpAddr, place: OwnedSemaphorePermit) -> Option<Place> {
        let address = address.to_canonical();
        let (portion, owner) = (self.bounds.of(address), owner(address));
        let mut addresses = self.addresses();
        let open = addresses
            .entry(owner)
            .or_insert_with(|| Open { connections: 0, bodies: Arc::new(Semaphore::new(portion.body_kib)) });
        if !self.has_room(open.connections, portion) {
            return None;
        }
        open.connections = open.connections.saturating_add(1);
        let (of_all, of_address) = (Arc::clone(&self.bodies), Arc::clone(&open.bodies));
        let memory = BodyMemory { of_all, of_address, patience: self.bounds.patience };
        Some(Place { connections: Arc::clone(self), owner, memory, _of_all: place })
    }

    /// Whether an address that has `own` connections may have the place that was taken for it. Of the places that are
    /// its own or free, it is given the part that its portion is of all: the fuller the house, the fewer, but the first.
    fn has_room(&self, own: usize, portion: Portion) -> bool {
        let free = self.places.available_permits().saturating_add(1);
        let within_reach = own.saturating_add(free);
        own.saturating_mul(self.bounds.all.connections) < portion.connections.saturating_mul(within_reach)
    }

    fn addresses(&self) -> MutexGuard<'_, HashMap<IpAddr, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who has the address: an IPv6 customer is given a network of 64 bits, and with it any number of addresses.
fn owner(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(it) if it.is_loopback() => address,
        IpAddr::V6(it) => IpAddr::V6(Ipv6Addr::from_bits(it.to_bits() >> 64 << 64)),
    }
}

/// One connection's place; free again when it is dropped.
pub(super) struct Place {
    connections: Arc<Connections>,
    owner: IpAddr,
    memory: BodyMemory,
    _of_all: OwnedSemaphorePermit,
}

impl Place {
    /// The memory that bodies on this connection are taken into.
    pub fn memory(&self) -> BodyMemory {
        self.memory.clone()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut addresses = self.connections.addresses();
        let Some(open) = addresses.get_mut(&self.owner) else { return };
        open.connections = open.connections.saturating_sub(1);
        if open.connections == 0 {
            addresses.remove(&self.owner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "192.0.2.1";

    fn connections() -> Arc<Connections> {
        let bounds = Bounds {
            all: Portion { connections: 100, body_kib: 100 },
            of_a_stranger: Portion { connections: 2, body_kib: 10 },
            of_a_trusted_address: Portion { connections: 4, body_kib: 20 },
            ..Bounds::trusting(vec![PROXY.parse().unwrap()])
        };
        Connections::new(bounds)
    }

    async fn admitted(connections: &Arc<Connections>, addresses: &[&str]) -> Vec<Place> {
        let mut places = Vec::new();
        for address in addresses {
            let place = connections.free_place().await;
            places.extend(connections.admit(address.parse().unwrap(), place));
        }
        places
    }

    #[tokio::test]
    async fn one_address_has_its_share_of_connections_and_others_find_room() {
        let connections = connections();
        let mut crowd = admitted(&connections, &["203.0.113.9", "::ffff:203.0.113.9", "203.0.113.9"]).await;
        assert_eq!(crowd.len(), 2, "the address in two dresses");
        assert_eq!(admitted(&connections, &["203.0.113.10"]).await.len(), 1, "another address");
        crowd.pop();
        assert_eq!(admitted(&connections, &["203.0.113.9"]).await.len(), 1, "a place is free again");
    }

    #[tokio::test]
    async fn the_fuller_the_house_the_less_one_address_is_given() {
        let halves = Portion { connections: 50, body_kib: 10 };
        let bounds = Bounds { of_a_stranger: halves, ..connections().bounds.clone() };
        let connections = Connections::new(bounds);
        let mut crowds = Vec::new();
        for address in ["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"] {
            crowds.push(admitted(&connections, &[address; 60]).await);
        }
        assert_eq!(crowds.iter().map(Vec::len).collect::<Vec<_>>(), [50, 25, 13, 6]);
        crowds.remove(0);
        assert_eq!(admitted(&connections, &["203.0.113.4"; 60]).await.len(), 25, "places are free again");
    }

    #[tokio::test]
    async fn other_loopback_addresses_are_strangers() {
        assert_eq!(admitted(&connections(), &["127.0.0.2"; 5]).await.len(), 2);
    }

    #[tokio::test]
    async fn all_addresses_of_an_ipv6_network_are_one() {
        let connections = connections();
        let crowd =
            admitted(&connections, &["2001:db8::1", "2001:db8::2", "2001:db8:0:0:9::3", "2001:db8:0:1::1"]).await;
        assert_eq!(crowd.len(), 3);
    }

    #[tokio::test]
    async fn a_trusted_proxy_and_this_machine_have_a_larger_share() {
        for address in [PROXY, "127.0.0.1", "::1"] {
            assert_eq!(admitted(&connections(), &[address; 5]).await.len(), 4, "{address}");
        }
    }

    #[tokio::test]
    async fn what_is_forgotten_of_an_address_is_all() {
        let connections = connections();
        drop(admitted(&connections, &["203.0.113.9", "203.0.113.9", "203.0.113.9"]).await);
        assert!(connections.addresses().is_empty());
        assert_eq!(connections.places.available_permits(), 100);
    }
}
