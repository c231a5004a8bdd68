//! The suite `openapi`: does a validator that others wrote take the document of every service?

use super::Supplies;
use crate::{
    packages,
    process::{find, output_of, setting},
    tally::Tally,
};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// From PyPI (openapi-spec-validator, Apache-2.0), as pip is set up on this machine.
const PACKAGE: &str = "openapi-spec-validator";
const VERSION: &str = "0.9.0";

/// The document of a snapshot comes after the header between two lines of dashes. Tells everything that is wrong.
const VALIDATE: &str = r#"
import json, sys
from openapi_spec_validator import OpenAPIV31SpecValidator
document = json.loads(open(sys.argv[1], encoding="utf-8").read().split("---\n", 2)[2])
wrong = [f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
         for error in OpenAPIV31SpecValidator(document).iter_errors()]
sys.exit("\n".join(wrong) or None)
"#;

/// Finds the validator in a folder of its own, or installs it there; never into the clone, nor into the machine's Python.
pub fn provide(supplies: &mut Supplies) -> Result<String> {
    let folder = cache()?.join("edgecoder").join(format!("{PACKAGE}-{VERSION}"));
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if !has_validator(&python) {
        let make = || output_of(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
        if find("python3").is_none() || make().is_err() {
            // Debian has the module in a package of its own.
            packages::install("python3-venv", "python")?;
            make()?;
        }
        output_of(Command::new(&python).args(["-m", "pip", "install", "--quiet", &format!("{PACKAGE}=={VERSION}")]))?;
    }
    supplies.openapi_validator = Some(python);
    Ok(format!("{PACKAGE} {VERSION}"))
}

fn cache() -> Result<PathBuf> {
    let named = setting("XDG_CACHE_HOME").map(PathBuf::from);
    named
        .or_else(|| Some(Path::new(&setting("HOME")?).join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME is set")
}

fn has_validator(python: &Path) -> bool {
    let asked = format!("import importlib.metadata; assert importlib.metadata.version('{PACKAGE}') == '{VERSION}'");
    output_of(Command::new(python).args(["-c", &asked])).is_ok()
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
