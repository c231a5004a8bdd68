//! Which coordinators are there, in which order should they be tried, and what stood in the way?

use crate::{Candidate, Dns, DnsError, RecordProblem, cache, candidate::MAX_CANDIDATES, records};
use edgecoder_events::{Clock, UnixMillis};
use rand::Rng;
use std::{io, path::PathBuf};

/// Where to look.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The domain whose DNS records name coordinators.
    pub domain: String,
    /// Keeps what DNS said, for the day on which it says nothing.
    pub cache_file: PathBuf,
}

/// Something that did not help. The search goes on without it.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error(transparent)]
    Dns(#[from] DnsError),
    #[error(transparent)]
    Record(#[from] RecordProblem),
    #[error("the coordinators of last time in {path} are not used: {source}")]
    CacheNotRead { path: PathBuf, source: io::Error },
    #[error("the coordinators found could not be kept in {path}: {source}")]
    CacheNotWritten { path: PathBuf, source: io::Error },
}

/// What was found.
#[derive(Debug, Default)]
pub struct Discovery {
    /// In the order of trying; each address once.
    pub candidates: Vec<Candidate>,
    /// For the log: whoever finds no coordinator wants to know why.
    pub problems: Vec<Problem>,
}

impl Discovery {
    fn add(&mut self, found: impl IntoIterator<Item = Candidate>) {
        for candidate in found {
            let known = self.candidates.iter().any(|known| known.url == candidate.url);
            if !known && self.candidates.len() < MAX_CANDIDATES {
                self.candidates.push(candidate);
            }
        }
    }
}

/// Looks in DNS and in the cache, and keeps what DNS said in the cache.
pub async fn discover(settings: &Settings, dns: &Dns, clock: &dyn Clock, rng: &mut (impl Rng + ?Sized)) -> Discovery {
    let mut discovery = Discovery::default();
    match dns.records(&settings.domain).await {
        Ok((services, texts)) => {
            let (found, problems) = records::candidates(services, &texts, rng);
            discovery.add(found);
            discovery.problems.extend(problems.into_iter().map(Problem::from));
        }
        Err(error) => discovery.problems.push(error.into()),
    }
    use_cache(&mut discovery, settings, clock.now());
    discovery
}

/// Reads before it writes: what DNS no longer names is still tried, after everything that it names.
fn use_cache(discovery: &mut Discovery, settings: &Settings, now: UnixMillis) {
    let path = &settings.cache_file;
    let cached = cache::load(path, now).unwrap_or_else(|source| {
        discovery.problems.push(Problem::CacheNotRead { path: path.clone(), source });
        Vec::new()
    });
    if !discovery.candidates.is_empty()
        && let Err(source) = cache::store(path, &discovery.candidates, now)
    {
        discovery.problems.push(Problem::CacheNotWritten { path: path.clone(), source });
    }
    discovery.add(cached);
}

#[cfg(test)]
mod tests;
