//! Since when? What proves that a checkpoint existed before a block of Bitcoin was mined.
//!
//! - [`ots`]: timestamps in the format of OpenTimestamps, which other people's tools verify too.
//! - [`headers`]: the headers of a network, checked and kept in one file.

pub mod headers;
mod network;
pub mod ots;

pub use bitcoin::{BlockHash, block::Header};
pub use network::{Network, UnknownNetwork};
