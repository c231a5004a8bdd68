//! What can be typed?

use crate::run::Mode;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use edgecoder_auditor::AuditCommand;
use edgecoder_command_line::{
    AccountCommand, AgentCommand, PersonCommand, ReceiptCommand, StatusCommand, TaskCommand, WalletCommand,
};
use std::path::PathBuf;

/// Pool machines that run coding work, with a ledger that anyone can verify.
///
/// Without a command everything runs in this one process.
#[derive(Debug, Parser)]
#[command(name = "edgecoder", version, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// Where ledger, keys and caches are kept [env: EDGECODER_DATA_DIR]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// One JSON document on standard output instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// The coordinator's address [env: COORDINATOR_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub coordinator: Option<String>,
    /// The control plane's address [env: CONTROL_PLANE_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub control_plane: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run one service, or all of them in one process
    Run(RunArgs),
    /// Submit tasks and watch them
    #[command(subcommand)]
    Task(TaskCommand),
    /// Admit, refuse and look after machines
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Open wallets and read them
    #[command(subcommand)]
    Account(AccountCommand),
    /// Say who of the people of the portal is an operator
    #[command(subcommand)]
    Person(PersonCommand),
    /// Make a bitcoin wallet whose words only its owner has; no service is asked
    #[command(subcommand)]
    Wallet(WalletCommand),
    /// Count what waits, what runs and who is there
    Status(StatusCommand),
    /// Fetch receipts for entries of the log, and verify them offline
    #[command(subcommand)]
    Receipt(ReceiptCommand),
    /// Verify and read the ledger, offline
    #[command(subcommand)]
    Audit(Box<AuditCommand>),
    /// Look after the ledger of this machine
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Check whether this machine has what EdgeCoder needs
    Doctor,
    /// Write a completion script for a shell to standard output
    Completions { shell: Shell },
}

#[derive(Debug, Args)]
pub struct RunArgs {
    /// What to run [env: EDGE_RUNTIME_MODE]
    #[arg(long, value_enum)]
    pub mode: Option<Mode>,
    /// The address to listen on [env: EDGECODER_HOST]
    #[arg(long, value_name = "IP")]
    pub host: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Show size, head and checkpoint
    Stats,
    /// Build the tables that answer questions anew from the ledger
    RebuildProjections,
    /// Copy the ledger and what belongs to it into a new directory; the service may run meanwhile
    Backup { to: PathBuf },
    /// Write the log into a folder that any web server can hand out, in the files of C2SP tlog-tiles; what is there
    /// already is not written again, and the service may run meanwhile
    ExportTiles { dir: PathBuf },
    /// Put a backup in the place of an empty data directory
    Restore { from: PathBuf },
    /// Let a new key sign the checkpoints from now on; the old and the new key sign the change
    RotateKey,
    /// Go on with a ledger that is older than its newest checkpoint; recorded as an operator's decision
    AcceptRestore {
        /// Why it is older
        #[arg(long)]
        reason: String,
    },
}
