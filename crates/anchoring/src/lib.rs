//! Since when? What proves that a checkpoint existed before a block of Bitcoin was mined.
//!
//! - [`ots`]: timestamps in the format of OpenTimestamps, which other people's tools verify too.
//! - [`anchor`]: transactions of our own that commit to a checkpoint, and [`wallet`]: who pays for them.
//! - [`calendar`]: servers that date a digest for nothing.
//! - [`chain`]: what a node or an Esplora-style server says now.
//! - [`evidence`]: what proves that a commitment stood in a block, and what an auditor may say of it.
//! - [`headers`]: the headers of a network, checked and kept in one file.

pub mod anchor;
pub mod calendar;
pub mod chain;
pub mod evidence;
pub mod headers;
mod network;
pub mod ots;
mod private_file;
mod rivals;
pub mod wallet;
mod web;

pub use bitcoin::{BlockHash, Txid, Work, block::Header};
pub use network::{Network, UnknownNetwork};
pub use private_file::PrivateFileError;
pub use reqwest::Url;
pub use web::WebError;
