//! What does `deny.toml` permit? The same file that `cargo deny` reads, so the rules are written once.

use crate::workspace;
use serde::Deserialize;

/// The parts of `deny.toml` that are checked without any tool.
#[derive(Debug, Deserialize)]
pub struct Policy {
    pub licenses: Licences,
    pub bans: Bans,
}

#[derive(Debug, Deserialize)]
pub struct Licences {
    pub allow: Vec<String>,
    #[serde(default)]
    pub exceptions: Vec<Exception>,
}

/// A licence that only one package may have.
#[derive(Debug, Deserialize)]
pub struct Exception {
    #[serde(rename = "crate")]
    pub package: String,
    pub allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Bans {
    pub deny: Vec<Ban>,
    pub skip: Vec<Skip>,
}

/// A package that nobody uses, or only the packages in `wrappers`.
#[derive(Debug, Deserialize)]
pub struct Ban {
    #[serde(rename = "crate")]
    pub package: String,
    #[serde(default)]
    pub wrappers: Vec<String>,
    pub reason: String,
}

/// One version that may stand beside a newer one.
#[derive(Debug, Deserialize)]
pub struct Skip {
    /// `name@version`; the version may leave out its last numbers.
    #[serde(rename = "crate")]
    pub package: String,
    pub reason: String,
}

impl Policy {
    /// Reads `deny.toml` from the root.
    ///
    /// # Panics
    /// When the file is missing or lacks a section.
    pub fn read() -> Self {
        let path = workspace::root().join("deny.toml");
        let text = std::fs::read_to_string(&path).expect("deny.toml lies in the root");
        toml::from_str(&text).unwrap_or_else(|error| panic!("deny.toml: {error}"))
    }
}
