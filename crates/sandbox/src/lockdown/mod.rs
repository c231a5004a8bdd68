//! What does a child take away from itself before it reads a stranger's bytes?
//!
//! On Linux: namespaces where they can be had, Landlock (its workspace, its standard library, no network, no signals
//! to others) and a seccomp list of allowed calls (no sockets, no programs, no new executable memory). Elsewhere only
//! resource limits, and [`Confinement`] says what is missing.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod linux;
mod resources;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{check_available, confine_program, lock_down};
#[cfg(target_os = "linux")]
pub use linux::{check_available, confine_program, lock_down};
pub use resources::{limit_program, limit_resources};

/// What the kernel granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confinement {
    pub landlock: bool,
    pub seccomp: bool,
}

impl Confinement {
    /// The first thing that a complete confinement lacks.
    pub fn missing(self) -> Option<&'static str> {
        match self {
            Self { landlock: false, .. } => Some("Landlock"),
            Self { seccomp: false, .. } => Some("seccomp"),
            Self { landlock: true, seccomp: true } => None,
        }
    }
}
