//! Has this request been seen before the last restart?
//!
//! Every nonce is one appended line, handed to the operating system before the request is let through, so that killing
//! the process forgets nothing. Instead of being rewritten, the file is put aside after [`GENERATION_MS`]: by then
//! every nonce of the file put aside before it has expired.

use crate::{
    nonce_memory::{Nonce, NonceLineError, NonceMemory, NonceRefusal},
    request::MAX_SKEW_MS,
};
use edgecoder_durable_file::folder_of;
use edgecoder_events::{AgentId, UnixMillis};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The longest that a nonce lives: a timestamp may lie one skew ahead and is good for one skew more.
const GENERATION_MS: u64 = 2 * MAX_SKEW_MS;

/// Why the memory cannot be opened or extended.
#[derive(Debug, thiserror::Error)]
pub enum NonceFileError {
    #[error(transparent)]
    Refused(#[from] NonceRefusal),
    #[error(
        "{path} holds something else than nonces: move it away, and requests of the last minutes could be replayed"
    )]
    Malformed { path: PathBuf, source: NonceLineError },
    #[error("{path} could not be read or written: {source}")]
    Io { path: PathBuf, source: io::Error },
}

/// A [`NonceMemory`] that outlives the process. One process owns the file.
#[derive(Debug)]
pub struct NonceFile {
    path: PathBuf,
    memory: NonceMemory,
    /// None after a failed write: its end may be torn, so the next record starts a fresh file.
    file: Option<File>,
    begun_at: UnixMillis,
}

impl NonceFile {
    /// Reads what an earlier run wrote, and forgets what expired since.
    ///
    /// # Errors
    /// [`NonceFileError`]; a last line that a crash tore is no error, its request was never answered.
    pub fn open(path: impl Into<PathBuf>, now: UnixMillis) -> Result<Self, NonceFileError> {
        let path = path.into();
        let aside = read(&put_aside(&path))?;
        let current = read(&path)?;
        let lines = whole_lines(&aside).chain(whole_lines(&current));
        let memory = NonceMemory::restore(lines, now)
            .map_err(|source| NonceFileError::Malformed { path: path.clone(), source })?;
        let mut opened = Self { path, memory, file: None, begun_at: now };
        opened.rewrite(now).map_err(|source| opened.io_error(source))?;
        Ok(opened)
    }

    /// Remembers a request, in memory and on file.
    ///
    /// # Errors
    /// [`NonceFileError`]; the request must be refused then.
    pub fn record(
        &mut self,
        agent: &AgentId,
        timestamp: UnixMillis,
        nonce: Nonce,
        now: UnixMillis,
    ) -> Result<(), NonceFileError> {
        let line = self.memory.record(agent, timestamp, nonce, now)?;
        self.append(&line, now).map_err(|source| {
            self.file = None;
            self.io_error(source)
        })
    }

    fn append(&mut self, line: &str, now: UnixMillis) -> io::Result<()> {
        if now.ms_since(self.begun_at) > GENERATION_MS {
            fs::rename(&self.path, put_aside(&self.path))?;
            self.file = Some(OpenOptions::new().create(true).append(true).open(&self.path)?);
            self.begun_at = now;
        }
        match &mut self.file {
            Some(file) => file.write_all(line.as_bytes()),
            // The memory holds the line already.
            None => self.rewrite(now),
        }
    }

    /// Replaces both files by one with what is still remembered.
    fn rewrite(&mut self, now: UnixMillis) -> io::Result<()> {
        // Not `replace_private`: the file stays open for the lines to come. Those are not forced to the disk one by one, so
        // forcing the first of them would promise what the others do not keep.
        let mut whole = io::BufWriter::new(tempfile::NamedTempFile::new_in(folder_of(&self.path))?);
        for line in self.memory.lines() {
            whole.write_all(line.as_bytes())?;
        }
        let whole = whole.into_inner().map_err(io::IntoInnerError::into_error)?;
        self.file = Some(whole.persist(&self.path)?);
        self.begun_at = now;
        match fs::remove_file(put_aside(&self.path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn io_error(&self, source: io::Error) -> NonceFileError {
        NonceFileError::Io { path: self.path.clone(), source }
    }
}

fn put_aside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".old");
    PathBuf::from(name)
}

fn read(path: &Path) -> Result<String, NonceFileError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(NonceFileError::Io { path: path.to_owned(), source }),
    }
}

