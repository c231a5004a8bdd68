//! Work goes out to a machine and comes back.

pub mod pull;
pub mod result;
