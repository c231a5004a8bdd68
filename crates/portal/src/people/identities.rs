//! Whom does another provider mean? What it calls somebody, beside the log, with their account; the log says which count.

use super::{
    address::EmailAddress,
    profile::{Profile, name_of},
    record::record,
    sign_up,
};
use crate::{Portal, mail::written};
use edgecoder_domain::person::{MAX_WAYS_OF_A_KIND, Person, PersonCommand};
use edgecoder_events::{AccountId, Digest, UnixMillis};
use edgecoder_openid::SignedIn;
use edgecoder_service_kit::{commands::Subject, http::Problem};
use edgecoder_store::{Secrets, StorageError};
use serde::{Deserialize, Serialize};

/// By mark: whose it is.
const IDENTITIES: &str = "portal-identity";
/// By account, then by mark. What lists read.
const IDENTITIES_OF: &str = "portal-identities-of";
/// Also those whose removal was broken off.
const MAX_LISTED: usize = 2 * MAX_WAYS_OF_A_KIND;

/// Somebody, as a provider knows them.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptIdentity {
    pub account: AccountId,
    /// What the provider was called when it was linked.
    pub provider: String,
    pub linked_at: UnixMillis,
}

/// What providers call everybody.
pub struct Identities {
    secrets: Secrets,
}

impl Identities {
    /// Keeps them among the store's secrets.
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets }
    }

    async fn read(&self, mark: &Digest) -> Result<Option<KeptIdentity>, StorageError> {
        let found = self.secrets.get(IDENTITIES, &mark.to_string()).await?;
        Ok(found.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    async fn keep(&self, mark: &Digest, kept: &KeptIdentity) -> Result<(), Problem> {
        let bytes = serde_json::to_vec(kept).map_err(|error| Problem::internal(&error))?;
        // Listed first: where the process ends in between it is listed and good for nothing.
        self.secrets.put(&identities_of(&kept.account), &mark.to_string(), b"").await?;
        Ok(self.secrets.put(IDENTITIES, &mark.to_string(), &bytes).await?)
    }

    async fn forget(&self, account: &AccountId, mark: &str) -> Result<(), StorageError> {
        self.secrets.delete(IDENTITIES, mark).await?;
        self.secrets.delete(&identities_of(account), mark).await.map(drop)
    }

    /// Forgets what providers call somebody.
    ///
    /// # Errors
    /// Where it can not be written.
    pub async fn forget_all(&self, account: &AccountId) -> Result<(), StorageError> {
        for (mark, _) in self.secrets.list(&identities_of(account), MAX_LISTED).await? {
            self.forget(account, &mark).await?;
        }
        Ok(())
    }
}

/// What providers call somebody, with its marks; the newest first.
///
/// # Errors
/// Where the store does not answer.
pub async fn of(portal: &Portal, account: &AccountId) -> Result<Vec<(Digest, KeptIdentity)>, Problem> {
    let mut found = Vec::new();
    for (mark, _) in portal.identities.secrets.list(&identities_of(account), MAX_LISTED).await? {
        let Ok(mark) = mark.parse() else { continue };
        let kept = counted(portal, mark).await?.filter(|kept| kept.account == *account);
        found.extend(kept.map(|kept| (mark, kept)));
    }
    found.sort_by_key(|(_, kept)| std::cmp::Reverse(kept.linked_at));
    Ok(found)
}

/// What is kept under a mark, where the log says that it counts.
async fn counted(portal: &Portal, mark: Digest) -> Result<Option<KeptIdentity>, Problem> {
    let Some(kept) = portal.identities.read(&mark).await? else { return Ok(None) };
    let subject = [Subject::Person(kept.account.clone())];
    let counts = portal.commands.look(&subject, |view| Person::has_identity(view.person(&kept.account), &mark)).await?;
    Ok(counts.then_some(kept))
}

/// Whose account it is: the one that was linked; else the one with the address that the provider vouches for, which is
/// opened where there is none. Nobody's where the provider vouches for no address: anybody can write one.
///
/// # Errors
/// Where it can not be recorded.
pub async fn recognise(portal: &Portal, provider: &str, who: &SignedIn) -> Result<Option<AccountId>, Problem> {
    if let Some(kept) = counted(portal, portal.marker.identity(&who.issuer, &who.subject)).await? {
        return Ok(Some(kept.account));
    }
    let Some(email) = who.verified_email.as_ref().and_then(|email| EmailAddress::parse(email.as_str())) else {
        return Ok(None);
    };
    // No account is in the log whose owner has not confirmed its address.
    let account = match portal.projections.people().by_email(portal.marker.mark(&email)).await? {
        Some(person) => person.account,
        None => open_account(portal, &email, who.name.as_deref().unwrap_or_default()).await?,
    };
    link(portal, &account, provider, who).await?;
    Ok(Some(account))
}

/// The provider vouched for the address, as a followed link does.
async fn open_account(portal: &Portal, email: &EmailAddress, name: &str) -> Result<AccountId, Problem> {
    let name = name_of(name, email).or_else(|| name_of("", email)).unwrap_or_default();
    let profile = Profile { email: email.as_str().to_owned(), name };
    let opened = sign_up::record(portal, &profile, None).await?;
    opened.ok_or_else(|| Problem::conflict("signed_up_meanwhile", "the account was opened a moment ago: sign in again"))
}

/// Joins what a provider calls somebody to an account, and tells its owner by mail.
///
/// # Errors
/// A 409 where another account has it, or this one too many.
pub async fn link(portal: &Portal, account: &AccountId, provider: &str, who: &SignedIn) -> Result<(), Problem> {
    let mark = portal.marker.identity(&who.issuer, &who.subject);
    // Two who bring the same one come one after the other.
    let turn = portal.ways.lock().await;
    match counted(portal, mark).await? {
        Some(kept) if kept.account == *account => return Ok(()),
        Some(_) => {
            let detail = "another account signs in with this one: remove it there first";
            return Err(Problem::conflict("identity_taken", detail));
        }
        None => {}
    }
    let kept = KeptIdentity { account: account.clone(), provider: provider.to_owned(), linked_at: portal.now() };
    portal.identities.keep(&mark, &kept).await?;
    let command = PersonCommand::LinkProvider { account: account.clone(), identity_mark: mark };
    record(portal, account, command, None).await?;
    drop(turn);
    if let Some(profile) = portal.profile(account).await?.filter(|profile| !profile.email.is_empty()) {
        portal.mailbox.post(written::way_added(&profile.email, provider, &portal.account_url()));
    }
    Ok(())
}

/// Takes a link away; in the log first, so that it counts no more.
///
/// # Errors
/// A 409 where it is the last way to sign in.
pub async fn unlink(portal: &Portal, account: &AccountId, mark: Digest) -> Result<(), Problem> {
    let has_password = portal.passwords.has(account).await?;
    let command = PersonCommand::UnlinkProvider { account: account.clone(), identity_mark: mark, has_password };
    record(portal, account, command, None).await?;
    Ok(portal.identities.forget(account, &mark.to_string()).await?)
}

fn identities_of(account: &AccountId) -> String {
    format!("{IDENTITIES_OF}/{account}")
}