/// Without the end of a line that a crash tore.
fn whole_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').filter(|line| line.ends_with('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

    struct Fixture {
        home: tempfile::TempDir,
        rng: StdRng,
        agent: AgentId,
    }

    impl Fixture {
        fn new() -> Self {
            let home = tempfile::tempdir().unwrap();
            Self { home, rng: StdRng::seed_from_u64(1), agent: AgentId::new("ann").unwrap() }
        }

        fn path(&self) -> PathBuf {
            self.home.path().join("nonces")
        }

        fn open(&self, now: UnixMillis) -> NonceFile {
            NonceFile::open(self.path(), now).unwrap()
        }

        fn record(&mut self, file: &mut NonceFile, at: UnixMillis) -> Nonce {
            let nonce = Nonce::generate(&mut self.rng);
            file.record(&self.agent, at, nonce, at).unwrap();
            nonce
        }

        fn is_replay(&self, file: &mut NonceFile, nonce: Nonce, at: UnixMillis) -> bool {
            let answer = file.record(&self.agent, at, nonce, at);
            matches!(answer, Err(NonceFileError::Refused(NonceRefusal::Replayed)))
        }
    }

    #[test]
    fn a_killed_process_forgets_nothing() {
        let mut fixture = Fixture::new();
        let mut killed = fixture.open(NOW);
        let nonce = fixture.record(&mut killed, NOW);
        // Not dropped before the next one opens the file: what it had not handed over would be lost.
        let mut next = fixture.open(NOW.plus_ms(1));
        assert!(fixture.is_replay(&mut next, nonce, NOW));
        let mut third = fixture.open(NOW.plus_ms(2));
        assert!(fixture.is_replay(&mut third, nonce, NOW));
        drop(killed);
    }

    #[test]
    fn a_torn_last_line_is_left_out_and_the_others_stay() {
        let mut fixture = Fixture::new();
        let nonce = fixture.record(&mut fixture.open(NOW), NOW);
        OpenOptions::new().append(true).open(fixture.path()).unwrap().write_all(b"1700000000000 ab").unwrap();
        let mut reopened = fixture.open(NOW);
        assert!(fixture.is_replay(&mut reopened, nonce, NOW));
        let after = fixture.record(&mut reopened, NOW);
        assert!(fixture.is_replay(&mut fixture.open(NOW), after, NOW), "the next line was glued to the torn one");
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        let fixture = Fixture::new();
        fs::write(fixture.path(), "dear diary\n").unwrap();
        assert!(matches!(NonceFile::open(fixture.path(), NOW), Err(NonceFileError::Malformed { .. })));
    }

    #[test]
    fn the_files_stay_small_and_the_last_minutes_stay_known() {
        let mut fixture = Fixture::new();
        let mut file = fixture.open(NOW);
        let mut now = NOW;
        for _ in 0..100 {
            now = now.plus_ms(MAX_SKEW_MS / 2);
            let nonce = fixture.record(&mut file, now);
            assert!(fixture.is_replay(&mut fixture.open(now), nonce, now));
            file = fixture.open(now);
        }
        for _ in 0..100 {
            now = now.plus_ms(MAX_SKEW_MS / 2);
            fixture.record(&mut file, now);
        }
        let kept = read(&fixture.path()).unwrap() + &read(&put_aside(&fixture.path())).unwrap();
        assert!(kept.lines().count() <= 10, "{} lines", kept.lines().count());
    }

    #[test]
    fn what_was_recorded_just_before_a_file_is_put_aside_stays_known() {
        let mut fixture = Fixture::new();
        let mut file = fixture.open(NOW);
        let before = NOW.plus_ms(GENERATION_MS);
        let (nonce, after) = (fixture.record(&mut file, before), before.plus_ms(1));
        fixture.record(&mut file, after);
        assert!(put_aside(&fixture.path()).exists(), "nothing was put aside");
        assert!(fixture.is_replay(&mut fixture.open(after), nonce, before));
    }
}
