//! Where is a coordinator?
//!
//! [`discover`] asks DNS, then what it said last time, and returns everything in the order in which it should be tried.
//!
//! | record | example | says |
//! |---|---|---|
//! | SRV `_edgecoder._tcp.<domain>` | `10 5 443 eu.example.org.` | `https://eu.example.org`, tried by priority, then by weight |
//! | TXT `_edgecoder.<domain>` | `url=https://example.org/swarm key=<hex>` | one more coordinator, and the key that it must show |
//! | TXT `_edgecoder.<domain>` | `key=<hex>` | the key that coordinators of the SRV records must show |

mod cache;
mod candidate;
mod coordinator_url;
mod discover;
mod dns;
mod records;

pub use candidate::{Candidate, Source};
pub use coordinator_url::{CoordinatorUrl, UrlRefusal};
pub use discover::{Discovery, Problem, Settings, discover};
pub use dns::{Dns, DnsError};
pub use records::RecordProblem;
