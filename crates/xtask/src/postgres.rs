//! Where does a real PostgreSQL for the tests come from? From the machine, or its package manager; in a folder of its own.

use crate::{
    packages,
    process::{self, Leashed, is_root, output_of},
};
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

const READY_WITHIN: Duration = Duration::from_mins(1);
const ASK_EVERY: Duration = Duration::from_millis(100);
/// Each test that talks to the database has a pool of its own.
const MAX_CONNECTIONS: u16 = 200;
/// Accounts without rights, one of which every Unix has; PostgreSQL refuses to run as root.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// One child for both steps, so that its leash cleans up whichever of them is interrupted.
/// `$1` programs, `$2` folder, `$3` port, `$4` connections.
const INIT_AND_SERVE: &str = r#"
"$1/initdb" --username=edgecoder --auth=trust --encoding=UTF8 --no-locale --pgdata="$2/data"
exec "$1/postgres" -D "$2/data" -k "$2" -h 127.0.0.1 -p "$3" -N "$4"
"#;

/// A running server; it stops, and its folder goes, when this value is dropped or this process dies.
pub struct Server {
    leashed: Leashed,
    /// `PostgreSQL 17.1`.
    pub version: String,
    pub port: u16,
}

impl Server {
    /// Finds or installs PostgreSQL and starts it on a free port, with `fsync` as in production.
    pub fn start() -> Result<Self> {
        let programs = programs()?;
        let version = output_of(Command::new(programs.join("postgres")).arg("--version"))?;
        let folder = std::env::temp_dir().join(format!("edgecoder-postgres-{}", std::process::id()));
        let owner = Owner::choose()?;
        owner.make(&folder)?;
        let port = free_port()?;
        let leashed = serve(&programs, &folder, &owner, port)?;
        let version = version.replace("postgres (PostgreSQL)", "PostgreSQL");
        let mut server = Self { leashed, version, port };
        server.wait_until_ready(&programs, &folder)?;
        Ok(server)
    }

    /// What the tests connect to.
    pub fn url(&self) -> String {
        format!("postgres://edgecoder@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&mut self, programs: &Path, folder: &Path) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < READY_WITHIN && !self.leashed.has_ended()? {
            let mut ask = Command::new(programs.join("pg_isready"));
            ask.args(["--quiet", "--host", "127.0.0.1", "--port", &self.port.to_string()]);
            if output_of(&mut ask).is_ok() {
                return Ok(());
            }
            thread::sleep(ASK_EVERY);
        }
        bail!("PostgreSQL did not become ready: {}", std::fs::read_to_string(folder.join("log")).unwrap_or_default())
    }
}

/// The folder with `initdb` and `postgres`, after an installation if need be.
fn programs() -> Result<PathBuf> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    packages::install("postgresql", "postgresql@17")?;
    stop_what_the_package_started();
    installed().context("PostgreSQL was installed, but its programs are not where they were expected")
}

/// The newest version under the folders that Debian and Homebrew use, or what is on the path.
fn installed() -> Option<PathBuf> {
    let mut candidates: Vec<_> = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flat_map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path().join("bin")))
        .filter(|programs| has_both(programs))
        .collect();
    candidates.sort_by_key(|programs| number_in(programs));
    candidates.pop().or_else(|| Some(process::find("initdb")?.parent()?.to_path_buf()).filter(|path| has_both(path)))
}

fn has_both(programs: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|program| programs.join(program).is_file())
}

fn number_in(programs: &Path) -> u32 {
    let digits = programs.to_string_lossy().chars().filter(char::is_ascii_digit).collect::<String>();
    digits.parse().unwrap_or(0)
}

/// Debian's package starts a server of its own, which nobody asked for.
fn stop_what_the_package_started() {
    let Ok(clusters) = output_of(Command::new("pg_lsclusters").arg("--no-header")) else { return };
    for cluster in clusters.lines() {
        let mut words = cluster.split_whitespace();
        if let (Some(version), Some(name)) = (words.next(), words.next()) {
            // A server that will not stop disturbs nobody: ours has a port and a folder of its own.
            let _ = output_of(Command::new("pg_ctlcluster").args([version, name, "stop"]));
        }
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0").context("looking for a free port")?.local_addr()?.port())
}

fn serve(programs: &Path, folder: &Path, owner: &Owner, port: u16) -> Result<Leashed> {
    let log = File::create(folder.join("log")).context("creating the log of PostgreSQL")?;
    let mut command = Command::new("sh");
    command.args(["-ec", INIT_AND_SERVE, "postgres"]).arg(programs).arg(folder);
    command.args([&port.to_string(), &MAX_CONNECTIONS.to_string()]);
    command.current_dir(folder).stdout(log.try_clone().context("sharing the log")?).stderr(log);
    Leashed::start(owner.runs(&mut command), Some(folder))
}

/// Who the server runs as: ourselves, or for root an account without rights.
struct Owner(Option<(u32, u32)>);

impl Owner {
    fn choose() -> Result<Self> {
        if !is_root() {
            return Ok(Self(None));
        }
        let id = |flag: &str, name: &str| output_of(Command::new("id").args([flag, name])).ok()?.parse().ok();
        let account = UNPRIVILEGED.iter().find_map(|name| Some((id("-u", name)?, id("-g", name)?)));
        ensure!(account.is_some(), "none of the accounts {UNPRIVILEGED:?} exists to run PostgreSQL");
        Ok(Self(account))
    }

    /// Makes a folder that nobody else reads.
    #[cfg(unix)]
    fn make(&self, folder: &Path) -> Result<()> {
        use std::os::unix::fs::{DirBuilderExt, chown};
        std::fs::DirBuilder::new().mode(0o700).create(folder).context("creating the database folder")?;
        let Some((user, group)) = self.0 else { return Ok(()) };
        chown(folder, Some(user), Some(group)).context("giving the database folder away")
    }

    #[cfg(unix)]
    fn runs<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        use std::os::unix::process::CommandExt;
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
        command
    }

    #[cfg(not(unix))]
    fn make(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir(folder).context("creating the database folder")
    }

    #[cfg(not(unix))]
    fn runs<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_has_the_greatest_number() {
        let debian = |version: &str| number_in(&Path::new("/usr/lib/postgresql").join(version).join("bin"));
        assert!(debian("17") > debian("9"));
        assert_eq!(number_in(Path::new("/opt/homebrew/opt/postgresql@17/bin")), 17);
    }
}
