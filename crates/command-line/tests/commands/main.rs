//! The commands as they are typed, against a service that speaks the wire over real HTTP.
#![expect(clippy::unwrap_used, reason = "a test that can not go on panics")]

mod operating;
mod receipts;
mod scenes;
mod service;
mod tasks;
mod typed;
mod wallet;
mod watching;
