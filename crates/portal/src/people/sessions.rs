//! Which browsers is somebody logged in with? Each by a random token of which only the hash is kept.
//!
//! Every request asks the store anew: a session that was ended is refused at once, in every process of the ledger.

use edgecoder_events::{AccountId, UnixMillis};
use edgecoder_identity::{Token, TokenHash, TokenRole};
use edgecoder_service_kit::chance;
use edgecoder_store::{Secrets, StorageError};
use serde::{Deserialize, Serialize};

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
/// A session that nobody used for so long has ended.
const IDLE_MS: u64 = 7 * DAY_MS;
/// Every session ends after so long.
pub const LONGEST_MS: u64 = 30 * DAY_MS;
/// When a session was seen last is written down at most so often.
const SEEN_EVERY_MS: u64 = 5 * MINUTE_MS;
/// With one more, the one that was used longest ago ends.
const MAX_OF_ONE: usize = 32;
const MAX_DEVICE_CHARS: usize = 120;
/// As much of a hash as names a session in a list.
const ID_CHARS: usize = 16;

/// By the token's hash: the session.
const SESSIONS: &str = "portal-session";
/// By account, then by the token's hash. What lists read.
const SESSIONS_OF: &str = "portal-sessions-of";

/// Somebody is logged in with a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    pub account: AccountId,
    pub begun_at: UnixMillis,
    pub seen_at: UnixMillis,
    /// What the browser calls itself.
    pub device: String,
    /// The hash of its token: worth nothing to a thief.
    #[serde(skip)]
    pub hash: String,
}

impl Session {
    /// What names it in lists.
    pub fn id(&self) -> String {
        self.hash.chars().take(ID_CHARS).collect()
    }

    fn is_over(&self, now: UnixMillis) -> bool {
        now.ms_since(self.seen_at) >= IDLE_MS || now.ms_since(self.begun_at) >= LONGEST_MS
    }
}

/// The sessions of everybody. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    secrets: Secrets,
}

impl Sessions {
    /// Keeps them among the store's secrets.
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets }
    }

    /// Begins a session: with a new token, whatever the browser had before.
    ///
    /// # Errors
    /// Where it can not be written.
    pub async fn begin(&self, account: &AccountId, device: &str, now: UnixMillis) -> Result<Token, StorageError> {
        let mut of_account = self.of(account, now).await?;
        of_account.sort_by_key(|session| std::cmp::Reverse(session.seen_at));
        for oldest in of_account.iter().skip(MAX_OF_ONE.saturating_sub(1)) {
            self.end(oldest).await?;
        }
        let token = Token::generate(TokenRole::Session, &mut chance::system());
        let device = device.chars().filter(|letter| !letter.is_control()).take(MAX_DEVICE_CHARS).collect();
        let hash = token.hash().to_hex();
        let session = Session { account: account.clone(), begun_at: now, seen_at: now, device, hash };
        // Listed first: where the process ends in between it is listed and good for nothing.
        self.secrets.put(&sessions_of(account), &session.hash, b"").await?;
        self.write(&session).await?;
        Ok(token)
    }

    /// The session of a token, where it has not ended.
    ///
    /// # Errors
    /// Where it can not be read.
    pub async fn find(&self, token: &TokenHash, now: UnixMillis) -> Result<Option<Session>, StorageError> {
        let Some(mut session) = self.read(&token.to_hex()).await? else { return Ok(None) };
        if session.is_over(now) {
            self.end(&session).await?;
            return Ok(None);
        }
        if now.ms_since(session.seen_at) >= SEEN_EVERY_MS {
            session.seen_at = now;
            self.write(&session).await?;
        }
        Ok(Some(session))
    }

    /// The sessions of an account, the one used last first; those that have ended are forgotten.
    ///
    /// # Errors
    /// Where they can not be read.
    pub async fn of(&self, account: &AccountId, now: UnixMillis) -> Result<Vec<Session>, StorageError> {
        let mut sessions = Vec::new();
        for (hash, _) in self.secrets.list(&sessions_of(account), MAX_OF_ONE.saturating_mul(2)).await? {
            match self.read(&hash).await? {
                Some(session) if !session.is_over(now) => sessions.push(session),
                Some(session) => self.end(&session).await?,
                None => self.secrets.delete(&sessions_of(account), &hash).await.map(drop)?,
            }
        }
        sessions.sort_by_key(|session| std::cmp::Reverse(session.seen_at));
        Ok(sessions)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Where it can not be written.
    pub async fn end(&self, session: &Session) -> Result<(), StorageError> {
        self.secrets.delete(SESSIONS, &session.hash).await?;
        self.secrets.delete(&sessions_of(&session.account), &session.hash).await.map(drop)
    }

    /// Ends every session of an account.
    ///
    /// # Errors
    /// Where it can not be written.
    pub async fn end_all(&self, account: &AccountId, now: UnixMillis) -> Result<(), StorageError> {
        for session in self.of(account, now).await? {
            self.end(&session).await?;
        }
        Ok(())
    }

    async fn read(&self, hash: &str) -> Result<Option<Session>, StorageError> {
        let found = self.secrets.get(SESSIONS, hash).await?;
        let session = found.and_then(|bytes| serde_json::from_slice::<Session>(&bytes).ok());
        Ok(session.map(|session| Session { hash: hash.to_owned(), ..session }))
    }

    async fn write(&self, session: &Session) -> Result<(), StorageError> {
        let bytes = serde_json::to_vec(session).expect("texts and numbers are JSON");
        self.secrets.put(SESSIONS, &session.hash, &bytes).await
    }
}

fn sessions_of(account: &AccountId) -> String {
    format!("{SESSIONS_OF}/{account}")
}
