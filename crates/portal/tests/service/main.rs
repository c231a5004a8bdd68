//! The pages over HTTP, with a log in memory: who signs up, who logs in, who sees what.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

mod addresses;
mod answering;
mod attacks;
mod authenticator;
mod browser;
mod description;
mod entering;
mod export;
mod fixture;
mod guards;
mod guessing;
mod held_log;
mod issuer;
mod mail_api;
mod markup;
mod nodes;
mod operations;
mod others_things;
mod own_things;
mod own_wallet;
mod passkeys;
mod passwords;
mod reviewing;
mod searching;
mod sharing;
mod sign_in;
mod staleness;
mod standing;
mod steered;
mod talking;

/// `on_postgres.rs` has the same tests where it is so.
const IS_ON_POSTGRES: bool = false;
