//! Who is shut out, on whose evidence.

pub mod audit;
pub mod lift;
pub mod list;
pub mod report;

/// The most characters of a reason.
const MAX_REASON_CHARS: usize = 500;
