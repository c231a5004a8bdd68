//! What does cargo know about this workspace? Its members, and where it builds.

use crate::process;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What the commands ask about.
pub struct Workspace {
    pub members: Vec<String>,
    pub target_folder: PathBuf,
}

impl Workspace {
    /// Asks cargo.
    pub fn read() -> Result<Self> {
        let metadata = process::output_of(process::cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
        Self::of_metadata(&serde_json::from_str(&metadata)?).context("cargo metadata has another shape than expected")
    }

    fn of_metadata(metadata: &Value) -> Option<Self> {
        let names = metadata["packages"].as_array()?.iter().map(|package| package["name"].as_str().map(str::to_owned));
        Some(Self {
            members: names.collect::<Option<_>>()?,
            target_folder: metadata["target_directory"].as_str()?.into(),
        })
    }

    /// Where `cargo build --release` puts a program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.target_folder.join("release").join(name).with_extension(std::env::consts::EXE_EXTENSION)
    }
}

/// Works in the root of the repository from now on. It is looked for at each start: a target folder may be shared by
/// several clones, and what one of them built must not work on the other.
pub fn enter_root() -> Result<()> {
    let here = std::env::current_dir().context("asking for the current folder")?;
    let root = root_above(&here).context("run this inside the repository")?;
    std::env::set_current_dir(root).context("entering the root of the repository")
}

fn root_above(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join("Cargo.lock").is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_from_metadata() {
        let metadata = serde_json::json!({ "packages": [{ "name": "edgecoder-store" }], "target_directory": "/t" });
        let workspace = Workspace::of_metadata(&metadata).unwrap();
        assert_eq!(workspace.members, ["edgecoder-store"]);
        assert!(workspace.program("edgecoder").starts_with("/t/release"));
    }

    #[test]
    fn the_root_is_found_from_a_folder_below_it_and_not_from_outside() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(root_above(&own.join("src")), own.ancestors().nth(2));
        assert_eq!(root_above(Path::new("/")), None);
    }
}
