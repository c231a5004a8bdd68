//! What do people type? The commands that ask the services over HTTP, for which the executable hands in the [`Context`];
//! and [`WalletCommand`], which asks nobody.
//!
//! A command answers on standard output, for people or as JSON, says the rest on standard error, and ends with an
//! [`ExitCode`] or a [`CliError`], whose text is one line and safe to show.

mod account;
mod account_token;
mod agent;
mod api;
mod completions;
mod console;
mod context;
mod credits;
mod durations;
mod error;
mod exit;
mod person;
mod receipt;
mod safe;
mod server_sent;
mod status;
mod table;
mod task;
mod text;
mod wallet;
mod words;
mod workspace;

pub use account::AccountCommand;
pub use agent::AgentCommand;
pub use completions::completions;
pub use console::{Console, Output};
pub use context::Context;
pub use error::CliError;
pub use exit::ExitCode;
pub use person::PersonCommand;
pub use receipt::ReceiptCommand;
pub use status::StatusCommand;
pub use task::TaskCommand;
pub use wallet::{Echo, Screen, Terminal, WalletCommand};
