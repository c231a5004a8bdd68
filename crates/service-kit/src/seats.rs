//! How many connections may one caller keep waiting? A bound for each, so that none takes all of them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The most connections on which one caller waits at once: as many as a machine can hold leases.
const MAX_SEATS_OF_ONE: usize = 64;

/// Who waits, and on how many connections. Cheap to clone.
#[derive(Clone, Default)]
pub struct Seats(Arc<Mutex<HashMap<String, usize>>>);

/// One connection's place; free again when it is dropped.
pub struct Seat {
    seats: Seats,
    caller: String,
}

impl Seats {
    /// A place for `caller`; none where it waits on as many connections as it may.
    pub fn take(&self, caller: &str) -> Option<Seat> {
        let mut taken = self.lock();
        let count = taken.entry(caller.to_owned()).or_default();
        if *count >= MAX_SEATS_OF_ONE {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Seat { seats: self.clone(), caller: caller.to_owned() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock();
        if let Some(count) = taken.get_mut(&self.caller) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_caller_never_takes_anothers_place_and_leaves_nothing_behind() {
        let seats = Seats::default();
        let of_ann: Vec<Seat> = std::iter::from_fn(|| seats.take("ann")).collect();
        assert_eq!(of_ann.len(), MAX_SEATS_OF_ONE);
        assert!(seats.take("bob").is_some());
        drop(of_ann);
        assert!(seats.lock().is_empty());
        assert!(seats.take("ann").is_some());
    }
}
