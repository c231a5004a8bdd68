//! Who is this, and did they say that?
//!
//! A machine has a name, a key that signs and a key that opens ([`NodeKeys`]). It signs every request ([`request`]), and each
//! request counts once ([`NonceFile`]). Work travels sealed for one lease ([`envelope`]). People and programs without
//! keys bring a [`Token`]. What must convince a stranger later is signed as text: [`evidence`], [`log_key_rotation`]; which key
//! was the log's at which size, [`KeyHistory`] knows.
//!
//! Everything is a function of its arguments but [`NodeKeys::load_or_create`] and [`NonceFile`], which own a file each.

mod client_address;
pub mod envelope;
pub mod evidence;
mod key_file;
mod log_key_history;
pub mod log_key_rotation;
mod node_keys;
mod nonce_file;
mod nonce_memory;
pub mod request;
mod signature;
mod token;

pub use client_address::{Network, NetworkParseError, client_ip};
pub use key_file::KeyFileError;
pub use log_key_history::{KeyHistory, KeyPeriod};
pub use node_keys::NodeKeys;
pub use nonce_file::{NonceFile, NonceFileError};
pub use nonce_memory::{Nonce, NonceLineError, NonceRefusal};
pub use signature::{BadSignature, verify_text};
pub use token::{Token, TokenHash, TokenParseError, TokenRole};
