//! Work goes out to a machine and comes back.

pub mod pull;
pub mod result;

use edgecoder_wire::tasks::MAX_REPORT_BYTES;

/// The most bytes of a result: the longest report that machines make, sealed and in base64, with the fields around it. A
/// machine whose report were too long to be taken would have worked for nothing.
pub const MAX_RESULT_BYTES: usize = 6 * 1024 * 1024;
/// What a result's body holds beside its sealed report.
const REST_OF_BODY_BYTES: usize = 32 * 1024;
const _: () = assert!(MAX_REPORT_BYTES / 3 * 4 + REST_OF_BODY_BYTES <= MAX_RESULT_BYTES, "the longest report is taken");
