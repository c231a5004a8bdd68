//! What does the machine's own clock say? The only place of the services that asks what time it is; the auditor's program,
//! which stands apart, has its own. An `Instant` elsewhere measures a wait and decides nothing: `docs/ARCHITECTURE.md`.

use edgecoder_events::{Clock, SteadyMillis, UnixMillis};
use std::{
    sync::LazyLock,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// From where steady moments are counted.
static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Tells the machine's time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    fn now(&self) -> UnixMillis {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMillis(u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX))
    }

    fn steady(&self) -> SteadyMillis {
        SteadyMillis(u64::try_from(BEGUN.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}
