//! Is this the password? Stretched with argon2id, kept beside the log, compared by few at a time.

use argon2::{Algorithm, Argon2, Params, Version};
use edgecoder_events::AccountId;
use edgecoder_service_kit::{chance, http::Problem};
use edgecoder_store::{Secrets, StorageError};
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use tokio::{sync::Semaphore, task::spawn_blocking};

/// What OWASP names as the least for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// As many are stretched at once; others wait.
const AT_ONCE: usize = 2;
/// The fewest characters of a password, and the most bytes.
pub const MIN_CHARS: usize = 10;
pub const MAX_BYTES: usize = 256;

const NAMESPACE: &str = "portal-password";

/// What is kept of a password. It names its own parameters, so that later ones can be stronger.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordHash {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

/// Stretches and compares passwords. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    secrets: Secrets,
    seats: Arc<Semaphore>,
    /// Compared with where nobody is there, so that it takes as long.
    of_nobody: Arc<PasswordHash>,
}

impl Passwords {
    /// Keeps hashes among the store's secrets.
    pub fn new(secrets: Secrets) -> Self {
        let of_nobody = PasswordHash {
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: vec![0; SALT_BYTES],
            hash: vec![0; HASH_BYTES],
        };
        Self { secrets, seats: Arc::new(Semaphore::new(AT_ONCE)), of_nobody: Arc::new(of_nobody) }
    }

    /// Stretches a password that somebody chose.
    ///
    /// # Errors
    /// A 500 where this machine has not the memory.
    pub async fn hash(&self, password: &str) -> Result<PasswordHash, Problem> {
        let mut salt = vec![0; SALT_BYTES];
        chance::system().fill_bytes(&mut salt);
        let empty = PasswordHash { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES, salt, hash: vec![] };
        let hash = self.stretch(password, &empty).await?;
        Ok(PasswordHash { hash, ..empty })
    }

    /// Whether it is the password that was hashed.
    ///
    /// # Errors
    /// A 500 where this machine has not the memory.
    pub async fn matches(&self, password: &str, kept: &PasswordHash) -> Result<bool, Problem> {
        let hash = self.stretch(password, kept).await?;
        Ok(bool::from(hash.ct_eq(&kept.hash)))
    }

    /// Whether it is the password of this account. No account, or one without a password, takes as long and has none.
    ///
    /// # Errors
    /// Where it can not be read.
    pub async fn is_of(&self, account: Option<&AccountId>, password: &str) -> Result<bool, Problem> {
        let kept = match account {
            Some(account) => self.secrets.get(NAMESPACE, account.as_str()).await?,
            None => None,
        };
        match kept {
            Some(bytes) => {
                let kept = serde_json::from_slice(&bytes).map_err(|error| Problem::internal(&error))?;
                self.matches(password, &kept).await
            }
            None => self.matches(password, &self.of_nobody).await.map(|_| false),
        }
    }

    /// Whether an account has a password.
    ///
    /// # Errors
    /// Where it can not be read.
    pub async fn has(&self, account: &AccountId) -> Result<bool, StorageError> {
        Ok(self.secrets.get(NAMESPACE, account.as_str()).await?.is_some())
    }

    /// Keeps the password of an account in the place of the one before.
    ///
    /// # Errors
    /// Where it can not be written.
    pub async fn keep(&self, account: &AccountId, hash: &PasswordHash) -> Result<(), Problem> {
        let bytes = serde_json::to_vec(hash).map_err(|error| Problem::internal(&error))?;
        Ok(self.secrets.put(NAMESPACE, account.as_str(), &bytes).await?)
    }

    /// Forgets the password of an account.
    ///
    /// # Errors
    /// Where it can not be written.
    pub async fn forget(&self, account: &AccountId) -> Result<(), StorageError> {
        self.secrets.delete(NAMESPACE, account.as_str()).await.map(drop)
    }

    async fn stretch(&self, password: &str, by: &PasswordHash) -> Result<Vec<u8>, Problem> {
        let _seat = self.seats.acquire().await.map_err(|error| Problem::internal(&error))?;
        let params = Params::new(by.memory_kib, by.passes, by.lanes, Some(HASH_BYTES)).map_err(broken)?;
        let (password, salt) = (password.as_bytes().to_vec(), by.salt.clone());
        let stretched = spawn_blocking(move || {
            let mut hash = vec![0; HASH_BYTES];
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            argon2.hash_password_into(&password, &salt, &mut hash).map(|()| hash)
        });
        stretched.await.map_err(|error| Problem::internal(&error))?.map_err(broken)
    }
}

fn broken(error: argon2::Error) -> Problem {
    tracing::error!(%error, "a password could not be stretched");
    Problem::unavailable("password_not_checked", "the password could not be checked: try again")
}

/// Whether a password is long enough and not too long.
pub fn is_good(password: &str) -> bool {
    password.chars().count() >= MIN_CHARS && password.len() <= MAX_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_all_that_is_asked_of_a_password() {
        assert!(is_good("ünïcödé-10"));
        assert!(!is_good("short"));
        assert!(!is_good(&"x".repeat(MAX_BYTES + 1)));
    }
}
