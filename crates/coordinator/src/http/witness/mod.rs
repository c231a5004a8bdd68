//! The witness of other logs: C2SP tlog-witness.

pub mod add_checkpoint;
pub mod newest;
