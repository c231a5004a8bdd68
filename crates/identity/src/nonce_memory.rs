//! Has this request been seen before?

use edgecoder_events::{AgentId, UnixMillis};
use rand::CryptoRng;
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    str::FromStr,
};

use crate::request::MAX_SKEW_MS;

/// How many requests are remembered at once: two minutes of 8,000 a second.
pub const MAX_NONCES: usize = 1 << 20;
/// How many of them one agent may take, so that a single one cannot shut the others out.
pub const MAX_NONCES_PER_AGENT: usize = 1 << 16;

/// A number used once: 128 random bits, written as 32 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce([u8; 16]);

impl Nonce {
    pub(crate) fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

impl FromStr for Nonce {
    type Err = NonceLineError;

    fn from_str(text: &str) -> Result<Self, NonceLineError> {
        let mut bytes = [0; 16];
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) if !text.bytes().any(|digit| digit.is_ascii_uppercase()) => Ok(Self(bytes)),
            Ok(()) | Err(_) => Err(NonceLineError),
        }
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nonce({self})")
    }
}

/// Why a nonce was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NonceRefusal {
    #[error("this request was received before: sign a retry anew")]
    Replayed,
    #[error("this request was signed too long ago: sign it anew")]
    Forgotten,
    #[error("too many requests within two minutes: wait and sign anew")]
    TooManyRequests,
}

/// A stored line is not `<timestamp ms> <nonce> <agent>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a timestamp, a nonce of 32 lower-case hex digits and an agent")]
pub struct NonceLineError;

/// The requests of the last minutes. Forgets only what the clock alone refuses, and refuses when it is full.
///
/// A nonce is kept until [`MAX_SKEW_MS`] after the request's own timestamp. From then on the timestamp is too old, and
/// stays so even if the clock is set back, because what was forgotten is known by its age.
#[derive(Debug, Default)]
pub struct NonceMemory {
    seen: BTreeMap<(UnixMillis, Nonce), AgentId>,
    seen_of: HashMap<AgentId, usize>,
    /// Requests that expired before this instant may have been forgotten.
    forgotten_before: UnixMillis,
}

impl NonceMemory {
    /// Takes the lines of an earlier run; what expired since is skipped.
    ///
    /// # Errors
    /// [`NonceLineError`] where a line is not one that [`Self::record`] returned.
    pub fn restore<'a>(lines: impl IntoIterator<Item = &'a str>, now: UnixMillis) -> Result<Self, NonceLineError> {
        let mut memory = Self { forgotten_before: now, ..Self::default() };
        for line in lines {
            let (timestamp, nonce, agent) = parse_line(line)?;
            if expiry(timestamp) >= now {
                memory.insert(timestamp, nonce, agent);
            }
        }
        Ok(memory)
    }

    /// Remembers a request and returns the line that remembers it across a restart.
    ///
    /// # Errors
    /// [`NonceRefusal`]; nothing is remembered then.
    pub fn record(
        &mut self,
        agent: &AgentId,
        timestamp: UnixMillis,
        nonce: Nonce,
        now: UnixMillis,
    ) -> Result<String, NonceRefusal> {
        self.forget_expired(now);
        if expiry(timestamp) < self.forgotten_before {
            return Err(NonceRefusal::Forgotten);
        }
        if self.seen.contains_key(&(timestamp, nonce)) {
            return Err(NonceRefusal::Replayed);
        }
        let of_agent = self.seen_of.get(agent).copied().unwrap_or(0);
        if self.seen.len() >= MAX_NONCES || of_agent >= MAX_NONCES_PER_AGENT {
            return Err(NonceRefusal::TooManyRequests);
        }
        self.insert(timestamp, nonce, agent.clone());
        Ok(line(timestamp, nonce, agent))
    }

    /// Everything that has not expired, as [`Self::restore`] takes it.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.seen.iter().map(|((timestamp, nonce), agent)| line(*timestamp, *nonce, agent))
    }

    fn insert(&mut self, timestamp: UnixMillis, nonce: Nonce, agent: AgentId) {
        if self.seen.insert((timestamp, nonce), agent.clone()).is_none() {
            let count = self.seen_of.entry(agent).or_default();
            *count = count.saturating_add(1);
        }
    }

    fn forget_expired(&mut self, now: UnixMillis) {
        self.forgotten_before = self.forgotten_before.max(now);
        while let Some(oldest) = self.seen.first_entry() {
            if expiry(oldest.key().0) >= self.forgotten_before {
                break;
            }
            let agent = oldest.remove();
            if let Some(count) = self.seen_of.get_mut(&agent) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    self.seen_of.remove(&agent);
                }
            }
        }
    }
}

/// The last instant at which a request of this timestamp could be accepted.
const fn expiry(timestamp: UnixMillis) -> UnixMillis {
    timestamp.plus_ms(MAX_SKEW_MS)
}

fn line(timestamp: UnixMillis, nonce: Nonce, agent: &AgentId) -> String {
    format!("{} {nonce} {agent}\n", timestamp.0)
}

