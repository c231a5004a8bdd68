//! The need `vectors`: Merkle proofs, good and damaged, that other people wrote (transparency-dev/merkle, Apache-2.0).

use super::Supplies;
use crate::process::{find, output_of};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{path::Path, process::Command};

const MODULE: &str = "github.com/transparency-dev/merkle@latest";

/// Has Go fetch the module into its cache, where the vectors are read.
pub fn provide(supplies: &mut Supplies) -> Result<String> {
    ensure!(find("go").is_some(), "go is not installed, which fetches the Merkle vectors");
    let mut fetch = Command::new("go");
    fetch.args(["mod", "download", "-json", MODULE]).current_dir(std::env::temp_dir());
    let answer: Value = serde_json::from_str(&output_of(&mut fetch)?).context("reading the answer of go")?;
    let folder = answer["Dir"].as_str().context("go did not say where the module is")?;
    let vectors = Path::new(folder).join("testdata");
    ensure!(vectors.is_dir(), "{} holds no vectors", vectors.display());
    supplies.export("EDGECODER_MERKLE_VECTORS", vectors.display().to_string());
    Ok(format!("transparency-dev/merkle {}", answer["Version"].as_str().unwrap_or_default()))
}
