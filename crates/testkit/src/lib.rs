//! What tests need and products must not have: a clock that is set by hand, scripted servers.

mod clock;

pub use clock::SetClock;
