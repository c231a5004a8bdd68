//! Does a checkpoint get into the blocks of a real node, once, and do other people's tools agree?
//!
//! `EDGECODER_TEST_BTCD` names a btcd; `EDGECODER_TEST_OTS` a folder with the stock OpenTimestamps client.
#![expect(clippy::unwrap_used, reason = "this file is a test, its helpers too")]

mod anchors;
mod payments;
mod scene;
mod trouble;
