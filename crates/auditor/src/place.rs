//! Where is the ledger kept, and what lies beside it?

use crate::served::LogAddress;
use std::path::{Path, PathBuf};

/// The log in a data directory.
pub const LEDGER_FILE: &str = "ledger.db";
/// The newest checkpoint in a data directory.
pub const CHECKPOINT_FILE: &str = "checkpoint";

/// The schema of the log in a PostgreSQL database, where none is named.
pub const SCHEMA: &str = "edgecoder";

/// Where this machine keeps its own ledger: what is read when nobody names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    pub data_dir: PathBuf,
    /// Where the ledger is in PostgreSQL.
    pub database_url: Option<String>,
}

/// A ledger that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// A schema of a PostgreSQL database.
    Postgres { url: String, schema: String },
    /// The files of C2SP tlog-tiles, on a web server or in a folder.
    Served(LogAddress),
}

impl Place {
    /// The log of a data directory.
    pub fn in_data_dir(dir: &Path) -> Self {
        Self::File(dir.join(LEDGER_FILE))
    }

    /// The checkpoint that the store keeps beside its database file.
    pub fn checkpoint_beside(&self) -> Option<PathBuf> {
        match self {
            Self::File(file) => Some(file.with_file_name(CHECKPOINT_FILE)),
            Self::Postgres { .. } | Self::Served(_) => None,
        }
    }

    /// The place as a report names it: never with a password.
    pub fn name(&self) -> String {
        match self {
            Self::File(file) => file.display().to_string(),
            Self::Postgres { schema, .. } => format!("PostgreSQL, schema {schema}"),
            Self::Served(address) => address.to_string(),
        }
    }
}
