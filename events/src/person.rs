//! Who uses the portal? People, by the wallet that is theirs; what is personal stands sealed outside the log.

use crate::{AccountId, BlobRef, Digest};
use serde::{Deserialize, Serialize};

/// Somebody proved that a mail address is theirs, and has an account from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonSignedUp {
    pub account: AccountId,
    /// Finds the person by their mail address; made with a key that is not in the log, so that nobody can try addresses.
    pub email_mark: Digest,
    /// Mail address and name, sealed with the account's key.
    pub profile: BlobRef,
}

/// The person goes by another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonProfileChanged {
    pub account: AccountId,
    pub profile: BlobRef,
}

/// The person set another password and knew the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonPasswordChanged {
    pub account: AccountId,
}

/// The person set another password with a link that was sent to their mail address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonPasswordReset {
    pub account: AccountId,
}

/// The person can sign in with one more passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonPasskeyAdded {
    pub account: AccountId,
    /// Finds the passkey by its credential id; made with a key that is not in the log, as that of the mail address.
    pub passkey_mark: Digest,
}

/// The person signs in with this passkey no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonPasskeyRemoved {
    pub account: AccountId,
    pub passkey_mark: Digest,
}

/// The person can sign in at another provider (OpenID Connect).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonProviderLinked {
    pub account: AccountId,
    /// Finds the person by what the provider calls them; made with a key that is not in the log: it tells neither provider
    /// nor name.
    pub identity_mark: Digest,
}

/// The person signs in at that provider no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonProviderUnlinked {
    pub account: AccountId,
    pub identity_mark: Digest,
}

/// What somebody may do in the portal beside what everybody may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Steers machines and sees how the services do, as the administrator does at the command line.
    Operator,
}

/// An operator gave the person a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonRoleGiven {
    pub account: AccountId,
    pub role: Role,
}

/// An operator took a role from the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonRoleTaken {
    pub account: AccountId,
    pub role: Role,
}

/// The person said by a public descriptor which addresses are theirs; it takes the place of one that they gave before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonDescriptorGiven {
    pub account: AccountId,
    /// The descriptor and its network, sealed with the account's key: whoever reads it sees what the person receives.
    pub descriptor: BlobRef,
}

/// The person says that they checked the words of the wallet behind the descriptor that they gave last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonBackupAcknowledged {
    pub account: AccountId,
    pub descriptor: BlobRef,
}

/// The person proved that another mail address is theirs, which takes the place of the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonAddressChanged {
    pub account: AccountId,
    /// Of the new address; made as that of the sign-up.
    pub email_mark: Digest,
    /// The new address and the name, sealed with the account's key.
    pub profile: BlobRef,
}

/// The person left. The key of what is sealed for them is destroyed: see [`crate::key::SubjectKeyDestroyed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonErased {
    pub account: AccountId,
}
