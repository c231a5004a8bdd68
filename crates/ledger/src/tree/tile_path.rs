//! Under which name is a tile served? The paths of C2SP tlog-tiles.

use super::tile::{MAX_TILE_LEVELS, TILE_WIDTH, TilePlace};
use std::fmt;

/// What is served in files that never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Hashes of the tree, from this level on.
    Hashes {
        /// 0 holds the leaf hashes.
        level: u8,
    },
    /// The entries themselves: an "entry bundle".
    Entries,
}

/// Names a tile, or the first part of one that is not full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    /// Hashes or entries.
    pub kind: TileKind,
    /// Counted from zero.
    pub number: u64,
    /// How many hashes or entries: 256, or fewer of a tile that is not full.
    pub width: u64,
}

/// A text is not the path of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a path of C2SP tlog-tiles, like 0/x001/234, entries/067 or 1/000.p/17")]
pub struct TilePathError;

impl TilePath {
    /// Reads what follows `tile/`. There is one name for each tile; everything else is refused.
    ///
    /// # Errors
    /// [`TilePathError`], if it is no such name.
    pub fn parse(path: &str) -> Result<Self, TilePathError> {
        let (kind, rest) = path.split_once('/').ok_or(TilePathError)?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes { level: decimal(level)?.try_into().map_err(|_| TilePathError)? },
        };
        let (number, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH),
            Some((number, width)) => {
                (number, decimal(width).ok().filter(|it| (1..TILE_WIDTH).contains(it)).ok_or(TilePathError)?)
            }
        };
        let parsed = Self { kind, number: elements(number)?, width };
        let level_is_known = !matches!(kind, TileKind::Hashes { level } if level >= MAX_TILE_LEVELS);
        (level_is_known && parsed.to_string() == format!("tile/{path}")).then_some(parsed).ok_or(TilePathError)
    }

    /// The tile that this is a part of, where it holds hashes.
    pub const fn place(&self) -> Option<TilePlace> {
        match self.kind {
            TileKind::Hashes { level } => Some(TilePlace { level, number: self.number }),
            TileKind::Entries => None,
        }
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes { level } => write!(f, "tile/{level}")?,
            TileKind::Entries => f.write_str("tile/entries")?,
        }
        let digits = self.number.to_string();
        // Three digits to an element, all but the last marked with an x.
        let digits = format!("{}{digits}", &"00"[digits.len().saturating_sub(1).checked_rem(3).unwrap_or(0)..]);
        let last = digits.len().saturating_sub(3);
        for start in (0..=last).step_by(3) {
            let mark = if start == last { "" } else { "x" };
            write!(f, "/{mark}{}", &digits[start..start.saturating_add(3)])?;
        }
        if self.width < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

fn decimal(text: &str) -> Result<u64, TilePathError> {
    let is_decimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_decimal { text.parse().map_err(|_| TilePathError) } else { Err(TilePathError) }
}

fn elements(text: &str) -> Result<u64, TilePathError> {
    let digits: String = text.split('/').map(|element| element.strip_prefix('x').unwrap_or(element)).collect();
    decimal(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let entries = |number, width| TilePath { kind: TileKind::Entries, number, width }.to_string();
        let hashes = |level, number, width| TilePath { kind: TileKind::Hashes { level }, number, width }.to_string();
        assert_eq!(hashes(0, 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(hashes(1, 1, 17), "tile/1/001.p/17");
        assert_eq!(entries(273, 112), "tile/entries/273.p/112");
        assert_eq!(entries(1_000, 256), "tile/entries/x001/000");
    }

    #[test]
    fn a_tile_has_one_name() {
        for wrong in [
            "",
            "0",
            "0/",
            "0/1",
            "0/01",
            "0/0001",
            "00/001",
            "8/000",
            "64/000",
            "-1/000",
            "0/x000/000",
            "0/001/000",
            "0/x001",
            "0/000.p/0",
            "0/000.p/256",
            "0/000.p/08",
            "0/000.p/",
            "0/000/",
            "/0/000",
            "entries/1",
            "entries/000.p/300",
            "0/x018/x446/x744/x073/x709/x551/616",
            "0/000.p/1.p/1",
            "0/+01",
            "data/000",
            "0/０００",
        ] {
            assert_eq!(TilePath::parse(wrong), Err(TilePathError), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_path_that_is_written_is_read(level in 0..MAX_TILE_LEVELS, entries: bool, number: u64, width in 1..=TILE_WIDTH) {
            let kind = if entries { TileKind::Entries } else { TileKind::Hashes { level } };
            let path = TilePath { kind, number, width };
            prop_assert_eq!(TilePath::parse(path.to_string().strip_prefix("tile/").unwrap()), Ok(path));
        }

        #[test]
        fn whatever_is_read_is_written_alike(text in "([0-9x/.p]{0,24})|(entries/[0-9x/.p]{0,12})") {
            if let Ok(path) = TilePath::parse(&text) {
                prop_assert_eq!(path.to_string(), format!("tile/{text}"));
            }
        }
    }
}
