//! How much memory did it take? One answer for all programs that measure, printed beside their other figures.
//!
//! Linux is asked through `/proc`. Where a system does not say, the answer is "not known", never a guess.

use std::{fmt, fs, iter::Sum, path::Path, process};

const KIB_PER_MB: u64 = 1_024;

/// An amount of memory, or that the system does not say. It is shown in MB of 2^20 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memory {
    kib: Option<u64>,
}

impl Memory {
    /// As a number, to calculate with.
    pub fn bytes(self) -> Option<u64> {
        self.kib.map(|kib| kib * 1_024)
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kib {
            Some(kib) => f.pad(&format!("{} MB", (kib + KIB_PER_MB / 2) / KIB_PER_MB)),
            None => f.pad("not known"),
        }
    }
}

/// Not known where one of them is not.
impl Sum for Memory {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self { kib: amounts.map(|amount| amount.kib).sum() }
    }
}

/// Begins a measurement: [`peak`] tells of what comes after this, and of what is held already.
pub fn forget_peak() {
    // A system that does not forget tells the most since the process began, which is never too little.
    let _never_forgotten = fs::write("/proc/self/clear_refs", "5");
}

/// The most that this process held at once since it began, or since [`forget_peak`].
pub fn peak() -> Memory {
    peak_of(process::id())
}

/// The most that a process, which must still run, held at once.
pub fn peak_of(process: u32) -> Memory {
    said_of(process, "VmHWM:")
}

/// What this process holds now.
pub fn resident() -> Memory {
    resident_of(process::id())
}

/// What a process, which must still run, holds now.
pub fn resident_of(process: u32) -> Memory {
    said_of(process, "VmRSS:")
}

/// The processes that a process started and that still run.
pub fn children_of(process: u32) -> Vec<u32> {
    running_where("PPid:", process)
}

/// What the processes of a group hold now; what they share is counted for each of them.
pub fn resident_of_group(group: u32) -> Memory {
    // One that ended since it was found holds nothing.
    let known = running_where("NSpgid:", group).into_iter().map(resident_of).filter(|amount| amount.kib.is_some());
    let amounts: Vec<_> = known.collect();
    if amounts.is_empty() { Memory::default() } else { amounts.into_iter().sum() }
}

fn said_of(process: u32, name: &str) -> Memory {
    Memory { kib: status_of(process).and_then(|status| number_in(&status, name)) }
}

fn status_of(process: u32) -> Option<String> {
    fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status")).ok()
}

fn number_in(status: &str, name: &str) -> Option<u64> {
    let said = status.lines().find_map(|line| line.strip_prefix(name))?;
    said.split_whitespace().next()?.parse().ok()
}

/// The processes whose status says this number under that name.
fn running_where(name: &str, number: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let processes = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let says_so =
        |process: &u32| status_of(*process).and_then(|status| number_in(&status, name)) == Some(u64::from(number));
    processes.filter(says_so).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Name:\tedgecoder\nPPid:\t17\nVmHWM:\t   62336 kB\nVmRSS:\t   13504 kB\n";

    #[test]
    fn an_amount_is_read_by_its_name_and_shown_in_mb() {
        let amount = |name| Memory { kib: number_in(STATUS, name) };
        assert_eq!(amount("VmHWM:").to_string(), "61 MB");
        assert_eq!(amount("VmRSS:").bytes(), Some(13_504 * 1_024));
        assert_eq!(format!("{:>10}", amount("VmSwap:")), " not known");
    }

    #[test]
    fn a_sum_is_not_known_where_a_part_is_not() {
        let parts = [Memory { kib: Some(2_048) }, Memory { kib: Some(1_024) }];
        assert_eq!(parts.into_iter().sum::<Memory>().to_string(), "3 MB");
        assert_eq!(parts.into_iter().chain([Memory::default()]).sum::<Memory>(), Memory::default());
    }

    /// One test for both: another that runs beside it would hold memory of its own.
    #[test]
    #[cfg(target_os = "linux")]
    fn what_was_held_stays_the_peak_until_it_is_forgotten() {
        const HELD: usize = 64 << 20;
        forget_peak();
        let before = resident().bytes().unwrap();
        drop(std::hint::black_box(vec![1_u8; HELD]));
        let held = peak();
        assert!(held.bytes().unwrap() > before + u64::try_from(HELD / 2).unwrap(), "{before} bytes, then {held}");
        forget_peak();
        assert!(peak() < held, "{} is still the peak", peak());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_child_is_found_by_its_parent_and_by_its_group() {
        use std::{os::unix::process::CommandExt, process::Command};
        let mut child = Command::new("cat").stdin(process::Stdio::piped()).process_group(0).spawn().unwrap();
        let (found, held) = (children_of(process::id()), resident_of_group(child.id()));
        drop(child.stdin.take());
        child.wait().unwrap();
        assert!(found.contains(&child.id()), "{found:?}");
        assert!(held > Memory { kib: Some(0) }, "{held}");
    }
}
