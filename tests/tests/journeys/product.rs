//! The product, started as a person starts it.

use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};
use tempfile::TempDir;

/// How often a journey looks again for what must come; each look is a tenth of a second after the one before.
const LOOKS: u32 = 900;

/// The executable under test; `None` where a person runs the journeys without building it first.
#[expect(clippy::disallowed_methods, reason = "the one who runs the journeys says where the executable is")]
pub fn executable() -> Option<PathBuf> {
    let found = std::env::var("EDGECODER_BIN").ok().map(PathBuf::from);
    if found.is_none() {
        assert!(std::env::var("CI").is_err(), "EDGECODER_BIN is not set: run cargo xtask test");
        println!("skipped: EDGECODER_BIN is not set: run cargo xtask test");
    }
    found
}

/// A data directory and, while it runs, everything in one process on it.
pub struct Product {
    executable: PathBuf,
    data: TempDir,
    process: Option<Child>,
}

impl Product {
    /// A product that never ran.
    pub fn new(executable: PathBuf) -> Self {
        Self { executable, data: tempfile::tempdir().unwrap(), process: None }
    }

    /// Starts everything and waits until it says that it is ready; what it printed until then.
    pub fn start(&mut self) -> String {
        let log = fs::File::create(self.path("stderr.log")).unwrap();
        let mut process = self.command(&[]).stdout(Stdio::piped()).stderr(log).stdin(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        self.process = Some(process);
        let mut said = String::new();
        for line in lines.by_ref() {
            let line = line.unwrap();
            said.push_str(&line);
            said.push('\n');
            if line.contains("audit verify") {
                return said;
            }
        }
        panic!("it ended instead of becoming ready:\n{said}\n{}", fs::read_to_string(self.path("stderr.log")).unwrap());
    }

    /// Ends it without a word, as `kill -9` does.
    pub fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Types a command and waits for its end.
    pub fn types(&self, words: &[&str]) -> Output {
        self.command(words).stdin(Stdio::null()).output().unwrap()
    }

    /// Types a command that must succeed; what it printed, as JSON.
    pub fn json(&self, words: &[&str]) -> Value {
        let output = self.types(&[&["--json"], words].concat());
        let (told, remarks) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{words:?} ended with {}:\n{told}\n{remarks}", output.status);
        serde_json::from_str(&told).unwrap_or_else(|error| panic!("{words:?}: {error}:\n{told}"))
    }

    /// Looks again and again until `found` answers.
    pub fn wait_for<T>(&self, what: &str, mut found: impl FnMut(&Self) -> Option<T>) -> T {
        for _ in 0..LOOKS {
            if let Some(answer) = found(self) {
                return answer;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("{what} did not come:\n{}", fs::read_to_string(self.path("stderr.log")).unwrap_or_default());
    }

    /// A file of the data directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    /// Sends an HTTP request as it stands to the coordinator; status and body.
    pub fn asks(&self, request: &str) -> (u16, String) {
        let endpoints: Value = serde_json::from_str(&fs::read_to_string(self.path("endpoints.json")).unwrap()).unwrap();
        let address = endpoints["coordinator"].as_str().unwrap().trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// The token of the local account.
    pub fn account_token(&self) -> String {
        fs::read_to_string(self.path("account.token")).unwrap().trim().to_owned()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.executable);
        command.args(words).env_clear().env("EDGECODER_DATA_DIR", self.data.path());
        for port in ["COORDINATOR_PORT", "INFERENCE_PORT", "CONTROL_PLANE_PORT"] {
            command.env(port, "0");
        }
        command.env("PATH", "/usr/bin:/bin").current_dir(repository());
        command
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ended_already = process.kill();
            let _ended_already = process.wait();
        }
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
