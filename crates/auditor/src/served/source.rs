//! How does a file of a served log get here? With a limit on its length, its time and its attempts.

use super::LogAddress;
use edgecoder_outbound::{BodyError, body_within, client_of};
use reqwest::{Client, Response, StatusCode, Url};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{task::spawn_blocking, time::timeout};

/// How long one attempt at a file may take; the largest has 16 MiB.
const FILE_WAIT: Duration = Duration::from_mins(1);
/// How long all attempts at one file may take together: who sends a byte now and then is no server either.
const ALL_ATTEMPTS_WAIT: Duration = Duration::from_mins(2);
/// How often a file is asked for, where the server or the way to it is at fault.
const ATTEMPTS: u32 = 4;
/// The pause before the second attempt; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

const NO_ANSWER_IN_TIME: &str = "no answer in time";

/// Why a file did not come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    #[error("no TLS could be set up: {0}")]
    NoTls(String),
    #[error("{address} cannot be reached: {problem}")]
    Unreachable { address: String, problem: String },
    #[error("{address} answers {status}")]
    Refused { address: String, status: StatusCode },
    #[error("{address} is longer than the {limit} bytes that it may have")]
    TooLong { address: String, limit: usize },
    #[error("{address} cannot be read: {problem}")]
    File { address: String, problem: String },
}

impl SourceError {
    fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
            Self::NoTls(_) | Self::TooLong { .. } | Self::File { .. } => false,
        }
    }
}

/// Where files come from. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    address: LogAddress,
    client: Option<Client>,
}

impl Source {
    pub fn open(address: &LogAddress) -> Result<Self, SourceError> {
        let client = match address {
            LogAddress::Web(url) => Some(client(url)?),
            LogAddress::Folder(_) => None,
        };
        Ok(Self { address: address.clone(), client })
    }

    /// A file as messages name it.
    pub fn name_of(&self, path: &str) -> String {
        format!("{}/{path}", self.address)
    }

    /// The bytes of a file, at most `limit`; nothing where there is no such file.
    pub async fn get(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, SourceError> {
        match (&self.address, &self.client) {
            (LogAddress::Web(base), Some(client)) => {
                let downloaded = timeout(ALL_ATTEMPTS_WAIT, self.download(client, base, path, limit)).await;
                downloaded.unwrap_or_else(|_| Err(self.out_of_time(path)))
            }
            (LogAddress::Folder(folder), _) => self.read(folder.join(path), path, limit).await,
            (LogAddress::Web(_), None) => unreachable!("`open` makes a client for every web address"),
        }
    }

    /// A thread for each file: files are many and short.
    async fn read(&self, file: PathBuf, path: &str, limit: usize) -> Result<Option<Vec<u8>>, SourceError> {
        let read = spawn_blocking(move || read_at_most(&file, limit)).await.expect("reading a file does not panic");
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SourceError::File { address: self.name_of(path), problem: error.to_string() }),
            Ok(bytes) if bytes.len() > limit => Err(self.too_long(path, limit)),
            Ok(bytes) => Ok(Some(bytes)),
        }
    }

    async fn download(
        &self,
        client: &Client,
        base: &Url,
        path: &str,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, SourceError> {
        let mut url = base.clone();
        url.path_segments_mut().expect("a web address has a path").pop_if_empty().extend(path.split('/'));
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.try_download(client, url.clone(), path, limit).await {
                Err(error) if error.may_pass() => tokio::time::sleep(pause).await,
                ended => return ended,
            }
            pause *= 2;
        }
        self.try_download(client, url, path, limit).await
    }

    async fn try_download(
        &self,
        client: &Client,
        url: Url,
        path: &str,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, SourceError> {
        let answer = client.get(url).send().await.map_err(|error| self.unreachable(path, &error))?;
        match answer.status() {
            StatusCode::OK => self.body(answer, path, limit).await.map(Some),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status => Err(SourceError::Refused { address: self.name_of(path), status }),
        }
    }

    async fn body(&self, answer: Response, path: &str, limit: usize) -> Result<Vec<u8>, SourceError> {
        body_within(answer, limit).await.map_err(|error| match error {
            BodyError::BrokenOff(error) => self.unreachable(path, &error),
            BodyError::TooLong { limit } => self.too_long(path, limit),
        })
    }

    fn out_of_time(&self, path: &str) -> SourceError {
        SourceError::Unreachable { address: self.name_of(path), problem: NO_ANSWER_IN_TIME.to_owned() }
    }

    fn too_long(&self, path: &str, limit: usize) -> SourceError {
        SourceError::TooLong { address: self.name_of(path), limit }
    }

    /// The innermost cause says it in the fewest words; the outer ones repeat the address, with its password.
    fn unreachable(&self, path: &str, error: &reqwest::Error) -> SourceError {
        let mut cause: &dyn std::error::Error = error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        let problem = if error.is_timeout() {
            NO_ANSWER_IN_TIME.to_owned()
        } else if cause.is::<reqwest::Error>() {
            "the answer broke off".to_owned()
        } else {
            cause.to_string()
        };
        SourceError::Unreachable { address: self.name_of(path), problem }
    }
}

/// One byte more than the limit at most, so that a longer file is known to be one.
fn read_at_most(file: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let longest = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(file)?.take(longest.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn client(base: &Url) -> Result<Client, SourceError> {
    client_of(base).timeout(FILE_WAIT).build().map_err(|error| SourceError::NoTls(error.to_string()))
}
