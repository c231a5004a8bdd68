//! What somebody has, how it came and went, and the wallet of their own.

pub mod acknowledge;
mod curve;
pub mod export;
pub mod give;
pub mod show;
