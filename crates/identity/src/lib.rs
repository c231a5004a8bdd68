//! Who is this, and did they say that?
//!
//! A machine has a name, a key that signs and a key that opens ([`NodeKeys`]). Work travels sealed for one lease
//! ([`envelope`]).

pub mod envelope;
pub mod evidence;
mod key_file;
pub mod log_key_rotation;
mod node_keys;
mod nonce_file;
mod nonce_memory;
pub mod request;
mod signature;
mod token;

pub use key_file::KeyFileError;
pub use node_keys::NodeKeys;
pub use nonce_file::{NonceFile, NonceFileError};
pub use nonce_memory::{Nonce, NonceLineError, NonceRefusal};
pub use signature::{BadSignature, verify_text};
pub use token::{Token, TokenHash, TokenParseError, TokenRole};
