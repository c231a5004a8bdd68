//! What every service stands on: settings, callers, problems, running a command, telemetry.

pub mod callers;
pub mod chance;
mod clock;
pub mod commands;
pub mod contents;
pub mod diffs;
pub mod escalations;
pub mod evidence;
pub mod http;
pub mod reviews;
pub mod searches;
pub mod seats;
pub mod settings;
pub mod steering;
pub mod submissions;
pub mod telemetry;
pub mod views;
pub mod windows;

pub use clock::SystemClock;
