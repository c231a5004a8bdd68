//! The program that audits a ledger, and what is expected of its answer.

use crate::ledger::Ledger;
use serde_json::Value;
use std::process::{Command, Output};

/// Runs the program with nothing of our environment that names a ledger.
pub fn audit(args: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_edgecoder-audit"));
    program.env_remove("EDGECODER_DATA_DIR").args(args).output().unwrap()
}

/// The exit code and the document that was printed.
pub fn document(output: &Output) -> (i32, Value) {
    let document = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), document)
}

impl Ledger {
    /// Runs the program on this data directory.
    pub fn audit(&self, args: &[&str]) -> Output {
        let (command, rest) = args.split_first().unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_edgecoder-audit"));
        program.arg(command).arg("--data-dir").arg(self.dir.path()).args(rest).output().unwrap()
    }

    /// Verifies and gives the exit code with the document.
    pub fn verify(&self, args: &[&str]) -> (i32, Value) {
        let output = self.audit(&[&["verify", "--json"], args].concat());
        let code = output.status.code().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(document["exitCode"], code, "the document and the process agree");
        (code, document)
    }

    /// Expects this class at this position as the first finding, with this exit code.
    #[track_caller]
    pub fn expect(&self, code: i32, class: &str, position: Option<u64>) {
        let (got, document) = self.verify(&[]);
        assert_eq!(got, code, "{document:#}");
        assert_eq!(document["first"]["class"], class, "{document:#}");
        assert_eq!(document["first"]["position"], serde_json::json!(position), "{document:#}");
    }
}
