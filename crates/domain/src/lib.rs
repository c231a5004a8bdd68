//! The rules: which command may happen, and what does it make happen?
//!
//! Every aggregate is a state, `evolve` (a recorded event changes the state and can not be refused) and `decide`
//! (a command becomes events or a refusal). All of it is pure: no I/O, no clock, no randomness, no async.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::as_conversions))]
#![deny(clippy::wildcard_enum_match_arm)]

pub mod agent;
pub mod anchor;
pub mod person;
pub mod price;
mod settlement;
pub mod submission;
pub mod task;
pub mod wallet;

use edgecoder_events::Event;

/// A thing with a history: what happened to it is all there is to know of it.
pub trait Aggregate: Default + Clone + Send + Sync + 'static {
    /// Takes in one recorded event. Events of other families change nothing.
    fn evolve(&mut self, event: &Event);

    /// The state after a whole history.
    fn from_history<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut state = Self::default();
        for event in events {
            state.evolve(event);
        }
        state
    }
}
