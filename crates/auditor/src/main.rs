//! The program `edgecoder-audit`: the auditor alone, without the product.

use clap::{Parser, error::ErrorKind};
use edgecoder_auditor::{AuditCommand, EXIT_USAGE};
use std::process::ExitCode;

/// Verifies, shows and follows a ledger of EdgeCoder. Reads only.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Audit {
    #[command(subcommand)]
    command: AuditCommand,
}

fn main() -> ExitCode {
    let audit = match Audit::try_parse() {
        Ok(audit) => audit,
        Err(error) => {
            let _ = error.print();
            let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked_for { ExitCode::SUCCESS } else { ExitCode::from(EXIT_USAGE) };
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    match runtime {
        Ok(runtime) => ExitCode::from(runtime.block_on(audit.command.run(None))),
        Err(error) => {
            eprintln!("could not start: {error}");
            ExitCode::from(2)
        }
    }
}
