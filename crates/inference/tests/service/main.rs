//! Does the service keep its promises over real HTTP, whatever the model servers do?

#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

mod callers;
mod description;
mod escalate;
mod fixture;
mod limits;
mod models;
mod plans;
