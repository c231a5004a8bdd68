//! What did DNS say last time?

use crate::{Candidate, CoordinatorUrl, Source, candidate::MAX_CANDIDATES};
use edgecoder_events::{PublicKey, UnixMillis};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// An address that was not confirmed for so long may belong to somebody else by now.
const MAX_AGE_MS: u64 = 7 * 24 * 3600 * 1000;
const MAX_FILE_BYTES: u64 = 256 * 1024;

/// The file: JSON, replaced as a whole.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Cache {
    found_at_ms: UnixMillis,
    coordinators: Vec<Coordinator>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Coordinator {
    url: String,
    keys: Vec<PublicKey>,
}

/// What was kept, in the order of trying; empty where there is no file or it is too old.
pub(crate) fn load(path: &Path, now: UnixMillis) -> io::Result<Vec<Candidate>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let cache: Cache = serde_json::from_reader(io::BufReader::new(file.take(MAX_FILE_BYTES)))?;
    let age_ms = now.ms_since(cache.found_at_ms);
    if age_ms > MAX_AGE_MS {
        return Ok(Vec::new());
    }
    let kept = cache.coordinators.into_iter().take(MAX_CANDIDATES);
    let candidates = kept.map(|coordinator| {
        let url: CoordinatorUrl = coordinator.url.parse().map_err(|refusal| io::Error::other(format!("{refusal}")))?;
        Ok(Candidate { url, keys: coordinator.keys, source: Source::Cache { age_ms } })
    });
    candidates.collect()
}

/// Keeps what was found, in place of what was kept before.
pub(crate) fn store(path: &Path, found: &[Candidate], now: UnixMillis) -> io::Result<()> {
    let coordinators = found.iter().take(MAX_CANDIDATES);
    let coordinators =
        coordinators.map(|candidate| Coordinator { url: candidate.url.to_string(), keys: candidate.keys.clone() });
    let cache = Cache { found_at_ms: now, coordinators: coordinators.collect() };
    edgecoder_durable_file::replace_private(path, &serde_json::to_vec_pretty(&cache)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

    fn found() -> Vec<Candidate> {
        let candidate = |url: &str, keys| Candidate { url: url.parse().unwrap(), keys, source: Source::Dns };
        vec![candidate("https://b.example", vec![PublicKey([7; 32])]), candidate("https://a.example", vec![])]
    }

    #[test]
    fn what_was_found_comes_back_in_order_with_keys_and_age() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("coordinators.json");
        store(&path, &found(), NOW).unwrap();
        let mut expected = found();
        for candidate in &mut expected {
            candidate.source = Source::Cache { age_ms: 5 };
        }
        assert_eq!(load(&path, NOW.plus_ms(5)).unwrap(), expected);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "the temporary file stayed");
    }

    #[test]
    fn what_is_too_old_is_not_used() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("coordinators.json");
        store(&path, &found(), NOW).unwrap();
        assert_eq!(load(&path, NOW.plus_ms(MAX_AGE_MS)).unwrap().len(), 2);
        assert_eq!(load(&path, NOW.plus_ms(MAX_AGE_MS + 1)).unwrap(), []);
    }

    #[test]
    fn no_file_is_no_error_and_a_damaged_one_is() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("coordinators.json");
        assert_eq!(load(&path, NOW).unwrap(), []);
        let insecure = r#"{"foundAtMs":1700000000000,"coordinators":[{"url":"http://example.org","keys":[]}]}"#;
        for damaged in ["", "[]", "{\"foundAtMs\":1", insecure] {
            fs::write(&path, damaged).unwrap();
            assert!(load(&path, NOW).is_err(), "{damaged:?} was taken");
        }
    }
}
