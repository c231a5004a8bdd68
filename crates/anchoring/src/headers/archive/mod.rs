//! Where are all headers of a network? In one file, 80 bytes each, that anybody can copy and check again.

use super::{
    HEADER_BYTES,
    finding::HeaderFinding,
    rules::{ChainRules, KnownBlock, MEDIAN_SPAN, RETARGET_EVERY, work_in},
};
use crate::{Network, evidence::Trust};
use bitcoin::{
    Work,
    block::Header,
    consensus::{deserialize, serialize},
};
use std::{
    fs::{File, OpenOptions},
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// A chain that forks off deeper than this is not taken without a person looking.
pub const MAX_REPLACED_HEADERS: u32 = 144;

/// Why an archive cannot be used or changed.
#[derive(Debug, thiserror::Error)]
pub enum HeaderArchiveError {
    #[error(transparent)]
    Invalid(#[from] HeaderFinding),
    #[error("the header archive ends in the middle of a header: {0} bytes too many; copy it again")]
    CutOff(u64),
    #[error("the header archive has no whole header: copy it again, or name another file")]
    Empty,
    #[error("the header archive could not be read or written: {0}")]
    Io(#[from] io::Error),
    #[error("the other chain forks off at {fork}, more than {MAX_REPLACED_HEADERS} blocks below {tip}")]
    TooDeep { fork: u32, tip: u32 },
    #[error("the other chain from {fork} on has no more work in it than the one that is here")]
    NotHeavier { fork: u32 },
}

/// An open archive, every header of which was checked when it was opened or added.
#[derive(Debug)]
pub struct HeaderArchive {
    file: File,
    rules: ChainRules,
}

impl HeaderArchive {
    /// Opens an archive that somebody made, and checks it whole.
    ///
    /// # Errors
    /// The file cannot be read, is cut off or empty, or one of its headers breaks a rule.
    pub fn open(path: &Path, network: Network) -> Result<Self, HeaderArchiveError> {
        let file = File::open(path)?;
        match file.metadata()?.len() % bytes(1) {
            0 => Self::checked(file, ChainRules::new(network)),
            torn => Err(HeaderArchiveError::CutOff(torn)),
        }
    }

    /// Opens our own archive to add to it; makes one with the network's first block where there is none, or an empty
    /// file. What a crash left half written is cut off when all before it was checked: the node has it still. A file
    /// that is something else stays as it is.
    ///
    /// # Errors
    /// The file cannot be read or written, is no archive, or one of its headers breaks a rule.
    pub fn open_or_create(path: &Path, network: Network) -> Result<Self, HeaderArchiveError> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        if file.metadata()?.len() == 0 {
            file.write_all(&serialize(&network.genesis()))?;
            file.sync_all()?;
        }
        let archive = Self::checked(file, ChainRules::new(network))?;
        archive.file.set_len(bytes(archive.rules.next_height()))?;
        Ok(archive)
    }

    fn checked(mut file: File, mut rules: ChainRules) -> Result<Self, HeaderArchiveError> {
        file.seek(SeekFrom::Start(0))?;
        let count = file.metadata()?.len() / bytes(1);
        let mut reader = BufReader::with_capacity(HEADER_BYTES * 1024, &file);
        for _ in 0..count {
            rules.accept(read_header(&mut reader)?)?;
        }
        if count == 0 {
            return Err(HeaderArchiveError::Empty);
        }
        Ok(Self { file, rules })
    }

    /// The newest block.
    pub fn tip(&self) -> KnownBlock {
        self.rules.tip().unwrap_or_else(|| self.rules.genesis())
    }

    /// When the newest block says that it was made, in seconds since 1970.
    pub fn tip_time(&self) -> u32 {
        self.rules.tip_time()
    }

    /// The work in all of its headers.
    pub fn work(&self) -> Work {
        self.rules.work()
    }

    /// What its word is worth. Easy blocks keep every rule too, so whoever shows less work than the network's chain has
    /// may have made them himself.
    pub fn trust(&self, minimum: Work) -> Trust {
        if self.work() >= minimum { Trust::HeaderArchive } else { Trust::SuppliedHeader }
    }

    /// The header at a height, if the archive reaches that far.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn header_at(&mut self, height: u32) -> Result<Option<Header>, HeaderArchiveError> {
        if height > self.tip().height {
            return Ok(None);
        }
        self.file.seek(SeekFrom::Start(bytes(height)))?;
        Ok(Some(read_header(&mut self.file)?))
    }

    /// Adds headers after the newest; all of them or none.
    ///
    /// # Errors
    /// One of them breaks a rule, or the file cannot be written.
    pub fn append(&mut self, headers: &[Header]) -> Result<(), HeaderArchiveError> {
        self.write_after(self.rules.clone(), headers)
    }

    /// Replaces the headers above `fork` by others with more work in them; all of them or none.
    ///
    /// # Errors
    /// As [`Self::append`]; or the others have no more work in them, or fork off too deep.
    pub fn replace_above(&mut self, fork: u32, headers: &[Header]) -> Result<(), HeaderArchiveError> {
        let tip = self.tip().height;
        if fork >= tip {
            return self.append(headers);
        }
        if tip - fork > MAX_REPLACED_HEADERS {
            return Err(HeaderArchiveError::TooDeep { fork, tip });
        }
        let first = (fork - fork % RETARGET_EVERY).saturating_sub(span());
        let checked = self.range(first, fork)?;
        let old = self.range(fork + 1, tip)?;
        let rules = self.rules.resume(first, checked.into_iter(), self.work() - work_in(&old));
        // Weighed only when the rules hold: a header can claim any amount of work.
        let mut trial = rules.clone();
        headers.iter().try_for_each(|header| trial.accept(*header))?;
        if trial.work() <= self.work() {
            return Err(HeaderArchiveError::NotHeavier { fork });
        }
        self.write_after(rules, headers)
    }

    fn range(&mut self, first: u32, last: u32) -> Result<Vec<Header>, HeaderArchiveError> {
        self.file.seek(SeekFrom::Start(bytes(first)))?;
        let mut reader = BufReader::new(&self.file);
        (first..=last).map(|_| Ok(read_header(&mut reader)?)).collect()
    }

    fn write_after(&mut self, mut rules: ChainRules, headers: &[Header]) -> Result<(), HeaderArchiveError> {
        let start = bytes(rules.next_height());
        let mut written = Vec::with_capacity(headers.len() * HEADER_BYTES);
        for header in headers {
            rules.accept(*header)?;
            written.extend_from_slice(&serialize(header));
        }
        self.file.set_len(start)?;
        self.file.seek(SeekFrom::Start(start))?;
        self.file.write_all(&written)?;
        self.file.sync_data()?;
        self.rules = rules;
        Ok(())
    }
}

fn bytes(headers: u32) -> u64 {
    u64::from(headers) * u64::try_from(HEADER_BYTES).expect("80 fits")
}

fn span() -> u32 {
    u32::try_from(MEDIAN_SPAN).expect("11 fits")
}

fn read_header(from: &mut impl Read) -> io::Result<Header> {
    let mut raw = [0; HEADER_BYTES];
    from.read_exact(&mut raw)?;
    Ok(deserialize(&raw).expect("any 80 bytes are a header"))
}

#[cfg(test)]
mod tests;
