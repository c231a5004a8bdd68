//! What tests need and products must not have: a clock that is set by hand, scripted servers.

mod clock;
mod scripted;

pub use clock::SetClock;
pub use scripted::{Answer, RecordedRequest, Rule, Script, ScriptedOllama, ScriptedOpenAi};
