//! Is the archive at this address the one that was pinned?

use super::{MAX_FETCHED_BYTES, SnapshotError, address::Source, refuse};
use reqwest::{Response, header::LOCATION};
use sha2::{Digest, Sha256};
use std::time::Duration;

const CONNECT_WAIT: Duration = Duration::from_secs(10);
const IDLE_WAIT: Duration = Duration::from_secs(20);
const MAX_REDIRECTS: usize = 4;

/// The SHA-256 that an archive must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin([u8; 32]);

impl Pin {
    pub fn parse(text: &str) -> Result<Self, SnapshotError> {
        let mut bytes = [0; 32];
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) => Ok(Self(bytes)),
            Err(_) => refuse("its sha256 is not 64 hex digits"),
        }
    }
}

/// Fetches an archive. Each redirect is checked as the first address was.
pub async fn fetch(url: &str, local_allowed: bool, pin: &Pin) -> Result<Vec<u8>, SnapshotError> {
    let mut at = url.to_owned();
    for _ in 0..=MAX_REDIRECTS {
        let source = Source::of(&at, local_allowed).await?;
        let response = get(&source).await?;
        let status = response.status();
        if status.is_success() {
            return checked(response, pin).await;
        }
        let next = response.headers().get(LOCATION).and_then(|it| source.url.join(it.to_str().ok()?).ok());
        match next.filter(|_| status.is_redirection()) {
            Some(next) => at = next.to_string(),
            None if status.is_server_error() || status.as_u16() == 429 => {
                return Err(SnapshotError::Unavailable(format!("its server answers {status}")));
            }
            None => return refuse(&format!("its server answers {status}")),
        }
    }
    refuse("its server sends callers from one address to the next")
}

async fn get(source: &Source) -> Result<Response, SnapshotError> {
    let client = edgecoder_outbound::direct()
        .connect_timeout(CONNECT_WAIT)
        .read_timeout(IDLE_WAIT)
        .resolve_to_addrs(&source.host, &source.machines)
        .build();
    let client = client.map_err(|error| SnapshotError::Unavailable(error.to_string()))?;
    client.get(source.url.clone()).send().await.map_err(|error| SnapshotError::Unavailable(error.to_string()))
}

async fn checked(mut response: Response, pin: &Pin) -> Result<Vec<u8>, SnapshotError> {
    let limit = usize::try_from(MAX_FETCHED_BYTES).expect("64 MiB fit into memory");
    let (mut bytes, mut hash) = (Vec::new(), Sha256::new());
    while let Some(chunk) = response.chunk().await.map_err(|error| SnapshotError::Unavailable(error.to_string()))? {
        if bytes.len().saturating_add(chunk.len()) > limit {
            return refuse(&format!("its archive is longer than {limit} bytes"));
        }
        hash.update(&chunk);
        bytes.extend_from_slice(&chunk);
    }
    if hash.finalize().as_slice() == pin.0 {
        Ok(bytes)
    } else {
        refuse("its archive does not have the sha256 that it names")
    }
}
