//! What can people do with receipts?

mod get;
mod verify;

use crate::{context::Context, error::CliError, exit::ExitCode};
use clap::Subcommand;

/// Fetch receipts for entries of the log, and verify them offline.
#[derive(Debug, Subcommand)]
pub enum ReceiptCommand {
    /// Fetch the receipt of an entry, or of the newest entry of a task
    Get(get::Get),
    /// Verify a receipt with a policy file; asks nobody
    Verify(verify::Verify),
}

impl ReceiptCommand {
    /// Carries the command out.
    pub async fn run(self, context: &Context) -> Result<ExitCode, CliError> {
        match self {
            Self::Get(get) => get.run(context).await,
            Self::Verify(verify) => verify.run(context),
        }
    }
}
