//! The tests of `main.rs` that keep something, with a PostgreSQL database for each: log, answers, and what is kept beside
//! the log — sessions, passwords, passkeys, links, tokens — where several portals share them.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

mod addresses;
mod answering;
mod attacks;
mod authenticator;
mod browser;
mod entering;
mod export;
mod fixture;
mod held_log;
mod issuer;
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
mod talking;

const IS_ON_POSTGRES: bool = true;
