//! How much of the machine may the process itself take, should the interpreter's own limits fail?

use crate::Limits;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io;

/// The interpreter's own memory, on top of the program's.
const RUNTIME_BYTES: u64 = 512 * 1024 * 1024;
/// Open files of one process.
const OPEN_FILES: u64 = 256;
/// Processes and threads of a native program.
const PROCESSES: u64 = 64;
/// Processor seconds per second of wall clock: more threads than this run into their limit.
const PROCESSORS: u64 = 4;

/// Limits of an interpreter in this process.
pub fn limit_resources(limits: &Limits) -> io::Result<()> {
    // Address space is no measure here: WebAssembly reserves gigabytes that it never touches. Data counts what is written.
    #[cfg(target_os = "linux")]
    limit(Resource::Data, limits.memory_bytes.saturating_add(RUNTIME_BYTES))?;
    limit_common(limits)
}

/// Limits of a native program that this process is about to become. Its own heap limit and the cgroup come first:
/// reserved memory counts here, and a native interpreter reserves much.
pub fn limit_program(limits: &Limits) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    limit(Resource::Data, limits.memory_bytes.saturating_add(RUNTIME_BYTES))?;
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    limit(Resource::Nproc, PROCESSES)?;
    limit_common(limits)
}

fn limit_common(limits: &Limits) -> io::Result<()> {
    limit(Resource::Core, 0)?;
    limit(Resource::Nofile, OPEN_FILES)?;
    limit(Resource::Fsize, limits.workspace_bytes)?;
    let seconds = limits.wall_ms.div_ceil(1000).saturating_add(1);
    limit(Resource::Cpu, seconds.saturating_mul(PROCESSORS))
}

/// Lowers a limit; one that is lower already stays.
fn limit(resource: Resource, wanted: u64) -> io::Result<()> {
    let most = rustix::process::getrlimit(resource).maximum.map_or(wanted, |maximum| maximum.min(wanted));
    setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    Ok(())
}
