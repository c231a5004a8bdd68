//! The need `opentimestamps`: the stock client, which must accept our proofs.

use super::Supplies;
use crate::{process::setting, python::PythonPackage};
use anyhow::{Result, ensure};
use std::path::Path;

/// The folder with its programs.
const VARIABLE: &str = "EDGECODER_TEST_OTS";
/// LGPL-3.0: it is run, not linked.
const CLIENT: PythonPackage = PythonPackage { name: "opentimestamps-client", version: "0.7.2" };

/// Takes the folder that the variable names, or the client from its own.
pub fn provide(supplies: &mut Supplies) -> Result<String> {
    if let Some(folder) = setting(VARIABLE) {
        ensure!(Path::new(&folder).join("ots").is_file(), "{VARIABLE} names {folder}, which has no ots");
        return Ok(folder);
    }
    supplies.export(VARIABLE, CLIENT.programs()?.display().to_string());
    Ok(format!("{} {}", CLIENT.name, CLIENT.version))
}
