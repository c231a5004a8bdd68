//! Which files does a program see, and which did it leave?

use crate::{
    Job, JobFile, SandboxError,
    disk::{MAX_ENTRIES, walk},
};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::task::spawn_blocking;

/// Files that a job may bring.
const MAX_FILES: usize = 2000;
/// The longest path, and the longest name in it, in bytes.
const MAX_PATH_BYTES: usize = 1024;
const MAX_NAME_BYTES: usize = 255;
/// A workspace so old belongs to a process that was killed before it could remove it.
const ABANDONED: Duration = Duration::from_hours(24);
/// Made by interpreters for themselves; nobody asked for it back.
const SKIPPED_FOLDERS: &[&str] = &["__pycache__"];

/// A fresh folder for one run, removed with everything in it when dropped.
pub struct Workspace {
    dir: tempfile::TempDir,
}

/// Removes what killed processes left in the folder of workspaces.
pub fn remove_abandoned(parent: &Path) -> io::Result<()> {
    for entry in fs::read_dir(parent)?.flatten() {
        let age = entry.metadata().and_then(|metadata| metadata.modified()).ok().and_then(|at| at.elapsed().ok());
        if age.is_some_and(|age| age > ABANDONED) {
            open_folders(&entry.path());
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// What each of the job's files was when the program began.
pub type Before = BTreeMap<String, blake3::Hash>;

/// What the program left.
#[derive(Debug, Default)]
pub struct Leftover {
    pub changed: Vec<JobFile>,
    /// More was there than the limits let us collect.
    pub truncated: bool,
}

impl Workspace {
    pub fn create(parent: &Path) -> io::Result<Self> {
        Ok(Self { dir: private_folder("run-", parent)? })
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes the job's files.
    pub fn fill(&self, files: &[JobFile], limit_bytes: u64) -> Result<Before, SandboxError> {
        check_files(files, limit_bytes)?;
        let mut before = Before::new();
        for file in files {
            let path = self.path().join(&file.path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|error| clash(&file.path, error))?;
            }
            // `create_new` also refuses what only a case-insensitive file system calls a duplicate.
            let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            let written =
                out.as_mut().map_err(|error| io::Error::from(error.kind())).and_then(|out| out.write_all(&file.bytes));
            written.map_err(|error| clash(&file.path, error))?;
            before.insert(file.path.clone(), blake3::hash(&file.bytes));
        }
        Ok(before)
    }

    /// Regular files that are new or have other bytes than before. Links are never followed.
    pub fn collect(&self, before: &Before, limit_bytes: u64) -> Leftover {
        let mut leftover = Leftover::default();
        let mut room = limit_bytes;
        let complete = walk(&[self.path()], SKIPPED_FOLDERS, |path, metadata| {
            let Some(name) = self.name_of(path) else {
                leftover.truncated = true;
                return;
            };
            match read_regular(path, metadata.len().min(room)) {
                Ok(bytes) if before.get(&name) == Some(&blake3::hash(&bytes)) => {}
                Ok(bytes) if metadata.len() <= room => {
                    room = room.saturating_sub(metadata.len());
                    leftover.changed.push(JobFile { path: name, bytes });
                }
                Ok(_) | Err(_) => leftover.truncated = true,
            }
        });
        leftover.truncated |= !complete;
        leftover.changed.sort_by(|a, b| a.path.cmp(&b.path));
        leftover
    }

    fn name_of(&self, path: &Path) -> Option<String> {
        let relative = path.strip_prefix(self.path()).ok()?.to_str()?;
        check_path(relative).is_ok().then(|| relative.to_owned())
    }
}

/// A fresh folder for us alone, with a name that nobody can guess.
pub fn private_folder(prefix: &str, parent: &Path) -> io::Result<tempfile::TempDir> {
    let ours_alone = fs::Permissions::from_mode(0o700);
    tempfile::Builder::new().prefix(prefix).permissions(ours_alone).tempdir_in(parent)
}

/// [`Workspace::fill`], away from the threads that serve others.
pub async fn fill(workspace: &Arc<Workspace>, job: &Arc<Job>) -> Result<Before, SandboxError> {
    let (workspace, job) = (Arc::clone(workspace), Arc::clone(job));
    let filled = spawn_blocking(move || workspace.fill(&job.files, job.limits.workspace_bytes)).await;
    filled.map_err(|error| SandboxError::Workspace(io::Error::other(error)))?
}

/// [`Workspace::collect`], away from the threads that serve others.
pub async fn collect(workspace: &Arc<Workspace>, before: Before, limit_bytes: u64) -> Result<Leftover, SandboxError> {
    let workspace = Arc::clone(workspace);
    let collected = spawn_blocking(move || workspace.collect(&before, limit_bytes)).await;
    collected.map_err(|error| SandboxError::Workspace(io::Error::other(error)))
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if fs::remove_dir_all(self.path()).is_err() {
            // A native program can take away our own right to look into its folders; we give it back to us.
            open_folders(self.path());
        }
    }
}

fn open_folders(root: &Path) {
    let mut folders: Vec<PathBuf> = vec![root.to_owned()];
    for _ in 0..MAX_ENTRIES {
        let Some(folder) = folders.pop() else { return };
        let _best_effort = fs::set_permissions(&folder, fs::Permissions::from_mode(0o700));
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        folders.extend(
            entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()),
        );
    }
}

/// What a regular file begins with. Whoever made it may have put a link or a pipe into its place: neither is followed
/// or waited for.
pub fn read_regular(path: &Path, at_most: u64) -> io::Result<Vec<u8>> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file = fs::OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is no regular file"));
    }
    let mut bytes = Vec::new();
    file.take(at_most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn check_files(files: &[JobFile], limit_bytes: u64) -> Result<(), SandboxError> {
    if files.len() > MAX_FILES {
        return Err(SandboxError::Job(format!("it brings more than {MAX_FILES} files")));
    }
    let total = files
        .iter()
        .map(|file| file.bytes.len())
        .fold(0_u64, |sum, len| sum.saturating_add(u64::try_from(len).unwrap_or(u64::MAX)));
    if total > limit_bytes {
        return Err(SandboxError::Job(format!("its files are larger than the workspace's {limit_bytes} bytes")));
    }
    files.iter().try_for_each(|file| check_path(&file.path))
}

/// Refuses every name that could mean something outside the workspace, on any system.
pub fn check_path(path: &str) -> Result<(), SandboxError> {
    let refuse = |why| Err(SandboxError::Path { path: path.chars().take(100).collect(), why });
    if path.is_empty() || path.len() > MAX_PATH_BYTES {
        return refuse("it is empty or longer than 1024 bytes");
    }
    if path.starts_with('/') || path.chars().any(|c| c == '\\' || c.is_control()) {
        return refuse("it is absolute, or has a backslash or a control character in it");
    }
    for name in path.split('/') {
        match name {
            "" | "." | ".." => return refuse("it has an empty name, `.` or `..` in it"),
            _ if name.len() > MAX_NAME_BYTES => return refuse("a name in it is longer than 255 bytes"),
            _ => {}
        }
    }
    Ok(())
}

fn clash(path: &str, error: io::Error) -> SandboxError {
    match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => {
            SandboxError::Path { path: path.to_owned(), why: "another file of the job has that place" }
        }
        _ => SandboxError::Workspace(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Component;

    const LIMIT: u64 = 10_000;

    fn workspace() -> (tempfile::TempDir, Workspace) {
        let parent = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(parent.path()).unwrap();
        (parent, workspace)
    }

    fn file(path: &str, bytes: &[u8]) -> JobFile {
        JobFile { path: path.into(), bytes: bytes.into() }
    }

    proptest! {
        #[test]
        fn an_accepted_path_stays_in_the_workspace(path in "[a./\\\\\u{e4}\u{0}~-]{0,12}") {
            if check_path(&path).is_ok() {
                prop_assert!(Path::new(&path).components().all(|part| matches!(part, Component::Normal(_))));
            }
        }
    }

    #[test]
    fn paths_that_lead_out_are_refused() {
        for path in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a\0b", "a\\b", "a\nb", &"x".repeat(256)] {
            assert!(check_path(path).is_err(), "{path:?}");
        }
        for path in ["main.py", "päckage/日本.py", ".hidden", "a b/c..d"] {
            assert!(check_path(path).is_ok(), "{path:?}");
        }
    }

    #[test]
    fn two_files_for_one_place_are_refused() {
        for pair in [["a", "a"], ["a", "a/b"], ["a/b", "a"]] {
            let (_parent, workspace) = workspace();
            let files = pair.map(|path| file(path, b""));
            assert!(matches!(workspace.fill(&files, LIMIT), Err(SandboxError::Path { .. })), "{pair:?}");
        }
    }

    #[test]
    fn new_and_changed_files_are_collected_and_links_are_not() {
        let (_parent, workspace) = workspace();
        let before = workspace.fill(&[file("same.txt", b"1"), file("d/changed.txt", b"1")], LIMIT).unwrap();
        fs::write(workspace.path().join("d/changed.txt"), "2").unwrap();
        fs::write(workspace.path().join("new.txt"), "3").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", workspace.path().join("link")).unwrap();
        let leftover = workspace.collect(&before, LIMIT);
        assert_eq!(leftover.changed, [file("d/changed.txt", b"2"), file("new.txt", b"3")]);
        assert!(!leftover.truncated);
    }

    #[test]
    fn what_is_too_large_to_collect_is_said_to_be_missing() {
        let (_parent, workspace) = workspace();
        fs::write(workspace.path().join("large"), vec![0; 20_000]).unwrap();
        let leftover = workspace.collect(&Before::new(), LIMIT);
        assert!(leftover.changed.is_empty() && leftover.truncated);
    }

    #[test]
    fn files_larger_than_the_workspace_are_refused() {
        let (_parent, workspace) = workspace();
        assert!(matches!(workspace.fill(&[file("a", &vec![0; 20_000])], LIMIT), Err(SandboxError::Job(_))));
    }

    #[test]
    fn a_workspace_is_ours_alone_and_removed_afterwards() {
        let (parent, workspace) = workspace();
        workspace.fill(&[file("a/b/c", b"1")], LIMIT).unwrap();
        assert_eq!(fs::metadata(workspace.path()).unwrap().permissions().mode() & 0o777, 0o700);
        drop(workspace);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
