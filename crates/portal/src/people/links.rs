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
/// The name of what stands in for a link where nobody gets one: no hash is so short.
const NOBODYS: &str = "nobody";

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
    /// Somebody with an account wants mails to go there.
    NewAddress { account: AccountId, email: String },
}

impl Purpose {
    /// Whose account it is about, where there is one.
    fn account(&self) -> Option<&AccountId> {
        match self {
            Self::SignUp { .. } => None,
            Self::Reset { account } | Self::NewAddress { account, .. } => Some(account),
        }
    }
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
            Purpose::Reset { .. } | Purpose::NewAddress { .. } => HOUR_MS,
        };
        self.keep(&token.hash().to_hex(), Kept { expires_at: now.plus_ms(life), purpose }).await?;
        Ok(token)
    }

    /// Does what [`Links::make`] does and makes nothing: so that it takes as long where there is nobody to send a link to.
    ///
    /// # Errors
    /// A 503 where too many wait already.
    pub async fn pretend(&self, now: UnixMillis) -> Result<(), Problem> {
        self.make_room(now).await?;
        let account = AccountId::new(NOBODYS).expect("letters are a name");
        self.keep(NOBODYS, Kept { expires_at: UnixMillis(0), purpose: Purpose::Reset { account } }).await
    }

    async fn keep(&self, name: &str, kept: Kept) -> Result<(), Problem> {
        let bytes = serde_json::to_vec(&kept).map_err(|error| Problem::internal(&error))?;
        Ok(self.secrets.put(NAMESPACE, name, &bytes).await?)
    }

    /// Has every link of an account end.
    ///
    /// # Errors
    /// Where they can not be read or written.
    pub async fn forget_of(&self, account: &AccountId) -> Result<(), StorageError> {
        for (name, bytes) in self.secrets.list(NAMESPACE, MAX_WAITING).await? {
            let kept = serde_json::from_slice::<Kept>(&bytes).ok();
            if kept.is_some_and(|kept| kept.purpose.account() == Some(account)) {
                self.secrets.delete(NAMESPACE, &name).await?;
            }
        }
        Ok(())
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
