//! Is this the passkey that was registered? WebAuthn Level 3, the relying party's side, for a web site.
//!
//! A ceremony has two halves. [`Site::begin_registration`] and [`Site::begin_log_in`] give the options for the browser
//! (`PublicKeyCredential.parseCreationOptionsFromJSON`, `parseRequestOptionsFromJSON`) and a value to keep until the
//! answer comes: [`Registration`], [`LogIn`]. The answer is what `credential.toJSON()` writes. Nothing is kept here: what
//! comes of a registration is a [`Passkey`], the caller's to store, to look up by its [`CredentialId`] and to remove.
//!
//! The caller takes a begun ceremony out of its store *before* it finishes it, so that an answer counts once; ties it to
//! the browser that began it, by a cookie; stores no two passkeys of one [`CredentialId`], whoever has them; and after a
//! log-in stores the passkey that comes back, in which the counter has moved.
//!
//! No attestation is asked for and none is judged: any authenticator may be used
//! (`docs/decisions/0013-passkeys-without-openssl.md`).

mod answer;
mod authenticator_data;
mod bytes;
mod cbor;
mod challenge;
mod client_data;
mod log_in;
mod passkey;
mod public_key;
mod refusal;
mod register;
mod site;

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod authenticator;
#[cfg(test)]
mod specification;

pub use log_in::{LogIn, LogInAnswer, LoggedIn, RequestOptions};
pub use passkey::{CredentialId, CredentialIdParseError, Passkey, UserHandle};
pub use refusal::Refusal;
pub use register::{CreationOptions, Person, Registration, TooManyPasskeys};
pub use site::{Site, SiteError};

/// How long a person has for a ceremony, in the browser and here.
pub const CEREMONY_MS: u64 = 5 * 60 * 1000;

/// The longest answer that is read. Those of browsers take 1 to 8 KiB.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// How many passkeys one account may have.
pub const MAX_PASSKEYS_PER_ACCOUNT: usize = 20;
