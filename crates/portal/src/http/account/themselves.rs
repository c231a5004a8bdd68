//! Is whoever is logged in really there, and not somebody who found their browser open?

use crate::{Portal, callers::Person, people::throttle::Trial, text::ENGLISH};
use edgecoder_service_kit::http::Problem;

/// Who has no password and wants what can not be undone has logged in no longer ago.
const JUST_NOW_MS: u64 = 10 * 60 * 1_000;

/// What is missing as proof that it is they themselves: the password, and of who has none that they came just now.
pub async fn not_themselves(portal: &Portal, person: &Person, password: &str) -> Result<Option<&'static str>, Problem> {
    if portal.passwords.has(person.account()).await? {
        let knows = knows_password(portal, person, password).await?;
        return Ok((!knows).then_some(ENGLISH.wrong_current));
    }
    let is_fresh = portal.now().ms_since(person.session.begun_at) < JUST_NOW_MS;
    Ok((!is_fresh).then_some(ENGLISH.log_in_again))
}

/// Whether somebody who is logged in knows the password as well.
pub async fn knows_password(portal: &Portal, person: &Person, password: &str) -> Result<bool, Problem> {
    let counted_by = person.account().as_str();
    portal.throttle.admit(Trial::PasswordFor, counted_by, portal.commands.clock().steady())?;
    let knows = portal.passwords.is_of(Some(person.account()), password).await?;
    if knows {
        portal.throttle.forget(Trial::PasswordFor, counted_by);
    }
    Ok(knows)
}
