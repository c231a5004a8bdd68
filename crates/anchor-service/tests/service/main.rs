//! Is a checkpoint carried once, within pace and token, by a service that a real node stands behind?
//!
//! `EDGECODER_TEST_BTCD` names a btcd.
#![expect(clippy::unwrap_used, reason = "this file is a test, its helpers too")]

mod btcd;
mod description;
mod fixture;
mod waiting;
