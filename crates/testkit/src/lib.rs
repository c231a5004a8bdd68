//! What tests need and products must not have: a clock that is set by hand, scripted servers, a calendar of
//! OpenTimestamps, a Bitcoin node, a log in memory or in a database of its own, a visitor who knocks at every door.

mod btcd;
mod calendar;
mod clock;
mod doors;
mod heard;
mod memory_log;
mod postgres;
mod scripted;

pub use btcd::{Btcd, JsonRpcRelay};
pub use calendar::ScriptedCalendar;
pub use clock::SetClock;
pub use doors::{STRANGER, knock_at_every_door};
pub use heard::{Heard, hear};
pub use memory_log::memory_log;
pub use postgres::{postgres_database, postgres_log};
pub use scripted::{Answer, RecordedRequest, Rule, Script, ScriptedOllama, ScriptedOpenAi};
