//! What is left of the lockdown on systems without Landlock and seccomp?

use super::Confinement;
use std::{io, path::Path};

/// WebAssembly alone confines Python here; JavaScript is refused.
pub fn lock_down(_readable: Option<&Path>, _workspace: &Path) -> io::Result<Confinement> {
    Ok(Confinement { landlock: false, seccomp: false })
}

/// The host's own interpreters are not confined here.
pub fn confine_program(_writable: &[&Path]) -> io::Result<Confinement> {
    Ok(Confinement { landlock: false, seccomp: false })
}

/// What this system cannot do.
pub fn check_available() -> Result<(), String> {
    Err("this system offers neither Landlock nor seccomp".into())
}
