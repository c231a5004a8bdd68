//! Who does another sign-in provider say this is? OpenID Connect 1.0, the relying party's side: Google, Microsoft 365, and
//! any provider by its issuer.
//!
//! A sign-in leaves and comes back. [`SignIn::draw`] makes what it needs by chance, [`Provider::address`] says where the
//! person goes, [`Provider::finish`] takes what the provider sent them back with and says who they are: [`SignedIn`].
//! Only the code flow is used, with PKCE (RFC 7636), `state`, `nonce` and a signed ID token; the access token is dropped.
//!
//! The caller keeps the [`SignIn`] where only the same browser finds it again, and takes it away *before* it finishes it,
//! so that an answer counts once. An account belongs to ([`SignedIn::issuer`], [`SignedIn::subject`]); an e-mail address
//! joins it to another account only when [`SignedIn::verified_email`] gives one.
//!
//! # When an e-mail address is verified
//! Where the provider says `email_verified`. Microsoft never does, and any administrator of any tenant can write any
//! address into an account, so at an issuer of many tenants only `xms_edov` counts, Microsoft's word that the tenant owns
//! the address's domain: the application's registration has to ask for the optional ID-token claims `email` and
//! `xms_edov`. Of one tenant, whose administrators the operator chose, either will do.

mod claims;
mod discovery;
mod documents;
mod email;
mod issuer;
mod keys;
mod provider;
mod sign_in;
mod token;
mod web;

pub use email::VerifiedEmail;
pub use issuer::{Issuer, IssuerError};
pub use provider::{Provider, Settings};
pub use sign_in::{Callback, SIGN_IN_MS, SignIn, SignInError, SignedIn};
pub use token::TokenRefusal;
pub use web::ProviderError;
