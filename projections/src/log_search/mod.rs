//! Which entries of the log speak of a task, a machine, an account, a kind, a time?
//!
//! Kept in a search index of its own folder, which says of entries where they stand and nothing else: what they say is
//! read from the log. Only what stands around the contents is indexed; the contents are sealed or for the people they name.

mod changes;
mod follow;
mod read;

pub use read::{LogSearch, Wanted};

use edgecoder_search_index::{FieldKind, Layout};

const TASK: &str = "task";
const AGENT: &str = "agent";
const ACCOUNT: &str = "account";
/// `task.submitted`, and its family `task`.
const KIND: &str = "kind";
const TIME: &str = "time";
/// Everything above in words, with the stream and the actor.
const ABOUT: &str = "about";

const LAYOUT: Layout = Layout {
    version: 2,
    fields: &[
        (TASK, FieldKind::Term),
        (AGENT, FieldKind::Term),
        (ACCOUNT, FieldKind::Term),
        (KIND, FieldKind::Term),
        (TIME, FieldKind::Number),
        (ABOUT, FieldKind::Words),
    ],
};
