//! Since when? What proves that a checkpoint existed before a block of Bitcoin was mined.
//!
//! - [`ots`]: timestamps in the format of OpenTimestamps, which other people's tools verify too.

pub mod ots;
