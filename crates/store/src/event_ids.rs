//! Which name does an event get that its caller did not name?

use edgecoder_events::{EventId, UnixMillis, uuid_v7};
use rand::{Rng, rngs::StdRng};

/// Makes UUIDs of version 7: the time first, then chance.
pub(crate) struct EventIds(StdRng);

impl EventIds {
    pub(crate) fn new(rng: StdRng) -> Self {
        Self(rng)
    }

    pub(crate) fn next(&mut self, now: UnixMillis) -> EventId {
        let mut random = [0; 10];
        self.0.fill_bytes(&mut random);
        EventId(uuid_v7(now, random))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn no_two_ids_of_one_moment_are_alike() {
        let mut ids = EventIds::new(StdRng::seed_from_u64(1));
        let (first, second) = (ids.next(UnixMillis(0x0102_0304_0506)), ids.next(UnixMillis(0x0102_0304_0506)));
        assert_ne!(first, second);
    }
}
