//! What does the log say about one task, machine or wallet, so that it can be checked without the log and without us?
//!
//! One tar file: the entries as they are stored, a proof for each that it is in the tree that was signed, the checkpoint,
//! the keys, and a text that says how to check all of it by hand.

mod about;
mod readme;

pub use about::About;

use crate::{
    Place, Reader,
    entry_view::EntryView,
    prove::{ProveError, Signed, tiles_for},
};
use edgecoder_ledger::{
    note::VerifierKey,
    tree::{Hash, inclusion_proof, leaf_hash, verify_inclusion},
    verify::StoredRow,
};
use std::{
    fmt::Write as _,
    io::{self, Write},
    path::PathBuf,
};

/// The most entries of one archive: a wallet's whole life, and no more memory than a few hundred MiB at worst.
pub const MAX_ARCHIVE_ENTRIES: usize = 10_000;

/// What to archive, and under which checkpoint.
#[derive(Debug, Clone)]
pub struct ArchiveWish {
    pub place: Place,
    pub about: About,
    /// A checkpoint that was kept elsewhere, or the one beside the ledger; a served log has its own.
    pub checkpoint: Option<PathBuf>,
    /// Keys that the auditor knows; without any, the ledger's own word is taken.
    pub keys: Vec<VerifierKey>,
}

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error(transparent)]
    Prove(#[from] ProveError),
    #[error("the log says nothing about {0}")]
    Nothing(About),
    #[error("more than {MAX_ARCHIVE_ENTRIES} entries speak of {0}")]
    TooMany(About),
    /// The entry is not the one that was signed.
    #[error("MUTATED at {0}: the entry is not in the tree that was signed; audit verify says more")]
    NotSigned(u64),
    #[error("the archive cannot be written: {0}")]
    Write(#[from] io::Error),
}

impl ArchiveError {
    /// The exit code: see `docs/auditors/exit-codes.md`.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Prove(error) => error.exit_code(),
            Self::NotSigned(_) => 1,
            Self::Nothing(_) | Self::TooMany(_) | Self::Write(_) => 2,
        }
    }
}

/// One entry and the way from it to the root.
struct Proven {
    position: u64,
    entry: Vec<u8>,
    path: Vec<Hash>,
}

/// Writes the archive, and gives how many entries are in it.
///
/// # Errors
/// [`ArchiveError`]; what was written until then is no archive.
pub async fn archive(wish: &ArchiveWish, to: &mut (dyn Write + Send)) -> Result<usize, ArchiveError> {
    let mut signed = Signed::open(&wish.place, wish.checkpoint.as_deref(), &wish.keys).await?;
    let entries = find(&mut signed.reader, &wish.about, signed.checkpoint.size).await?;
    let proven = prove_all(&mut signed, entries).await?;
    write(&signed, &wish.about, &proven, to)?;
    Ok(proven.len())
}

async fn find(reader: &mut Reader, about: &About, size: u64) -> Result<Vec<(u64, Vec<u8>)>, ArchiveError> {
    let mut found = Vec::new();
    let mut next = 0;
    loop {
        let page = reader.from(next).await.map_err(ProveError::from)?;
        let of_size = page.rows().take_while(|row| row.position < size);
        found.extend(of_size.filter(|row| about.concerns(row.entry)).map(|row| (row.position, row.entry.to_vec())));
        if found.len() > MAX_ARCHIVE_ENTRIES {
            return Err(ArchiveError::TooMany(about.clone()));
        }
        match page
            .last()
            .and_then(|last| last.checked_add(1))
            .filter(|next| u64::try_from(*next).is_ok_and(|it| it < size))
        {
            Some(after) => next = after,
            None if found.is_empty() => return Err(ArchiveError::Nothing(about.clone())),
            None => return Ok(found),
        }
    }
}

async fn prove_all(signed: &mut Signed, entries: Vec<(u64, Vec<u8>)>) -> Result<Vec<Proven>, ArchiveError> {
    let (size, root) = (signed.checkpoint.size, signed.checkpoint.root);
    let positions: Vec<u64> = entries.iter().map(|(position, _)| *position).collect();
    let tiles = tiles_for(&mut signed.reader, &positions, size).await?;
    let prove = |(position, entry): (u64, Vec<u8>)| {
        let path = inclusion_proof(&tiles, position, size).map_err(|_| ArchiveError::NotSigned(position))?;
        let holds = verify_inclusion(position, size, &leaf_hash(&entry), &path, &root);
        holds.map_err(|_| ArchiveError::NotSigned(position))?;
        Ok(Proven { position, entry, path })
    };
    entries.into_iter().map(prove).collect()
}

fn write(signed: &Signed, about: &About, proven: &[Proven], to: &mut (dyn Write + Send)) -> io::Result<()> {
    let mut tar = tar::Builder::new(to);
    add(&mut tar, "README.md", readme::text(signed, about, proven.len()).as_bytes())?;
    add(&mut tar, "checkpoint", signed.note.as_bytes())?;
    let keys: String = signed.keys.iter().fold(String::new(), |keys, key| keys + &key.to_string() + "\n");
    add(&mut tar, "keys", keys.as_bytes())?;
    for it in proven {
        let name = format!("{:012}", it.position);
        add(&mut tar, &format!("entries/{name}"), &it.entry)?;
        add(&mut tar, &format!("proofs/{name}"), proof_lines(it).as_bytes())?;
        let row = StoredRow { position: it.position, entry: &it.entry, hash: &[], columns: None };
        if let Ok(view) = EntryView::of(&row) {
            let mut words = view.document();
            // There is no stored hash here that could fit or not.
            words.as_object_mut().map(|fields| fields.remove("storedHashFits"));
            add(&mut tar, &format!("words/{name}.json"), format!("{words:#}\n").as_bytes())?;
        }
    }
    tar.finish()
}

/// One hash to a line, from the leaf upwards.
fn proof_lines(it: &Proven) -> String {
    let mut text = String::new();
    for hash in &it.path {
        writeln!(text, "{}", hex::encode(hash)).expect("a string takes every text");
    }
    text
}

/// The same archive has the same bytes whenever it is made.
fn add(tar: &mut tar::Builder<&mut (dyn Write + Send)>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    header.set_mode(0o644);
    tar.append_data(&mut header, name, bytes)
}
