//! The need `vectors`: Merkle proofs, good and damaged, that other people wrote (transparency-dev/merkle, Apache-2.0).

use super::Supplies;
use crate::process::{find, setting};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// What the tests read.
const VARIABLE: &str = "EDGECODER_MERKLE_VECTORS";
const MODULE: &str = "github.com/transparency-dev/merkle";
/// A release is preferred; those up to v0.0.2 left the vectors out, so the branch comes second.
const VERSIONS: [&str; 2] = ["latest", "main"];

/// Takes the folder that the variable names, or has Go fetch the module into its cache.
pub fn provide(supplies: &mut Supplies) -> Result<String> {
    if let Some(folder) = setting(VARIABLE) {
        ensure!(Path::new(&folder).join("inclusion").is_dir(), "{VARIABLE} names {folder}, which holds no vectors");
        return Ok(folder);
    }
    ensure!(find("go").is_some(), "go is not installed, which fetches them; or set {VARIABLE} to a folder");
    let attempts = VERSIONS.map(fetch);
    let reasons: Vec<_> = attempts.iter().filter_map(|attempt| Some(attempt.as_ref().err()?.to_string())).collect();
    let folder = attempts.into_iter().find_map(Result::ok);
    let folder = folder.with_context(|| format!("{}; set {VARIABLE} to a folder", reasons.join("; ")))?;
    supplies.export(VARIABLE, folder.display().to_string());
    Ok(folder.display().to_string())
}

fn fetch(version: &str) -> Result<PathBuf> {
    let mut go = Command::new("go");
    go.args(["mod", "download", "-json", &format!("{MODULE}@{version}")]).current_dir(std::env::temp_dir());
    let answer = go.output().context("starting go")?;
    folder_in(&serde_json::from_slice(&answer.stdout).context("reading the answer of go")?)
}

/// The vectors in the module that go describes.
fn folder_in(answer: &Value) -> Result<PathBuf> {
    let module = answer["Dir"].as_str();
    let module = module.with_context(|| answer["Error"].as_str().unwrap_or("go names no folder").to_owned())?;
    let vectors = Path::new(module).join("testdata");
    ensure!(vectors.is_dir(), "{MODULE} {} holds no vectors", answer["Version"].as_str().unwrap_or_default());
    Ok(vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_without_vectors_and_a_refusal_are_told_apart() {
        let release = serde_json::json!({ "Dir": "/nowhere", "Version": "v0.0.2" });
        assert_eq!(folder_in(&release).unwrap_err().to_string(), format!("{MODULE} v0.0.2 holds no vectors"));
        let refusal = serde_json::json!({ "Error": "not available" });
        assert_eq!(folder_in(&refusal).unwrap_err().to_string(), "not available");
    }
}
