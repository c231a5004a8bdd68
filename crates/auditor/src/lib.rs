//! Can a stranger prove that this ledger was not touched, and that every event in it keeps the rules?
//!
//! [`verify`](verify()) reads a ledger once and judges it twice: its bytes (chain, tree, checkpoints: the crate
//! `edgecoder-ledger`) and its events (keys, signatures of authors, credit: [`rules`]). [`show`](show()) prints one
//! entry, [`tail`](tail()) the newest. [`prove`](prove()) proves one, [`archive`](archive()) writes those about one
//! task, machine or wallet with their proofs, which [`check_archive`](check_archive()) checks. [`compare`](compare()) and [`Watch`] tell whether others are shown the same
//! log, and whether it stays what it was; [`export_tiles`](export_tiles()) writes a copy for web servers. Nothing here writes to a ledger, and nothing here uses the product's store.

mod anchors;
mod archive;
mod clock;
mod command;
mod compare;
mod durable;
mod entry_view;
mod escape;
mod evidence;
mod export_tiles;
mod finding;
mod place;
mod progress;
mod prove;
mod reader;
mod report;
pub mod rules;
mod served;
mod show;
mod tail;
mod utc;
mod verify;
mod watch;

pub use anchors::{
    AnchorFile, AnchorReport, AnchorsError, ArchiveFile, AskedNode, FileKind, HeaderSource, HeadersError, JudgedAnchor,
    Outcome, Reach, judge_anchors,
};
pub use archive::{
    About, ArchiveError, ArchiveFault, ArchiveFinding, ArchiveReport, ArchiveWish, Archived, CheckError, CheckWish,
    DatedEntries, MAX_ARCHIVE_ENTRIES, archive, check_archive,
};
pub use command::{
    AboutArgs, AnchorsArgs, AuditCommand, ChainArgs, CompareArgs, EXIT_USAGE, ExportArgs, HeadersArgs, LedgerArgs,
    NodeArgs, ProveArgs, ShowArgs, TailArgs, VerifyArgs, WatchArgs,
};
pub use compare::{CompareError, CompareWish, Comparison, compare};
pub use entry_view::EntryView;
pub use export_tiles::{ExportError, Exported, export_tiles};
pub use finding::{Class, Finding};
pub use place::{CHECKPOINT_FILE, Home, LEDGER_FILE, Place, SCHEMA};
pub use prove::{Proof, ProveError, ProveWish, Step, climb, prove};
pub use reader::{Contents, Page, ReadError, Reader};
pub use report::{AuditReport, Verdict, document, print};
pub use rules::limits;
pub use served::{LogAddress, ServedError};
pub use show::{ShowError, Wanted, show};
pub use tail::{TailWish, tail};
pub use verify::{Freshness, VerifyError, VerifyWish, verify};
pub use watch::{Alert, Look, Watch, WatchError, WatchWish};
