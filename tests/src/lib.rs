//! Does the tree keep the rules of `docs/STYLE.md`? One function per rule; each lists everything that breaks it.
//!
//! `tests/floors.rs` runs them over this workspace. Every rule is also shown, beside its code, a small example that
//! breaks it, so that a rule which no longer notices anything is noticed itself.

pub mod arms;
pub mod clients;
pub mod code;
pub mod duplicates;
pub mod floors;
pub mod fuzz;
pub mod heavy;
pub mod licences;
pub mod lints;
pub mod origins;
pub mod policy;
pub mod purity;
pub mod registries;
pub mod routes;
pub mod sources;
pub mod statements;
pub mod unused;
pub mod workspace;
