//! Which block stood at which height? Headers whose proof of work, linkage and difficulty were checked.
//!
//! The main network's headers are about 80 MB; whoever forges them must pay for the work in them. The test networks
//! prove nothing to a stranger: their blocks are cheap, and what signs the blocks of signet is not in their headers.

mod archive;
mod finding;
mod follow;
mod rules;

pub use archive::{HeaderArchive, HeaderArchiveError};
pub use finding::{HeaderFault, HeaderFinding};
pub use follow::{FollowError, Followed};
pub use rules::KnownBlock;

/// The bytes of one header, on the wire and in the archive.
pub const HEADER_BYTES: usize = 80;
