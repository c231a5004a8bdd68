//! Machines, as operators see and steer them.

pub mod approval;
pub mod list;
pub mod mode;
pub mod power;
pub mod show;

/// The most characters of a reason that an operator gives.
const MAX_REASON_CHARS: usize = 500;
