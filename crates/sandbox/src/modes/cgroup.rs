//! How much memory and how many processes may a native program and all its children take together?
//!
//! Limits of a single process do not hold a crowd, and the kernel does not hold root to a number of processes at all.
//! Where the cgroup file system is writable, each run gets a group of its own.

use crate::Limits;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::OnceLock,
};

const ROOT: &str = "/sys/fs/cgroup";
/// Processes and threads of one run together.
const PROCESSES: u64 = 64;

/// A group for one run, removed when dropped.
pub struct Cgroup {
    memory: PathBuf,
    processes: PathBuf,
}

impl Cgroup {
    /// Whether this machine lets us make groups.
    pub fn available() -> bool {
        static AVAILABLE: OnceLock<bool> = OnceLock::new();
        let probe = || Self::create(&format!("edgecoder-probe-{}", std::process::id()), &Limits::default()).is_some();
        *AVAILABLE.get_or_init(probe)
    }

    /// A new group, where the machine lets us make one.
    pub fn create(name: &str, limits: &Limits) -> Option<Self> {
        let group = if Path::new(ROOT).join("cgroup.controllers").exists() {
            let both = Path::new(ROOT).join(name);
            Self { memory: both.clone(), processes: both }
        } else {
            Self {
                memory: Path::new(ROOT).join("memory").join(name),
                processes: Path::new(ROOT).join("pids").join(name),
            }
        };
        // Dropping a group that was made half removes that half.
        group.make(limits).ok().map(|()| group)
    }

    fn make(&self, limits: &Limits) -> io::Result<()> {
        let bytes = limits.memory_bytes.to_string();
        if self.is_unified() {
            fs::create_dir(&self.memory)?;
            fs::write(self.memory.join("memory.max"), &bytes)?;
            let _no_swap_controller = fs::write(self.memory.join("memory.swap.max"), "0");
        } else {
            fs::create_dir(&self.memory)?;
            fs::create_dir(&self.processes)?;
            fs::write(self.memory.join("memory.limit_in_bytes"), &bytes)?;
        }
        fs::write(self.processes.join("pids.max"), PROCESSES.to_string())
    }

    fn is_unified(&self) -> bool {
        self.memory == self.processes
    }

    /// A process that writes `0` into each of these files is in.
    pub fn entrances(&self) -> Vec<PathBuf> {
        let mut entrances = vec![self.processes.join("cgroup.procs")];
        if !self.is_unified() {
            entrances.push(self.memory.join("cgroup.procs"));
        }
        entrances
    }

    /// Whether the kernel killed one of the group for want of memory.
    pub fn ran_out_of_memory(&self) -> bool {
        let file = if self.is_unified() { "memory.events" } else { "memory.oom_control" };
        let text = fs::read_to_string(self.memory.join(file)).unwrap_or_default();
        text.lines().filter_map(|line| line.strip_prefix("oom_kill ")).any(|count| count.trim() != "0")
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // Everything in it was killed; a group that was never made is none to remove.
        for dir in [&self.memory, &self.processes] {
            let _gone = fs::remove_dir(dir);
        }
    }
}
