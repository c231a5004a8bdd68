//! A machine: a data directory, the settings of its operator, and what is typed there.

use crate::sandbox;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead, BufReader, Lines},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// How often a journey looks again for what must come; each look is a tenth of a second after the one before.
const LOOKS: u32 = 900;
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// What a service says last before it works: alone, or with the hint what to type next.
const READY: [&str; 2] = ["is ready: ", "audit verify"];
/// Set by a person who wants the other tests of this crate only.
const SKIP: &str = "EDGECODER_SKIP_JOURNEYS";
/// No model server is there, even where the machine that runs the journeys has one.
const NOBODY: &str = "http://127.0.0.1:1";

/// The executable under test: the one that `EDGECODER_BIN` names, or the one that was built beside this test. `None` only
/// where a person says that the journeys are to be skipped.
///
/// # Panics
/// Where there is none: a journey that did nothing must not look like one that went well.
#[expect(clippy::disallowed_methods, reason = "the one who runs the journeys says where the executable is")]
pub fn executable() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("EDGECODER_BIN") {
        return Some(named.into());
    }
    if std::env::var_os(SKIP).is_some() {
        assert!(std::env::var_os("CI").is_none(), "{SKIP} is set, but CI skips no journey");
        println!("skipped: {SKIP} is set");
        return None;
    }
    let test = std::env::current_exe().expect("a running test has a file");
    let folder = test.parent().and_then(Path::parent).expect("cargo puts tests into `deps` beside the executables");
    let built = folder.join("edgecoder").with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        built.is_file(),
        "there is no {}: run cargo xtask test, or build it first (cargo build --release --package edgecoder), or set {SKIP}",
        built.display()
    );
    Some(built)
}

/// The program with a data directory of its own and nothing of our environment.
pub struct Machine {
    executable: PathBuf,
    data: TempDir,
    settings: BTreeMap<String, String>,
}

impl Machine {
    /// A machine on which nothing ever ran, but Python is prepared.
    pub fn new(executable: PathBuf) -> Self {
        let machine = Self::bare(executable);
        sandbox::lend(&machine.executable, &machine.path("sandbox"));
        machine
    }

    /// A machine on which nothing ever ran and nothing is prepared.
    pub fn bare(executable: PathBuf) -> Self {
        let data = tempfile::tempdir().unwrap();
        let ports = ["COORDINATOR_PORT", "INFERENCE_PORT", "CONTROL_PLANE_PORT", "PORTAL_PORT"]
            .map(|port| (port.into(), "0".into()));
        let mut machine = Self { executable, data, settings: ports.into() };
        machine.set("PATH", "/usr/bin:/bin").set("OLLAMA_HOST", NOBODY);
        machine
    }

    /// Another machine with the same settings.
    pub fn beside(&self) -> Self {
        Self { settings: self.settings.clone(), ..Self::new(self.executable.clone()) }
    }

    /// Sets what the environment says to everything that starts from now on.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.settings.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A file of the data directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    /// A file of the data directory, without the line's end.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap().trim_end().to_owned()
    }

    /// Starts services and waits until they say that they are ready.
    pub fn start(&self, words: &[&str]) -> Service {
        let log = self.path("stderr.log");
        let mut command = self.command(words);
        command.stdout(Stdio::piped()).stderr(File::create(&log).unwrap()).stdin(Stdio::null());
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut service = Service { process, lines, said: String::new(), log };
        service.wait_until_ready();
        service
    }

    /// Types a command and waits for its end.
    pub fn types(&self, words: &[&str]) -> Output {
        self.command(words).stdin(Stdio::null()).output().unwrap()
    }

    /// Types a command that must succeed; what it printed.
    pub fn told(&self, words: &[&str]) -> String {
        let output = self.types(words);
        let (told, remarks) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{words:?} ended with {}:\n{told}\n{remarks}", output.status);
        told.into_owned()
    }

    /// Types a command that must be refused; what it complained about.
    pub fn refused(&self, words: &[&str]) -> String {
        let output = self.types(words);
        assert!(!output.status.success(), "{words:?} was done:\n{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Types a command that must succeed; what it printed, as JSON.
    pub fn json(&self, words: &[&str]) -> Value {
        let told = self.told(&[&["--json"], words].concat());
        serde_json::from_str(&told).unwrap_or_else(|error| panic!("{words:?}: {error}:\n{told}"))
    }

    /// What stands in a wallet, in millionths of a credit: available and reserved.
    pub fn wallet(&self, account: &str) -> (u64, u64) {
        let balance = self.json(&["account", "balance", account]);
        let amount = |name: &str| balance[name].as_u64().unwrap();
        (amount("availableMicroCredits"), amount("reservedMicroCredits"))
    }

    /// Whether the log, read from here, is what its keys signed.
    pub fn verifies(&self) {
        let unproven = |verified: &Value| verified["verdict"] == "VALID BUT UNPROVEN";
        for _ in 0..LOOKS {
            let output = self.types(&["--json", "audit", "verify"]);
            let verified: Value = serde_json::from_slice(&output.stdout).unwrap();
            if !unproven(&verified) {
                assert_eq!(verified["verdict"], "OK", "{verified}");
                return;
            }
            thread::sleep(LOOK_EVERY);
        }
        panic!("no checkpoint came to stand beside the ledger");
    }

    /// What is typed here, ready to be started.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.executable);
        command.args(words).env_clear().envs(&self.settings).env("EDGECODER_DATA_DIR", self.data.path());
        command.current_dir(repository());
        command
    }
}

/// Services that run until this is dropped.
pub struct Service {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// What they printed until they were ready.
    pub said: String,
    log: PathBuf,
}

impl Service {
    fn wait_until_ready(&mut self) {
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            self.said.push_str(&line);
            self.said.push('\n');
            if READY.iter().any(|ready| line.contains(ready)) {
                return;
            }
        }
        panic!("it ended instead of becoming ready:\n{}\n{}", self.said, self.remarks());
    }

    /// The address that it said it has.
    pub fn address(&self) -> String {
        let at = self.said.find("http://").expect("a service says where it is");
        self.said[at..].split_whitespace().next().unwrap().to_owned()
    }

    /// Ends it without a word, as `kill -9` does.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to end, as `kill` and service managers do, and waits until it has.
    pub fn stop(mut self) {
        let asked = Command::new("kill").args(["-s", "TERM", &self.process.id().to_string()]).status().unwrap();
        assert!(asked.success());
        let ended = self.process.wait().unwrap();
        assert!(ended.success(), "it ended with {ended}:\n{}", self.remarks());
    }

    /// What it wrote into its log.
    pub fn remarks(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _ended_already = self.process.wait();
    }
}

/// Looks again and again until `found` answers; `remarks` says what went on meanwhile.
pub fn wait_for<T>(what: &str, remarks: impl Fn() -> String, mut found: impl FnMut() -> Option<T>) -> T {
    for _ in 0..LOOKS {
        if let Some(answer) = found() {
            return answer;
        }
        thread::sleep(LOOK_EVERY);
    }
    panic!("{what} did not come:\n{}", remarks());
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
