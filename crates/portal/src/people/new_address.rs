//! How does a person get another mail address? By a link that comes there, with a word to the one before.

use super::{
    address::EmailAddress, links::Purpose, profile::Profile, record::record, sign_up::owner_of, throttle::Trial,
};
use crate::{Portal, mail::written};
use edgecoder_domain::person::PersonCommand;
use edgecoder_events::AccountId;
use edgecoder_service_kit::http::Problem;

/// Sends a link to the wanted address and a word to the present one. To whoever asks it looks the same where the wanted
/// one has an account, and takes as long.
///
/// # Errors
/// A 429 where this account asked too often; else where the store does not answer.
pub async fn ask(portal: &Portal, account: &AccountId, present: &str, wanted: &EmailAddress) -> Result<(), Problem> {
    let (mark, steady) = (portal.marker.mark(wanted), portal.commands.clock().steady());
    portal.throttle.admit(Trial::MailTo, account.as_str(), steady)?;
    let (to, url) = (wanted.as_str(), &portal.public_url);
    if !present.is_empty() {
        portal.mailbox.post(written::new_address_asked(present, &format!("{url}/reset")));
    }
    if portal.throttle.admit(Trial::MailTo, &mark.to_string(), steady).is_err() {
        // The answer is the same: who got that many mails has one to follow.
        return Ok(());
    }
    let mail = if portal.projections.people().by_email(mark).await?.is_some() {
        portal.links.pretend(portal.now()).await?;
        written::new_address_taken(to, &format!("{url}/log-in"))
    } else {
        let purpose = Purpose::NewAddress { account: account.clone(), email: to.to_owned() };
        let token = portal.links.make(purpose, portal.now()).await?;
        written::new_address(to, &format!("{url}/account/address/confirm?token={}", token.expose()))
    };
    portal.mailbox.post(mail);
    Ok(())
}

/// Records it, has every other link of this account end, and tells the address before. Nobody is logged out. False where
/// somebody else has the address meanwhile.
///
/// # Errors
/// Where it can not be recorded.
pub async fn change(portal: &Portal, account: &AccountId, email: &EmailAddress) -> Result<bool, Problem> {
    let mark = portal.marker.mark(email);
    // Two who want the same one come one after the other.
    let turn = portal.ways.lock().await;
    match owner_of(portal, mark).await? {
        Some(owner) if owner == *account => return Ok(true),
        Some(_) => return Ok(false),
        None => {}
    }
    let before = portal.profile(account).await?.unwrap_or_default();
    let profile = Profile { email: email.as_str().to_owned(), name: before.name };
    let sealed = portal.contents.seal(account, &profile).await?;
    let command =
        PersonCommand::ChangeAddress { account: account.clone(), email_mark: mark, profile: sealed.address() };
    record(portal, account, command, Some(sealed)).await?;
    drop(turn);
    portal.links.forget_of(account).await?;
    if !before.email.is_empty() {
        portal.mailbox.post(written::address_changed(&before.email, &portal.public_url));
    }
    tracing::info!(account.id = %account, "somebody has another mail address");
    Ok(true)
}
