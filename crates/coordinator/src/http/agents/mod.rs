//! Machines: who they are, that they are there, what they can do.

pub mod capacity;
pub mod diagnostics;
pub mod heartbeat;
pub mod register;
