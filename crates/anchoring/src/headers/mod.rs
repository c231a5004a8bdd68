//! Which block stood at which height? Headers whose proof of work, linkage and difficulty were checked.
//!
//! The main network's headers are about 80 MB; whoever forges them must pay for the work in them, so a file that shows
//! less work than the network's chain is known to have ([`minimum_work`]) confirms nothing. The test networks prove
//! nothing to a stranger: their blocks are cheap, and what signs the blocks of signet is not in their headers.

mod archive;
mod finding;
mod follow;
mod known;
mod piece;
mod rules;

pub use archive::{HeaderArchive, HeaderArchiveError, MAX_REPLACED_HEADERS};
pub use finding::{HeaderFault, HeaderFinding};
pub use follow::{FollowError, Followed};
pub use known::{easiest_supplied, minimum_work};
pub use piece::{PieceError, read_piece, write_piece};
pub use rules::KnownBlock;

/// The bytes of one header, on the wire and in the archive.
pub const HEADER_BYTES: usize = 80;
