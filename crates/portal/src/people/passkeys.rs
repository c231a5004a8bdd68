//! Whose passkey is this? Public keys beside the log, each with its account; the log says which of them count.

use super::record::record;
use crate::Portal;
use edgecoder_domain::person::{Person, PersonCommand};
use edgecoder_events::{AccountId, Digest, UnixMillis};
use edgecoder_passkeys::{CredentialId, MAX_PASSKEYS_PER_ACCOUNT, Passkey, UserHandle};
use edgecoder_service_kit::{chance, commands::Subject, http::Problem};
use edgecoder_store::{Secrets, StorageError};
use serde::{Deserialize, Serialize};

/// By the mark of the credential id: the passkey.
const PASSKEYS: &str = "portal-passkey";
/// By account, then by mark. What lists read.
const PASSKEYS_OF: &str = "portal-passkeys-of";
/// By account: what its authenticators know it by.
const HANDLES: &str = "portal-passkey-handle";
/// Also those whose removal was broken off.
const MAX_LISTED: usize = 2 * MAX_PASSKEYS_PER_ACCOUNT;

/// A passkey, as it is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptPasskey {
    pub account: AccountId,
    pub name: String,
    pub added_at: UnixMillis,
    pub passkey: Passkey,
}

/// The passkeys of everybody.
pub struct Passkeys {
    secrets: Secrets,
}

impl Passkeys {
    /// Keeps them among the store's secrets.
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets }
    }

    async fn read(&self, mark: &Digest) -> Result<Option<KeptPasskey>, StorageError> {
        let found = self.secrets.get(PASSKEYS, &mark.to_string()).await?;
        Ok(found.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Keeps a passkey in the place of what was known of it before.
    ///
    /// # Errors
    /// Where it can not be written.
    pub async fn keep(&self, mark: &Digest, kept: &KeptPasskey) -> Result<(), Problem> {
        let bytes = serde_json::to_vec(kept).map_err(|error| Problem::internal(&error))?;
        // Listed first: where the process ends in between it is listed and good for nothing.
        self.secrets.put(&passkeys_of(&kept.account), &mark.to_string(), b"").await?;
        Ok(self.secrets.put(PASSKEYS, &mark.to_string(), &bytes).await?)
    }

    async fn forget(&self, account: &AccountId, mark: &str) -> Result<(), StorageError> {
        self.secrets.delete(PASSKEYS, mark).await?;
        self.secrets.delete(&passkeys_of(account), mark).await.map(drop)
    }

    /// Forgets every passkey of an account, and what authenticators know it by.
    ///
    /// # Errors
    /// Where it can not be written.
    pub async fn forget_all(&self, account: &AccountId) -> Result<(), StorageError> {
        for (mark, _) in self.secrets.list(&passkeys_of(account), MAX_LISTED).await? {
            self.forget(account, &mark).await?;
        }
        self.secrets.delete(HANDLES, account.as_str()).await.map(drop)
    }

    /// What authenticators know an account by: drawn once.
    ///
    /// # Errors
    /// Where it can not be read or written.
    pub async fn handle(&self, account: &AccountId) -> Result<UserHandle, Problem> {
        let kept = self.secrets.get(HANDLES, account.as_str()).await?;
        if let Some(handle) = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            return Ok(handle);
        }
        let handle = UserHandle::draw(&mut chance::system());
        let bytes = serde_json::to_vec(&handle).map_err(|error| Problem::internal(&error))?;
        self.secrets.put(HANDLES, account.as_str(), &bytes).await?;
        Ok(handle)
    }
}

/// The passkey with this id, where it is one that somebody signs in with.
///
/// # Errors
/// Where the store does not answer.
pub async fn find(portal: &Portal, id: &CredentialId) -> Result<Option<(Digest, KeptPasskey)>, Problem> {
    let mark = portal.marker.passkey(id);
    Ok(counted(portal, mark).await?.map(|kept| (mark, kept)))
}

/// The passkeys of an account with their marks, the newest first.
///
/// # Errors
/// Where the store does not answer.
pub async fn of(portal: &Portal, account: &AccountId) -> Result<Vec<(Digest, KeptPasskey)>, Problem> {
    let mut found = Vec::new();
    for (mark, _) in portal.passkeys.secrets.list(&passkeys_of(account), MAX_LISTED).await? {
        let Ok(mark) = mark.parse() else { continue };
        let kept = counted(portal, mark).await?.filter(|kept| kept.account == *account);
        found.extend(kept.map(|kept| (mark, kept)));
    }
    found.sort_by_key(|(_, kept)| std::cmp::Reverse(kept.added_at));
    Ok(found)
}

/// What is kept under a mark, where the log says that it counts.
async fn counted(portal: &Portal, mark: Digest) -> Result<Option<KeptPasskey>, Problem> {
    let Some(kept) = portal.passkeys.read(&mark).await? else { return Ok(None) };
    let subject = [Subject::Person(kept.account.clone())];
    let counts = portal.commands.look(&subject, |view| Person::has_passkey(view.person(&kept.account), &mark)).await?;
    Ok(counts.then_some(kept))
}

/// Gives an account a passkey that nobody has yet.
///
/// # Errors
/// A 409 where somebody has it, or where the account has too many.
pub async fn add(portal: &Portal, account: &AccountId, name: &str, passkey: Passkey) -> Result<(), Problem> {
    let mark = portal.marker.passkey(passkey.id());
    // Two who bring the same one come one after the other.
    let _turn = portal.ways.lock().await;
    if counted(portal, mark).await?.is_some() {
        return Err(Problem::conflict(
            "passkey_taken",
            "this passkey is registered already: use another authenticator",
        ));
    }
    let kept = KeptPasskey { account: account.clone(), name: name.to_owned(), added_at: portal.now(), passkey };
    portal.passkeys.keep(&mark, &kept).await?;
    record(portal, account, PersonCommand::AddPasskey { account: account.clone(), passkey_mark: mark }, None).await
}

/// Takes a passkey away; in the log first, so that it counts no more.
///
/// # Errors
/// A 409 where it is the last way to sign in.
pub async fn remove(portal: &Portal, account: &AccountId, mark: Digest) -> Result<(), Problem> {
    let has_password = portal.passwords.has(account).await?;
    let command = PersonCommand::RemovePasskey { account: account.clone(), passkey_mark: mark, has_password };
    record(portal, account, command, None).await?;
    Ok(portal.passkeys.forget(account, &mark.to_string()).await?)
}

fn passkeys_of(account: &AccountId) -> String {
    format!("{PASSKEYS_OF}/{account}")
}
