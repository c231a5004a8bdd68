//! How is Python prepared, once per machine?
//!
//! Started with its common modules imported, its memory is kept as it is then and compiled for this processor: some
//! twelve seconds that no job pays again. However many processes ask, a file lock lets one of them work; the rest find
//! it done. What is made appears by one rename.

use super::Parent;
use crate::{
    message::{Answer, PrepareStep},
    prepared::{IMPORTS, PreparedPython, RUNNER_MODULE, RUNNER_SOURCE, VERSION_PREFIX, make_ours_alone},
};
use rustix::fs::{FlockOperation, flock};
use std::{fs, io, path::Path};

/// Everything is made here first; its name is also the child's folder for temporary files.
pub const STAGING: &str = "staging";
/// With less than this on its disk there was no room to prepare anything.
const LEAST_FREE_BYTES: u64 = 8 * 1024 * 1024;
const LOCK_FILE: &str = "python.lock";

pub fn prepare(runtime_dir: &Path, parent: &mut Parent) -> io::Result<()> {
    match prepare_once(runtime_dir, parent) {
        Ok(()) => parent.tell(&Answer::Prepared),
        Err(error) if is_full(runtime_dir) => {
            let what_to_do = format!("the disk that holds {} is full, make room there: {error}", runtime_dir.display());
            parent.tell(&Answer::Unable(what_to_do))
        }
        Err(error) => parent.tell(&Answer::Unable(error.to_string())),
    }
}

/// What unpacks and compiles does not always say why it could not write.
fn is_full(dir: &Path) -> bool {
    let free = rustix::fs::statvfs(dir).map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    free.is_ok_and(|bytes| bytes < LEAST_FREE_BYTES)
}

fn prepare_once(runtime_dir: &Path, parent: &mut Parent) -> io::Result<()> {
    make_ours_alone(runtime_dir)?;
    let target = PreparedPython::in_runtime_dir(runtime_dir);
    parent.tell(&Answer::Preparing(PrepareStep::Waiting))?;
    let lock = fs::File::create(runtime_dir.join(LOCK_FILE))?;
    flock(&lock, FlockOperation::LockExclusive)?;
    if target.exists() && target.verify().is_ok() {
        return Ok(());
    }
    let staging = runtime_dir.join(STAGING);
    empty(&staging)?;
    empty(target.dir())?;
    build(&staging, parent)?;
    fs::rename(&staging, target.dir())?;
    remove_other_versions(runtime_dir, &target)
}

/// What an upgrade left behind is some sixty megabytes that nobody asks for again.
fn remove_other_versions(runtime_dir: &Path, kept: &PreparedPython) -> io::Result<()> {
    for entry in fs::read_dir(runtime_dir)?.flatten() {
        let is_version = entry.file_name().to_string_lossy().starts_with(VERSION_PREFIX);
        if is_version && entry.path() != kept.dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn build(staging: &Path, parent: &mut Parent) -> io::Result<()> {
    parent.tell(&Answer::Preparing(PrepareStep::Unpacking))?;
    let stdlib = eryx::embedded_stdlib::EmbeddedStdlib::get().map_err(io::Error::other)?;
    let ours = staging.join("runner");
    fs::create_dir(&ours)?;
    fs::write(ours.join(format!("{RUNNER_MODULE}.py")), RUNNER_SOURCE)?;

    parent.tell(&Answer::Preparing(PrepareStep::Starting))?;
    let mut imports = IMPORTS.to_vec();
    imports.push(RUNNER_MODULE);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let component = runtime
        .block_on(eryx::preinit::pre_initialize(stdlib.path(), Some(&ours), &imports, &[]))
        .map_err(|error| io::Error::other(format!("{error:#}")))?;

    parent.tell(&Answer::Preparing(PrepareStep::Compiling))?;
    let compiled = eryx::PythonExecutor::precompile_with_target(&component, None).map_err(io::Error::other)?;
    PreparedPython::at(staging.to_owned()).write(&compiled)
}

fn empty(dir: &Path) -> io::Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    make_ours_alone(dir)
}
