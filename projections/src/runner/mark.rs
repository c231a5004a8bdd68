//! How far has the index come, and in which history? Kept with each of its commits.

use edgecoder_events::{EventId, Position, Recorded};

/// The entry that the index has taken in last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) next: Position,
    pub(super) last: EventId,
}

impl Mark {
    /// What an index says that has come to an event.
    pub(super) fn after(newest: &Recorded) -> Self {
        Self { next: Position(newest.position.0.saturating_add(1)), last: newest.event_id }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (next, last) = text.split_once(' ')?;
        let is_hex = last.len() == 32 && last.bytes().all(|it| it.is_ascii_hexdigit());
        let last = u128::from_str_radix(last, 16).ok().filter(|_| is_hex)?;
        Some(Self { next: Position(next.parse().ok()?), last: EventId(last.to_be_bytes()) })
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.next.0, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_and_nothing_else_is_one() {
        let mark = Mark { next: Position(17), last: EventId([0x0f; 16]) };
        assert_eq!(Mark::parse(&mark.to_string()), Some(mark));
        for other in ["", "17", "17 0f", "x 0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f", "17 +f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"] {
            assert_eq!(Mark::parse(other), None, "{other}");
        }
    }
}
