//! Prompts, before machines work on them.

pub mod decompose;
