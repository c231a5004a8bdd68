//! Work goes out to a machine and comes back.

pub mod pull;
pub mod result;

/// The most bytes of a result: a report of the greatest length that machines make, 4 MiB, sealed and in base64, with the
/// fields around it. A machine whose report were too long to be taken would have worked for nothing.
pub const MAX_RESULT_BYTES: usize = 6 * 1024 * 1024;
