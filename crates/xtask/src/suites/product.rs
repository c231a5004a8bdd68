//! Where is the built product, for journeys that use it as people do?

use super::Supplies;
use crate::{process, workspace::Workspace};
use anyhow::{Result, ensure};

/// The package and the program.
const PRODUCT: &str = "edgecoder";

/// Builds the product and tells the journeys where it is.
pub fn build(supplies: &mut Supplies) -> Result<()> {
    let workspace = Workspace::read()?;
    if workspace.members.iter().any(|member| member == PRODUCT) {
        let mut build = process::cargo();
        build.args(["build", "--release", "--locked", "--package", PRODUCT]);
        ensure!(process::run(&mut supplies.outfit(build))?.success(), "{PRODUCT} does not build");
        supplies.export("EDGECODER_BIN", workspace.program(PRODUCT).display().to_string());
    }
    Ok(())
}
