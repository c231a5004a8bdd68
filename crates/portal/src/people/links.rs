//! What may the reader of a mail do? One thing, once, within a day, by a random token of which only the hash is kept.

use super::passwords::PasswordHash;
use edgecoder_events::{AccountId, UnixMillis};
use edgecoder_identity::{Token, TokenHash, TokenRole};
use edgecoder_service_kit::{chance, http::Problem};
use edgecoder_store::{Secrets, StorageError};
use serde::{Deserialize, Serialize};

const NAMESPACE: &str = "portal-link";
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
const HOUR_MS: u64 = 60 * 60 * 1_000;
/// As many links wait to be followed at once, in all.
const MAX_WAITING: usize = 10_000;

/// What a link is for.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Purpose {
    /// Somebody says that the address is theirs. Nothing of it is in the log before the link is followed.
    SignUp {
        email: String,
        name: String,
        password: PasswordHash,
        /// The hash of the token of the browser that asked: who follows the link there need not type the password again.
        visit: String,
    },
    /// Somebody forgot the password.
    Reset { account: AccountId },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    expires_at: UnixMillis,
    purpose: Purpose,
}

/// The links that wait to be followed. Cheap to clone.
#[derive(Clone)]
pub struct Links {
    secrets: Secrets,
}

impl Links {
    /// Keeps them among the store's secrets.
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets }
    }

    /// Makes a link's token.
    ///
    /// # Errors
    /// A 503 where too many wait already.
    pub async fn make(&self, purpose: Purpose, now: UnixMillis) -> Result<Token, Problem> {
        self.make_room(now).await?;
        let token = Token::generate(TokenRole::Mail, &mut chance::system());
        let life = match purpose {
            Purpose::SignUp { .. } => DAY_MS,
            Purpose::Reset { .. } => HOUR_MS,
        };
        let kept = Kept { expires_at: now.plus_ms(life), purpose };
        let bytes = serde_json::to_vec(&kept).map_err(|error| Problem::internal(&error))?;
        self.secrets.put(NAMESPACE, &token.hash().to_hex(), &bytes).await?;
        Ok(token)
    }

    /// What a link is for, as long as it is good.
    ///
    /// # Errors
    /// Where it can not be read.
    pub async fn find(&self, token: &TokenHash, now: UnixMillis) -> Result<Option<Purpose>, StorageError> {
        let found = self.secrets.get(NAMESPACE, &token.to_hex()).await?;
        let kept = found.and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
        Ok(kept.filter(|kept| kept.expires_at > now).map(|kept| kept.purpose))
    }

    /// Whoever uses it up first may do what it is for.
    ///
    /// # Errors
    /// Where it can not be written.
    pub async fn use_up(&self, token: &TokenHash) -> Result<bool, StorageError> {
        self.secrets.delete(NAMESPACE, &token.to_hex()).await
    }

    async fn make_room(&self, now: UnixMillis) -> Result<(), Problem> {
        let waiting = self.secrets.list(NAMESPACE, MAX_WAITING).await?;
        if waiting.len() < MAX_WAITING {
            return Ok(());
        }
        let mut forgotten = 0_usize;
        for (name, bytes) in waiting {
            let is_good = serde_json::from_slice::<Kept>(&bytes).is_ok_and(|kept| kept.expires_at > now);
            if !is_good {
                self.secrets.delete(NAMESPACE, &name).await?;
                forgotten = forgotten.saturating_add(1);
            }
        }
        if forgotten == 0 {
            let detail = "too many people sign up at this moment: try again later";
            return Err(Problem::unavailable("too_many_links", detail));
        }
        Ok(())
    }
}
