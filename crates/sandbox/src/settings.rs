//! How is this machine's sandbox set up?

use edgecoder_events::agent::SandboxMode;
use std::{ffi::OsString, path::PathBuf};

/// How this machine confines the code that it runs.
#[derive(Debug, Clone)]
pub struct SandboxSettings {
    pub mode: SandboxMode,
    /// Ours alone (mode 0700): the prepared interpreter and the workspaces. Made where it is missing.
    pub runtime_dir: PathBuf,
    pub child: ChildCommand,
    /// Interpreters kept started and waiting, per language; clamped to [`SandboxSettings::MAX_SPARES`].
    pub spare_children: usize,
}

impl SandboxSettings {
    /// A waiting interpreter holds about 50 MB.
    pub const MAX_SPARES: usize = 8;
}

/// The command whose `main` is [`child_main`](crate::child_main).
#[derive(Debug, Clone)]
pub struct ChildCommand {
    pub exe: PathBuf,
    pub args: Vec<OsString>,
}
