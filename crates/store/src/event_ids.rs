//! Which name does an event get that its caller did not name?

use edgecoder_events::{EventId, UnixMillis};
use rand::{Rng, rngs::StdRng};

/// Makes UUIDs of version 7: the time first, then chance.
pub(crate) struct EventIds(StdRng);

impl EventIds {
    pub(crate) fn new(rng: StdRng) -> Self {
        Self(rng)
    }

    pub(crate) fn next(&mut self, now: UnixMillis) -> EventId {
        let mut id = [0; 16];
        self.0.fill_bytes(&mut id[6..]);
        id[..6].copy_from_slice(&now.0.to_be_bytes()[2..]);
        id[6] = 0x70 | (id[6] & 0x0f);
        id[8] = 0x80 | (id[8] & 0x3f);
        EventId(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn an_id_begins_with_its_time_and_says_version_7() {
        let mut ids = EventIds::new(StdRng::seed_from_u64(1));
        let (first, second) = (ids.next(UnixMillis(0x0102_0304_0506)), ids.next(UnixMillis(0x0102_0304_0506)));
        assert_eq!(first.0[..6], [1, 2, 3, 4, 5, 6]);
        assert_eq!((first.0[6] >> 4, first.0[8] >> 6), (7, 2));
        assert_ne!(first, second);
    }
}
