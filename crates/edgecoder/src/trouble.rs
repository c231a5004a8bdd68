//! Why could this machine not do it? What went wrong, once, and what a person can do about it.

use anyhow::{Error, Result, ensure};
use std::path::Path;

/// With less than this on its disk a ledger could not even begin.
const LEAST_FREE_BYTES: u64 = 8 * 1024 * 1024;
/// What the first start writes, the prepared Python most of it.
const FIRST_START: &str = "256 MiB";

/// The chain of causes in one line. What a cause says that the one before has quoted is not said again.
pub fn told(error: &Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Refuses a start that could write nothing, before it has written anything.
pub fn check_room(dir: &Path) -> Result<()> {
    ensure!(!is_full(dir), "{}", no_room(dir));
    Ok(())
}

/// Says so where a start failed because the disk is full now.
pub fn blame_full_disk(error: Error, dir: &Path) -> Error {
    if is_full(dir) { error.context(no_room(dir)) } else { error }
}

fn no_room(dir: &Path) -> String {
    format!(
        "the disk that holds {} is full: make room there (the first start needs {FIRST_START}), or keep the data elsewhere \
         with --data-dir",
        dir.display()
    )
}

#[cfg(unix)]
fn is_full(dir: &Path) -> bool {
    let free = rustix::fs::statvfs(dir).map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    free.is_ok_and(|bytes| bytes < LEAST_FREE_BYTES)
}

/// Elsewhere the cause itself has to say it.
#[cfg(not(unix))]
fn is_full(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn a_cause_that_was_quoted_is_not_said_again() {
        let cause = || std::io::Error::other("connection refused");
        let quoting = Err::<(), _>(cause()).context("database: connection refused").context("opening the ledger");
        assert_eq!(told(&quoting.unwrap_err()), "opening the ledger: database: connection refused");
        let plain = Err::<(), _>(cause()).context("opening the ledger");
        assert_eq!(told(&plain.unwrap_err()), "opening the ledger: connection refused");
    }
}
