//! What is in this commit? The machine's own git asks, with none of the machine's settings, and packs the answer.
//!
//! Nothing is checked out: no hook, filter or link of the repository is ever acted on.

use super::{
    MAX_FETCHED_BYTES, MAX_UNPACKED_BYTES, SnapshotError,
    address::Source,
    program::{self, Program},
    refuse,
};
use std::{
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};
use tokio::{io::AsyncReadExt, process::Command};

/// How often the size of what was fetched is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// What git may say about a failure, in bytes.
const MAX_COMPLAINT_BYTES: u64 = 4096;
/// An archive of the largest snapshot, with its headers.
const MAX_ARCHIVE_BYTES: u64 = MAX_UNPACKED_BYTES + 8 * 1024 * 1024;
/// The file of attributes that stands over those of the repository: what it would leave out or change is as it is.
const ATTRIBUTES: &str = "* -export-ignore -export-subst -text -filter\n";

/// Settings that hold whatever the repository says.
const SETTINGS: [&str; 14] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.symlinks=false",
    "credential.helper=",
    "fetch.fsckObjects=true",
    "fetch.recurseSubmodules=false",
    "gc.auto=0",
    "http.followRedirects=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=20",
    "http.proxy=",
    "maintenance.auto=false",
    "protocol.allow=never",
    "submodule.recurse=false",
];

/// An empty repository of our own.
pub struct Repository {
    folder: PathBuf,
    home: PathBuf,
    program_path: String,
}

impl Repository {
    pub fn new(scratch: &Path, program_path: Option<&str>) -> Self {
        let (folder, home) = (scratch.join("repository"), scratch.join("home"));
        Self { folder, home, program_path: program_path.unwrap_or("/usr/local/bin:/usr/bin:/bin").to_owned() }
    }

    /// Fetches one commit without its history and returns its files as a tape archive.
    pub async fn archive_of(&self, source: &Source, commit: &str) -> Result<Vec<u8>, SnapshotError> {
        let format = match commit.len() {
            _ if !commit.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) => None,
            40 => Some("--object-format=sha1"),
            64 => Some("--object-format=sha256"),
            _ => None,
        };
        let Some(format) = format else { return refuse("its commit is not a full id in lower-case hex") };
        self.create(format).await?;
        self.fetch(source, commit).await?;
        let mut archive = self.git();
        archive.args(["archive", "--format=tar", commit]);
        self.output(archive).await
    }

    async fn create(&self, format: &str) -> Result<(), SnapshotError> {
        fs::create_dir_all(&self.folder)
            .and_then(|()| fs::create_dir_all(&self.home))
            .map_err(|error| unavailable(&error))?;
        let mut init = self.git();
        init.args(["init", "--quiet", "--bare", "--template=", format, "."]);
        self.output(init).await?;
        let info = self.folder.join("info");
        fs::create_dir_all(&info)
            .and_then(|()| fs::write(info.join("attributes"), ATTRIBUTES))
            .map_err(|error| unavailable(&error))
    }

    async fn fetch(&self, source: &Source, commit: &str) -> Result<(), SnapshotError> {
        let mut fetch = self.git();
        fetch.arg("-c").arg(format!("protocol.{}.allow=always", source.url.scheme()));
        if let Some(machines) = pinned(source) {
            fetch.arg("-c").arg(format!("http.curloptResolve={machines}"));
        }
        fetch
            .args([
                "fetch",
                "--quiet",
                "--depth=1",
                "--no-tags",
                "--no-recurse-submodules",
                "--no-write-fetch-head",
                "--",
            ])
            .args([source.url.as_str(), commit]);
        let git = start(fetch).await?;
        let too_large = || refuse(&format!("its commit has more than {MAX_FETCHED_BYTES} bytes"));
        let done = tokio::select! {
            done = finished(git) => done.map(drop),
            () = self.grown_too_large() => return too_large(),
        };
        // A file that comes to its limit ends git before we look.
        if size_of(&self.folder) > MAX_FETCHED_BYTES { too_large() } else { done }
    }

    /// Git with nothing of this machine's settings, and nobody to ask for a password.
    fn git(&self) -> Command {
        let mut git = program::held("git");
        git.env_clear()
            .env("PATH", &self.program_path)
            .env("HOME", &self.home)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("LC_ALL", "C")
            .current_dir(&self.folder);
        for setting in SETTINGS {
            git.args(["-c", setting]);
        }
        git
    }

    async fn output(&self, command: Command) -> Result<Vec<u8>, SnapshotError> {
        finished(start(command).await?).await.map(|output| output.stdout)
    }

    /// Returns when the repository is larger than may be fetched.
    async fn grown_too_large(&self) {
        while size_of(&self.folder) <= MAX_FETCHED_BYTES {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// The machines that were checked, so that git looks up no others; `None` where the address names one itself.
fn pinned(source: &Source) -> Option<String> {
    if source.host.parse::<IpAddr>().is_ok() {
        return None;
    }
    let machines = source.machines.iter().map(|machine| match machine.ip() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    });
    let port = source.url.port_or_known_default()?;
    Some(format!("{}:{port}:{}", source.host, machines.collect::<Vec<_>>().join(",")))
}

async fn start(mut command: Command) -> Result<Program, SnapshotError> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    // One byte more than may be fetched: who reaches that is refused for it.
    let started = Program::start(&mut command, MAX_FETCHED_BYTES.saturating_add(1)).await;
    started.map_err(|error| unavailable(&error))
}

