//! How are the chain hashes of many entries made in less time than one after the other?
//!
//! BLAKE3 hashes an entry block by block, and each block waits for the one before. The blocks of *other* entries need
//! not wait: a processor with wide registers takes one block of each of up to 16 entries in the time of two. What
//! hashes whole files that way inside the crate `blake3` is used here for entries of equally many blocks.

use super::{CONTEXT_KEY, entry_hash};
use blake3::{
    BLOCK_LEN, CHUNK_LEN, IncrementCounter, OUT_LEN,
    platform::{Platform, le_bytes_from_words_32, words_from_le_bytes_32},
};

/// The flags of section 2.2 of the BLAKE3 paper.
const CHUNK_START: u8 = 1;
const CHUNK_END: u8 = 1 << 1;
const ROOT: u8 = 1 << 3;
const DERIVE_KEY_MATERIAL: u8 = 1 << 6;

/// How many blocks of an entry can stand before its last one. Longer entries are trees, and wide by themselves.
const MOST_BEFORE_LAST: usize = CHUNK_LEN / BLOCK_LEN - 1;

/// The chain hashes of the stored bytes of some entries, in their order.
pub fn entry_hashes(entries: &[&[u8]]) -> Vec<[u8; OUT_LEN]> {
    let mut hashes = vec![[0; OUT_LEN]; entries.len()];
    let mut alike: [Vec<usize>; MOST_BEFORE_LAST] = Default::default();
    for (nth, (entry, hash)) in entries.iter().zip(&mut hashes).enumerate() {
        let group = before_last(entry).checked_sub(1).and_then(|group| alike.get_mut(group));
        match group {
            Some(group) => group.push(nth),
            None => *hash = entry_hash(entry),
        }
    }
    let platform = Platform::detect();
    for group in &alike {
        let group_of: Vec<&[u8]> = group.iter().map(|nth| entries[*nth]).collect();
        for (nth, hash) in group.iter().zip(hash_alike(platform, &group_of)) {
            hashes[*nth] = hash;
        }
    }
    hashes
}

/// How many blocks stand before the last one, which may be whole too.
const fn before_last(entry: &[u8]) -> usize {
    entry.len().saturating_sub(1) / BLOCK_LEN
}

/// Hashes entries of equally many blocks, of one chunk and more than one block.
fn hash_alike(platform: Platform, entries: &[&[u8]]) -> Vec<[u8; OUT_LEN]> {
    if let [] | [_] = entries {
        return entries.iter().map(|entry| entry_hash(entry)).collect();
    }
    let mut states = vec![0; entries.len().saturating_mul(OUT_LEN)];
    let blocks = entries.first().map_or(0, |entry| before_last(entry));
    compress_all_but_last(platform, blocks, entries, &mut states);
    let (states, _) = states.as_chunks();
    let last = entries.iter().map(|entry| entry.get(blocks.saturating_mul(BLOCK_LEN)..).unwrap_or_default());
    states.iter().zip(last).map(|(state, last)| compress_last(platform, state, last)).collect()
}

fn compress_last(platform: Platform, state: &[u8; OUT_LEN], last: &[u8]) -> [u8; OUT_LEN] {
    let mut words = words_from_le_bytes_32(state);
    let mut block = [0; BLOCK_LEN];
    block[..last.len()].copy_from_slice(last);
    let length = u8::try_from(last.len()).expect("a block has 64 bytes");
    platform.compress_in_place(&mut words, &block, length, 0, DERIVE_KEY_MATERIAL | CHUNK_END | ROOT);
    le_bytes_from_words_32(&words)
}

fn compress_all_but_last(platform: Platform, blocks: usize, entries: &[&[u8]], states: &mut [u8]) {
    match blocks {
        1 => compress_first::<64>(platform, entries, states),
        2 => compress_first::<128>(platform, entries, states),
        3 => compress_first::<192>(platform, entries, states),
        4 => compress_first::<256>(platform, entries, states),
        5 => compress_first::<320>(platform, entries, states),
        6 => compress_first::<384>(platform, entries, states),
        7 => compress_first::<448>(platform, entries, states),
        8 => compress_first::<512>(platform, entries, states),
        9 => compress_first::<576>(platform, entries, states),
        10 => compress_first::<640>(platform, entries, states),
        11 => compress_first::<704>(platform, entries, states),
        12 => compress_first::<768>(platform, entries, states),
        13 => compress_first::<832>(platform, entries, states),
        14 => compress_first::<896>(platform, entries, states),
        _ => compress_first::<960>(platform, entries, states),
    }
}

/// Compresses the first `N` bytes of each entry, which are whole blocks and not all.
fn compress_first<const N: usize>(platform: Platform, entries: &[&[u8]], states: &mut [u8]) {
    let first: Vec<&[u8; N]> =
        entries.iter().map(|entry| entry.first_chunk().expect("the group is of this length")).collect();
    let key = words_from_le_bytes_32(&CONTEXT_KEY);
    platform.hash_many(&first, &key, 0, IncrementCounter::No, DERIVE_KEY_MATERIAL, CHUNK_START, 0, states);
}
