//! How does a process on Linux give up its powers?

use super::{Confinement, calls};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope,
};
use rustix::thread::UnshareFlags;
use std::{io, path::Path};

/// The newest Landlock whose rights we name; an older kernel enforces those that it knows.
const NEWEST: ABI = ABI::V6;

/// Confines an interpreter that is loaded: `readable` can be read, `workspace` be used, nothing else is there.
pub fn lock_down(readable: Option<&Path>, workspace: &Path) -> io::Result<Confinement> {
    leave_shared_namespaces();
    rustix::thread::set_no_new_privs(true)?;
    let mut grants = vec![(workspace, in_workspace())];
    grants.extend(readable.map(|path| (path, AccessFs::ReadFile | AccessFs::ReadDir)));
    let landlock = restrict_files(&grants)?;
    let seccomp = seccompiler::apply_filter(&calls::interpreter_filter()?).is_ok();
    Ok(Confinement { landlock, seccomp })
}

/// Confines a native program that this process is about to become; namespaces hold it already.
pub fn confine_program(writable: &[&Path]) -> io::Result<Confinement> {
    rustix::thread::set_no_new_privs(true)?;
    let run = AccessFs::Execute | AccessFs::ReadFile | AccessFs::ReadDir;
    let mut grants = vec![(Path::new("/"), run), (Path::new("/dev"), run | AccessFs::WriteFile)];
    grants.extend(writable.iter().map(|path| (*path, in_workspace() | AccessFs::Execute)));
    let landlock = restrict_files(&grants)?;
    let seccomp = seccompiler::apply_filter(&calls::program_filter()?).is_ok();
    Ok(Confinement { landlock, seccomp })
}

/// Whether this kernel can confine at all; asked before any child is started.
pub fn check_available() -> Result<(), String> {
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .and_then(Ruleset::create);
    ruleset.map_err(|_| "this kernel does not offer Landlock (5.13 or newer, enabled)".to_owned())?;
    rustix::thread::secure_computing_mode().map_err(|_| "this kernel does not offer seccomp".to_owned())?;
    Ok(())
}

/// What a program may do with its own files. Links and devices are not among it.
fn in_workspace() -> BitFlags<AccessFs> {
    AccessFs::ReadFile
        | AccessFs::ReadDir
        | AccessFs::WriteFile
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::Refer
        | AccessFs::Truncate
}

fn restrict_files(grants: &[(&Path, BitFlags<AccessFs>)]) -> io::Result<bool> {
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .map_err(io::Error::other)?;
    for (path, access) in grants {
        let opened = PathFd::new(path).map_err(io::Error::other)?;
        ruleset = ruleset.add_rule(PathBeneath::new(opened, *access)).map_err(io::Error::other)?;
    }
    let status = ruleset.restrict_self().map_err(io::Error::other)?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// An empty network, foreign to the machine's other processes, without its powers. Containers often forbid this;
/// Landlock and seccomp hold without it.
fn leave_shared_namespaces() {
    let flags = UnshareFlags::NEWUSER | UnshareFlags::NEWNET | UnshareFlags::NEWIPC | UnshareFlags::NEWUTS;
    #[expect(
        deprecated,
        reason = "its safety concern is CLONE_FILES, which is not asked for; it needs no unsafe block"
    )]
    let _best_effort = rustix::thread::unshare(flags);
}
