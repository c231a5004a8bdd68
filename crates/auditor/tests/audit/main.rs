//! Does the auditor's program find what was done to a ledger, and does it leave an honest one alone?
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod anchored;
mod anchors;
mod archiving;
mod attacks;
mod by_hand;
mod checking;
mod command;
mod comparing;
mod damage;
mod exporting;
mod ledger;
mod limits;
mod program;
mod proving;
mod rules;
mod served;
mod tasks;
mod watching;
mod watching_anchors;
mod web;
mod who_and_where;
