//! How does a stranger become a person with an account? By a mail whose link they follow; nothing is recorded before.

use super::{address::EmailAddress, links::Purpose, passwords::PasswordHash, profile::Profile, throttle::Trial};
use crate::{Portal, freshness::SHOW_LIMIT, mail::written};
use edgecoder_domain::{
    person::{self, Person, PersonCommand, PersonRefusal},
    wallet::{self, WalletCommand},
};
use edgecoder_events::{AccountId, Actor, Digest, MicroCredits, NewEvent, Position, StreamName, credit::IssueReason};
use edgecoder_identity::Token;
use edgecoder_projections::Question;
use edgecoder_service_kit::{
    commands::{CommandError, Done, Request, Subject, View},
    contents::ContentError,
    http::{Problem, Refusal},
};

/// An address that was left so often is not signed up with again.
const MAX_TURNS: u32 = 16;
/// The program, when it gives newcomers credit in development.
const FAUCET: &str = "faucet";

/// What a stranger typed.
pub struct Wanted {
    pub email: EmailAddress,
    pub name: String,
    pub password: String,
}

/// Sends a mail, and takes as long whether or not the address has an account.
///
/// # Errors
/// Where the store does not answer.
pub async fn ask(portal: &Portal, visit: &Token, wanted: Wanted) -> Result<(), Problem> {
    let Wanted { email, name, password } = wanted;
    let password = portal.passwords.hash(&password).await?;
    let mark = portal.marker.mark(&email);
    if portal.throttle.admit(Trial::MailTo, &mark.to_string(), portal.commands.clock().steady()).is_err() {
        // The answer is the same: who got that many mails has one to follow.
        return Ok(());
    }
    let (to, url) = (email.as_str().to_owned(), &portal.public_url);
    let mail = if portal.projections.people().by_email(mark).await?.is_some() {
        portal.links.pretend(portal.now()).await?;
        written::signed_up_already(&to, &format!("{url}/log-in"), &format!("{url}/reset"))
    } else {
        let visit = visit.hash().to_hex();
        let purpose = Purpose::SignUp { email: to.clone(), name: name.clone(), password, visit };
        let token = portal.links.make(purpose, portal.now()).await?;
        written::confirm(&to, &name, &format!("{url}/confirm?token={}", token.expose()))
    };
    portal.mailbox.post(mail);
    Ok(())
}

/// Records that somebody signed up, and opens their wallet; none where the address has an account meanwhile.
/// Who signs in at a provider has no password.
///
/// # Errors
/// Where it can not be recorded.
pub async fn record(
    portal: &Portal,
    profile: &Profile,
    password: Option<&PasswordHash>,
) -> Result<Option<AccountId>, Problem> {
    let email = EmailAddress::parse(&profile.email).ok_or_else(no_longer_good)?;
    let mark = portal.marker.mark(&email);
    // Whoever has this account already may have come to its address from another one.
    let _turn = portal.ways.lock().await;
    if owner_of(portal, mark).await?.is_some() {
        return Ok(None);
    }
    for turn in 0..MAX_TURNS {
        let account = portal.marker.account(mark, turn);
        if is_used(portal, &account, mark).await? {
            continue;
        }
        return match sign_up(portal, &account, mark, profile).await {
            Ok(done) => {
                if let Some(password) = password {
                    portal.passwords.keep(&account, password).await?;
                }
                welcome(portal, &account).await?;
                portal.show(&[Question::People], &done).await;
                Ok(Some(account))
            }
            Err(CommandError::Refused(Refusal::Person(PersonRefusal::AlreadySignedUp))) => Ok(None),
            Err(error) => Err(error.into()),
        };
    }
    Err(no_longer_good())
}

/// Whose address it is, as of everything that is recorded.
///
/// # Errors
/// Where the answers are too far behind the log.
pub async fn owner_of(portal: &Portal, mark: Digest) -> Result<Option<AccountId>, Problem> {
    if let Some(newest) = portal.commands.store().head().size.checked_sub(1) {
        portal.projections.wait_until(Question::People, Position(newest), SHOW_LIMIT).await?;
    }
    Ok(portal.projections.people().by_email(mark).await?.map(|person| person.account))
}

/// Whether somebody had this account and left, or has it and went on to another address.
async fn is_used(portal: &Portal, account: &AccountId, mark: Digest) -> Result<bool, Problem> {
    let subject = [Subject::Person(account.clone())];
    let is_used = |view: &View<'_>| match view.person(account) {
        Person::Unknown => false,
        Person::Gone => true,
        here @ Person::Here { .. } => !here.has_address(&mark),
    };
    Ok(portal.commands.look(&subject, is_used).await?)
}

async fn sign_up(
    portal: &Portal,
    account: &AccountId,
    mark: Digest,
    profile: &Profile,
) -> Result<Done, CommandError<Refusal>> {
    let sealed = portal.contents.seal(account, profile).await.map_err(not_sealed)?;
    let address = sealed.address();
    let subjects = [Subject::Person(account.clone()), Subject::Wallet(account.clone())];
    let request = Request::new(Actor::account(account), subjects).with_blob(sealed);
    let decide = |view: &View<'_>| {
        let command = PersonCommand::SignUp { account: account.clone(), email_mark: mark, profile: address };
        let signed_up = person::decide(view.person(account), command)?;
        let opened = wallet::decide(view.wallet(account), WalletCommand::Open { account: account.clone() })?;
        let mut events = NewEvent::all_in(&StreamName::person(account), signed_up);
        events.extend(NewEvent::all_in(&StreamName::credits(account), opened));
        Ok(events)
    };
    portal.commands.run(request, decide).await
}

fn not_sealed(error: ContentError) -> CommandError<Refusal> {
    match error {
        ContentError::Storage(error) => CommandError::Storage(error),
        ContentError::Missing | ContentError::Erased | ContentError::Malformed(_) | ContentError::Damaged => {
            CommandError::Refused(Refusal::Person(PersonRefusal::Left))
        }
    }
}

/// In development somebody who signs up can try things at once.
async fn welcome(portal: &Portal, account: &AccountId) -> Result<(), Problem> {
    let Some(amount) = portal.welcome_gift else { return Ok(()) };
    let request = Request::new(Actor::system(FAUCET), [Subject::Wallet(account.clone())]);
    let done = portal.commands.run(request, |view| gift(view, account, amount)).await?;
    portal.show(&[Question::CreditBalances], &done).await;
    Ok(())
}

fn gift(view: &View<'_>, account: &AccountId, amount: MicroCredits) -> Result<Vec<NewEvent>, Refusal> {
    let command = WalletCommand::Issue { account: account.clone(), amount, reason: IssueReason::Faucet };
    Ok(NewEvent::all_in(&StreamName::credits(account), wallet::decide(view.wallet(account), command)?))
}

fn no_longer_good() -> Problem {
    Problem::conflict("address_not_usable", "nobody can sign up with this address any more: take another one")
}
