//! Which process has a file to itself? The one that locked it; its id is in the file, for those who come second.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
    path::Path,
};

/// A file that this process has to itself until this is dropped; the operating system lets go of it when the process dies.
pub struct HeldFile(#[expect(dead_code, reason = "the open file is the lock")] File);

/// What came of the wish to have a file to oneself.
pub enum Hold {
    Mine(HeldFile),
    /// Another process has it: for messages, as that one may end meanwhile.
    Anothers {
        pid: String,
    },
}

/// Takes a file for this process, and makes it where it is missing. It stays there when it is let go of.
///
/// # Errors
/// Where the disk refuses.
pub fn hold(path: &Path) -> io::Result<Hold> {
    let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Hold::Anothers { pid: holder(&mut file) }),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    name_holder(&mut file)?;
    Ok(Hold::Mine(HeldFile(file)))
}

fn holder(file: &mut File) -> String {
    let mut pid = String::new();
    match file.read_to_string(&mut pid) {
        Ok(_) if !pid.trim().is_empty() => pid.trim().to_owned(),
        Ok(_) | Err(_) => "unknown".to_owned(),
    }
}

fn name_holder(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_one_holders_at_a_time_and_the_second_learns_who_the_first_is() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("lock");
        let first = hold(&path).unwrap();
        assert!(matches!(first, Hold::Mine(_)));
        let Hold::Anothers { pid } = hold(&path).unwrap() else { panic!("two have it") };
        assert_eq!(pid, std::process::id().to_string());
        drop(first);
        assert!(matches!(hold(&path).unwrap(), Hold::Mine(_)));
    }
}
