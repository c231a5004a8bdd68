//! The suite `openapi`: does a validator that others wrote take the document of every service?

use super::Supplies;
use crate::{process::output_of, python::PythonPackage, tally::Tally};
use anyhow::{Context, Result, ensure};
use std::{fs, path::PathBuf, process::Command};

/// Apache-2.0.
const VALIDATOR: PythonPackage = PythonPackage { name: "openapi-spec-validator", version: "0.9.0" };

/// The document of a snapshot comes after the header between two lines of dashes. Tells everything that is wrong.
const VALIDATE: &str = r#"
import json, sys
from openapi_spec_validator import OpenAPIV31SpecValidator
document = json.loads(open(sys.argv[1], encoding="utf-8").read().split("---\n", 2)[2])
wrong = [f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
         for error in OpenAPIV31SpecValidator(document).iter_errors()]
sys.exit("\n".join(wrong) or None)
"#;

/// Takes the validator from its folder, or has it installed there.
pub fn provide(supplies: &mut Supplies) -> Result<String> {
    supplies.openapi_validator = Some(VALIDATOR.programs()?.join("python"));
    Ok(format!("{} {}", VALIDATOR.name, VALIDATOR.version))
}

/// Validates every document; nothing where the validator could not be had, which its own line says.
pub fn run(supplies: &mut Supplies) -> Result<Tally> {
    let Some(python) = &supplies.openapi_validator else { return Ok(Tally::default()) };
    let documents = documents()?;
    ensure!(!documents.is_empty(), "no crate has a snapshot of an OpenAPI document");
    let mut tally = Tally::default();
    for document in documents {
        match output_of(Command::new(python).args(["-c", VALIDATE]).arg(&document)) {
            Ok(_) => tally.passed += 1,
            Err(error) => {
                println!("{}: {error:#}", document.display());
                tally += Tally::one_failed();
            }
        }
    }
    Ok(tally)
}

/// The snapshots of what services say of themselves; a test of each service keeps its snapshot true.
fn documents() -> Result<Vec<PathBuf>> {
    let mut documents = Vec::new();
    for member in fs::read_dir("crates").context("listing crates")? {
        let Ok(snapshots) = fs::read_dir(member?.path().join("tests/service/snapshots")) else { continue };
        for snapshot in snapshots {
            let path = snapshot?.path();
            if path.to_string_lossy().ends_with("openapi.snap") {
                documents.push(path);
            }
        }
    }
    documents.sort();
    Ok(documents)
}