fn parse_line(line: &str) -> Result<(UnixMillis, Nonce, AgentId), NonceLineError> {
    let mut words = line.trim_end_matches('\n').split(' ');
    let (Some(timestamp), Some(nonce), Some(agent), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(NonceLineError);
    };
    let timestamp = timestamp.parse().map(UnixMillis).map_err(|_| NonceLineError)?;
    Ok((timestamp, nonce.parse()?, agent.parse().map_err(|_| NonceLineError)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

    fn nonce(n: usize) -> Nonce {
        Nonce(u128::try_from(n).unwrap().to_be_bytes())
    }

    fn agent(name: &str) -> AgentId {
        AgentId::new(name).unwrap()
    }

    #[test]
    fn a_nonce_counts_once() {
        let (mut memory, ann) = (NonceMemory::default(), agent("ann"));
        assert!(memory.record(&ann, NOW, nonce(1), NOW).is_ok());
        assert_eq!(memory.record(&ann, NOW, nonce(1), NOW), Err(NonceRefusal::Replayed));
        assert!(memory.record(&ann, NOW, nonce(2), NOW).is_ok());
    }

    #[test]
    fn a_nonce_is_remembered_exactly_as_long_as_its_timestamp_passes() {
        let (mut memory, ann) = (NonceMemory::default(), agent("ann"));
        memory.record(&ann, NOW, nonce(1), NOW).unwrap();
        let last = NOW.plus_ms(MAX_SKEW_MS);
        assert_eq!(memory.record(&ann, NOW, nonce(1), last), Err(NonceRefusal::Replayed));
        assert_eq!(memory.record(&ann, NOW, nonce(1), last.plus_ms(1)), Err(NonceRefusal::Forgotten));
        assert_eq!(memory.lines().count(), 0);
    }

    #[test]
    fn a_clock_that_is_set_back_reopens_no_door() {
        let (mut memory, ann) = (NonceMemory::default(), agent("ann"));
        memory.record(&ann, NOW, nonce(1), NOW).unwrap();
        let later = NOW.plus_ms(2 * MAX_SKEW_MS);
        memory.record(&ann, later, nonce(2), later).unwrap();
        assert_eq!(memory.record(&ann, NOW, nonce(1), NOW), Err(NonceRefusal::Forgotten));
    }

    #[test]
    fn a_restart_forgets_nothing_that_has_not_expired() {
        let (mut memory, ann) = (NonceMemory::default(), agent("ann"));
        let kept: Vec<String> = (0..3).map(|n| memory.record(&ann, NOW, nonce(n), NOW).unwrap()).collect();
        let mut restored = NonceMemory::restore(kept.iter().map(String::as_str), NOW.plus_ms(1)).unwrap();
        assert_eq!(restored.record(&ann, NOW, nonce(2), NOW.plus_ms(1)), Err(NonceRefusal::Replayed));
        let late = NOW.plus_ms(MAX_SKEW_MS + 1);
        let mut emptied = NonceMemory::restore(kept.iter().map(String::as_str), late).unwrap();
        assert_eq!(emptied.lines().count(), 0);
        assert_eq!(emptied.record(&ann, NOW, nonce(2), late), Err(NonceRefusal::Forgotten));
    }

    #[test]
    fn one_agent_that_asks_too_much_shuts_out_only_itself() {
        let (mut memory, mallory) = (NonceMemory::default(), agent("mallory"));
        for n in 0..MAX_NONCES_PER_AGENT {
            memory.record(&mallory, NOW, nonce(n), NOW).unwrap();
        }
        let next = nonce(MAX_NONCES_PER_AGENT);
        assert_eq!(memory.record(&mallory, NOW, next, NOW), Err(NonceRefusal::TooManyRequests));
        assert_eq!(memory.record(&mallory, NOW, nonce(0), NOW), Err(NonceRefusal::Replayed), "forgot one to make room");
        assert!(memory.record(&agent("ann"), NOW, next, NOW).is_ok());
        let later = NOW.plus_ms(MAX_SKEW_MS + 1);
        assert!(memory.record(&mallory, later, next, later).is_ok(), "never lets it back in");
    }

    #[test]
    fn a_full_memory_refuses_everybody_rather_than_forget() {
        let mut memory = NonceMemory::default();
        for n in 0..MAX_NONCES {
            memory.insert(NOW, nonce(n), agent("many"));
        }
        let result = memory.record(&agent("ann"), NOW, nonce(MAX_NONCES), NOW);
        assert_eq!(result, Err(NonceRefusal::TooManyRequests));
        assert_eq!(memory.lines().count(), MAX_NONCES);
    }

    #[test]
    fn lines_that_were_not_written_by_it_are_refused() {
        let nonce = "0".repeat(32);
        for bad in ["", "1", &format!("1 {nonce}"), &format!("x {nonce} a"), &format!("1 {nonce} a b"), "1 00 a"] {
            assert!(NonceMemory::restore([bad], NOW).is_err(), "{bad:?} was taken");
        }
    }
}
