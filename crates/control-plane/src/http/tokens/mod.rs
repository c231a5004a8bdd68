//! The tokens that speak for an account: its owner looks after them, and so can an operator.

pub mod list;
pub mod revoke;