/// Waits for the end. What git prints is bounded; a git that prints more is stopped by its closed pipe.
async fn finished(mut running: Program) -> Result<Output, SnapshotError> {
    let child = &mut running.child;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let printed = read_at_most(stdout, MAX_ARCHIVE_BYTES.saturating_add(1));
    let complained = read_at_most(stderr, MAX_COMPLAINT_BYTES);
    let (stdout, stderr) = tokio::try_join!(printed, complained).map_err(|error| unavailable(&error))?;
    let status = child.wait().await.map_err(|error| unavailable(&error))?;
    if u64::try_from(stdout.len()).is_ok_and(|length| length > MAX_ARCHIVE_BYTES) {
        return refuse(&format!("its files have more than {MAX_UNPACKED_BYTES} bytes"));
    }
    if status.success() {
        return Ok(Output { status, stdout, stderr });
    }
    if status.code() == Some(program::NOT_FOUND) {
        return Err(SnapshotError::NotHere("git is not installed on this machine".to_owned()));
    }
    let complaint = String::from_utf8_lossy(&stderr);
    let said = format!("git says: {}", complaint.lines().last().unwrap_or("nothing"));
    let is_not_there = ["not our ref", "not found"].iter().any(|words| complaint.contains(words));
    if is_not_there { refuse(&said) } else { Err(SnapshotError::Unavailable(said)) }
}

async fn read_at_most(pipe: Option<impl tokio::io::AsyncRead + Unpin>, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(limit).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// The bytes of all files below a folder. Files that vanish meanwhile count nothing.
fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => size_of(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    });
    sizes.fold(0, u64::saturating_add)
}

fn unavailable(error: &io::Error) -> SnapshotError {
    SnapshotError::Unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{BufRead, BufReader, Read},
        os::unix::fs::PermissionsExt,
        thread,
    };
    use tokio::{sync::oneshot, time::timeout};

    /// Far longer than the end of a process takes; what outlives this was not ended.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// A repository that is served by a git of the test's own, which does `fetching` where it is asked to fetch.
    fn repository(scratch: &Path, fetching: &str) -> Repository {
        let git = scratch.join("git");
        fs::write(&git, format!("#!/bin/sh\ncase \"$*\" in *' fetch '*)\n{fetching}\n;; esac\n")).unwrap();
        fs::set_permissions(&git, fs::Permissions::from_mode(0o700)).unwrap();
        Repository::new(scratch, Some(&format!("{}:/usr/local/bin:/usr/bin:/bin", scratch.display())))
    }

    fn source() -> Source {
        Source { url: "http://127.0.0.1:9/".parse().unwrap(), host: "127.0.0.1".to_owned(), machines: vec![] }
    }

    /// A pipe, told of when its first line was written, and when everybody who could write into it is gone.
    fn watched_pipe(path: &Path) -> (oneshot::Receiver<()>, oneshot::Receiver<()>) {
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
        let (has_begun, begun) = oneshot::channel();
        let (has_ended, ended) = oneshot::channel();
        let path = path.to_owned();
        thread::spawn(move || {
            let mut pipe = BufReader::new(fs::File::open(path).unwrap());
            pipe.read_line(&mut String::new()).unwrap();
            let _nobody_waits_for_it = has_begun.send(());
            pipe.read_to_string(&mut String::new()).unwrap();
            let _nobody_waits_any_more = has_ended.send(());
        });
        (begun, ended)
    }

    #[tokio::test]
    async fn what_a_fetch_started_ends_with_it_when_nobody_waits_any_more() {
        let scratch = tempfile::tempdir().unwrap();
        let (begun, ended) = watched_pipe(&scratch.path().join("alive"));
        let repository = repository(scratch.path(), "exec 3>../alive; echo begun >&3; sleep 600 & wait");
        let (source, commit) = (source(), "0".repeat(40));
        tokio::select! {
            done = repository.archive_of(&source, &commit) => panic!("it went on without its fetch: {done:?}"),
            begun = begun => begun.unwrap(),
        }
        timeout(PATIENCE, ended).await.expect("the child of git is gone").unwrap();
    }

    #[tokio::test]
    async fn what_a_fetch_left_behind_ends_with_it() {
        let scratch = tempfile::tempdir().unwrap();
        let (_begun, ended) = watched_pipe(&scratch.path().join("alive"));
        let left = "exec 3>../alive; echo begun >&3; sleep 600 >/dev/null 2>&1 &";
        let repository = repository(scratch.path(), left);
        assert!(repository.archive_of(&source(), &"0".repeat(40)).await.unwrap().is_empty());
        timeout(PATIENCE, ended).await.expect("the child of git is gone").unwrap();
    }

    #[tokio::test]
    async fn a_machine_without_git_says_so() {
        let scratch = tempfile::tempdir().unwrap();
        let repository = Repository::new(scratch.path(), scratch.path().to_str());
        let refused = repository.archive_of(&source(), &"0".repeat(40)).await.unwrap_err();
        assert!(matches!(refused, SnapshotError::NotHere(_)), "{refused}");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_file_of_a_fetch_ends_at_its_limit_however_fast_it_grows() {
        let scratch = tempfile::tempdir().unwrap();
        let limit = MAX_FETCHED_BYTES + 1;
        let repository = repository(scratch.path(), &format!("head -c {} /dev/zero > pack", 2 * limit));
        let refused = repository.archive_of(&source(), &"0".repeat(40)).await.unwrap_err();
        assert!(matches!(refused, SnapshotError::Refused(_)), "{refused}");
        assert!(fs::metadata(scratch.path().join("repository/pack")).unwrap().len() <= limit);
    }
}
