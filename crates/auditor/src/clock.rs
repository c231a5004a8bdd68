//! What time is it on the auditor's machine?

use edgecoder_events::{Clock, SteadyMillis, UnixMillis};
use std::{
    sync::LazyLock,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// From where steady moments are counted.
static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "the auditor stands without service-kit, and this is where it asks")]
    fn now(&self) -> UnixMillis {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMillis(u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX))
    }

    fn steady(&self) -> SteadyMillis {
        SteadyMillis(u64::try_from(BEGUN.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}
