//! Does what operators say over real HTTP happen, and do lists and balances show it?

#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

mod blacklist;
mod callers;
mod credits;
mod description;
mod fixture;
mod forgetting;
mod machines;
mod people;
