//! How is a block shown to somebody who has no headers? Its own, and those that were found upon it.
//!
//! A piece proves work, not that it is in the best chain: whoever forges it pays for its blocks at the difficulty that
//! they claim themselves, and less than [`easiest_supplied`] asks nobody may claim.

use super::{HEADER_BYTES, easiest_supplied};
use crate::{Network, evidence::CONFIRMED_AT};
use bitcoin::{
    block::Header,
    consensus::{deserialize, serialize},
};

/// What is wrong with a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PieceError {
    #[error("{0} bytes are no headers of {HEADER_BYTES} bytes each, or none or more than {CONFIRMED_AT} of them")]
    Length(usize),
    #[error("header {0} does not name the one before it")]
    Linkage(usize),
    #[error("the hash of header {0} is above its own target")]
    NoWork(usize),
    #[error("the target of header {at} is easier than a block of {network} can have")]
    TooEasy { at: usize, network: Network },
}

/// The bytes of headers that follow each other, as they are kept.
pub fn write_piece(headers: &[Header]) -> Vec<u8> {
    headers.iter().flat_map(serialize).collect()
}

/// Reads headers of a network, one to six, and checks that each names the one before it, has the work that it claims, and
/// claims no less than a block of that network costs.
///
/// # Errors
/// [`PieceError`], the first that is found.
pub fn read_piece(bytes: &[u8], network: Network) -> Result<Vec<Header>, PieceError> {
    let (raw, rest) = bytes.as_chunks::<HEADER_BYTES>();
    let most = usize::try_from(CONFIRMED_AT).unwrap_or(usize::MAX);
    if !rest.is_empty() || raw.is_empty() || raw.len() > most {
        return Err(PieceError::Length(bytes.len()));
    }
    let headers: Result<Vec<Header>, _> = raw.iter().map(|raw| deserialize(raw)).collect();
    let headers = headers.map_err(|_| PieceError::Length(bytes.len()))?;
    let easiest = easiest_supplied(network);
    for (at, header) in headers.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| headers[before].block_hash());
        if before.is_some_and(|before| header.prev_blockhash != before) {
            return Err(PieceError::Linkage(at));
        }
        if !header.target().is_met_by(header.block_hash()) {
            return Err(PieceError::NoWork(at));
        }
        if header.target() > easiest {
            return Err(PieceError::TooEasy { at, network });
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bitcoin::BlockHash;

    fn on(before: BlockHash, time: u32) -> Header {
        let easy = Header { prev_blockhash: before, time, ..Network::Regtest.genesis() };
        let mut nonces = (0..u32::MAX).map(|nonce| Header { nonce, ..easy });
        nonces.find(|header| header.target().is_met_by(header.block_hash())).unwrap()
    }

    fn chain(count: u32) -> Vec<Header> {
        let mut headers = vec![Network::Regtest.genesis()];
        for time in 1..count {
            headers.push(on(headers[headers.len() - 1].block_hash(), time));
        }
        headers
    }

    fn read_regtest(bytes: &[u8]) -> Result<Vec<Header>, PieceError> {
        read_piece(bytes, Network::Regtest)
    }

    #[test]
    fn headers_that_follow_each_other_are_read_as_they_were_written() {
        for count in 1..=6 {
            assert_eq!(read_regtest(&write_piece(&chain(count))), Ok(chain(count)));
        }
    }

    #[test]
    fn a_piece_of_another_length_without_links_or_without_work_is_refused() {
        for length in [0, 79, 81, 7 * HEADER_BYTES] {
            assert_eq!(read_regtest(&vec![0; length]), Err(PieceError::Length(length)));
        }
        let headers = chain(3);
        assert_eq!(read_regtest(&write_piece(&[headers[0], headers[2]])), Err(PieceError::Linkage(1)));
        let mut nonces = (0..u32::MAX).map(|nonce| Header { nonce, ..headers[2] });
        let idle = nonces.find(|header| !header.target().is_met_by(header.block_hash())).unwrap();
        assert_eq!(read_regtest(&write_piece(&[headers[0], headers[1], idle])), Err(PieceError::NoWork(2)));
    }

    /// The first block of the main network has the easiest target that there is, which anybody meets in minutes.
    #[test]
    fn headers_easier_than_a_block_of_the_network_are_refused_however_they_are_linked() {
        for network in [Network::Bitcoin, Network::Testnet, Network::Signet] {
            assert_eq!(read_piece(&write_piece(&chain(6)), network), Err(PieceError::TooEasy { at: 0, network }));
        }
        let first = write_piece(&[Network::Bitcoin.genesis()]);
        let (at, network) = (0, Network::Bitcoin);
        assert_eq!(read_piece(&first, network), Err(PieceError::TooEasy { at, network }));
        assert_eq!(read_piece(&first, Network::Testnet).map(|headers| headers.len()), Ok(1));
    }
}
