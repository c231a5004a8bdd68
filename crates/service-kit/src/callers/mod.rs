//! Who asks? Each caller is a type; holding one proves that the check was made.
//!
//! A handler takes exactly one of [`Operator`], [`Customer`], [`Reader`], [`Signed`], [`Service`], [`Insider`] or
//! [`Anyone`]. What they check against is [`Access`], which the state of a service with a ledger can give ([`FromRef`]);
//! one without a ledger gives [`ServiceTokens`], and its handlers take the operator, services or anyone.

mod access;
mod account_tokens;
mod bearer;
mod documented;
mod service_tokens;
mod signed;

pub use access::{Access, AccessSettings, AgentKeys, TokenBook};
pub use account_tokens::{AccountToken, MAX_ACCOUNT_TOKENS, account_token_id};
pub use bearer::{Anyone, Customer, Insider, Operator, Reader, Service};
pub use documented::{DocumentedCaller, with_callers};
pub use service_tokens::{ServiceTokens, client_address};
pub use signed::{NamesAgent, RegistrationSigner, Signed, SignedRegistration};

pub(crate) use axum::extract::FromRef;
