//! Whose money is it? Words that only their owner has, and the public description that everyone else may have.
//!
//! - [`SeedWords`]: the twelve or twenty-four words of BIP 39, made where their owner sits and forgotten there.
//! - [`PublicWallet`]: what may leave that machine, the descriptors of BIP 84 for coins received and for change.
//! - [`PublicDescriptor`]: one such descriptor, from us or from another wallet, and the addresses that it stands for.

mod descriptor;
mod words;

pub use bdk_wallet::bitcoin::Network;
pub use descriptor::{DescriptorError, PublicDescriptor, PublicWallet};
pub use words::{Length, SeedWords, WordsError, is_listed};
