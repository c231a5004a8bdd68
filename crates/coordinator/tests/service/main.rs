//! Does the coordinator, asked over HTTP, do what it says? In one process, with a clock that the tests move.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

mod anchors;
mod audit_page;
mod auditing;
mod carried;
mod description;
mod fixture;
mod forgetting;
mod health;
mod honest_machine;
mod machine;
mod receipts;
mod reviewing;
mod searching;
mod submitting;
mod watching;
mod witnessing;
mod working;
