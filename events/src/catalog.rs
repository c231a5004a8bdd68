//! Which kinds are there? The one list of events, with the kind and schema number that stand in the log.

use crate::{agent, anchor, blacklist, credit, key, node, person, task};
use serde::{Deserializer, de::Visitor};
use std::fmt;

/// Why recorded bytes are not an event that this build knows.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("unknown event kind {kind} version {schema}: this build is older than the log")]
    UnknownKind { kind: String, schema: u16 },
    #[error("the payload of {kind} version {schema} does not decode: {source}")]
    Payload { kind: String, schema: u16, source: rmp_serde::decode::Error },
    #[error("the payload of {kind} version {schema} has bytes after its end")]
    Trailing { kind: String, schema: u16 },
}

macro_rules! catalog {
    ($($(#[$about:meta])* $family:ident($view:ident) {
        $($kind:literal $schema:literal => $name:ident($type:path)),+ $(,)?
    })+) => {
        /// A fact. One variant per kind.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Event {
            $($($name($type)),+),+
        }

        /// A fact by its family. Who takes in one family names each of its events and the other families whole, so
        /// that neither a new event nor a new family goes unnoticed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Family<'a> {
            $($(#[$about])* $family($view<'a>)),+
        }

        $(
            $(#[$about])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub enum $view<'a> {
                $($name(&'a $type)),+
            }
        )+

        impl Event {
            /// Every kind with its newest schema number.
            pub const KINDS: &'static [(&'static str, u16)] = &[$($(($kind, $schema)),+),+];

            /// The family that it belongs to.
            pub const fn family(&self) -> Family<'_> {
                match self { $($(Self::$name(event) => Family::$family($view::$name(event))),+),+ }
            }

            /// The kind as it stands in the log: `task.submitted`.
            pub const fn kind(&self) -> &'static str {
                match self { $($(Self::$name(_) => $kind),+),+ }
            }

            /// The schema number as it stands in the log.
            pub const fn schema(&self) -> u16 {
                match self { $($(Self::$name(_) => $schema),+),+ }
            }

            /// The payload as it stands in the log: a MessagePack array in field order.
            ///
            /// # Panics
            /// Never: every event is made of texts, integers, bytes and arrays of them.
            pub fn to_bytes(&self) -> Vec<u8> {
                let bytes = match self { $($(Self::$name(event) => rmp_serde::to_vec(event)),+),+ };
                bytes.expect("events hold nothing that MessagePack can not")
            }

            /// Reads a payload back.
            ///
            /// # Errors
            /// [`DecodeError`] for a kind, a schema or bytes that this build does not know.
            pub fn from_bytes(kind: &str, schema: u16, bytes: &[u8]) -> Result<Self, DecodeError> {
                match (kind, schema) {
                    $($(($kind, $schema) => decode(kind, schema, bytes).map(Self::$name),)+)+
                    (kind, schema) => from_earlier(kind, schema, bytes),
                }
            }

            /// The fields by name, for people and for JSON.
            ///
            /// # Errors
            /// Whatever the serializer says.
            pub fn serialize_fields<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $($(Self::$name(event) => serde::Serialize::serialize(event, serializer)),+),+ }
            }
        }

        $($(impl From<$type> for Event {
            fn from(event: $type) -> Self {
                Self::$name(event)
            }
        })+)+
    };
}

catalog! {
    /// The log itself.
    Ledger(LedgerEvent) {
        "ledger.created" 1 => LedgerCreated(key::LedgerCreated),
        "ledger.log_key_rotated" 1 => LogKeyRotated(key::LogKeyRotated),
        "ledger.restored" 1 => LedgerRestored(key::LedgerRestored),
        "ledger.subject_key_destroyed" 1 => SubjectKeyDestroyed(key::SubjectKeyDestroyed),
    }
    /// Who may take part.
    Node(NodeEvent) {
        "node.enrolled" 1 => NodeEnrolled(node::NodeEnrolled),
        "node.token_rotated" 1 => NodeTokenRotated(node::NodeTokenRotated),
        "node.approved" 1 => NodeApproved(node::NodeApproved),
        "node.rejected" 1 => NodeRejected(node::NodeRejected),
        "node.mode_changed" 1 => NodeModeChanged(node::NodeModeChanged),
        "node.power_policy_set" 1 => NodePowerPolicySet(node::NodePowerPolicySet),
    }
    /// What a machine can do, whether it is there, whether it is shut out.
    Agent(AgentEvent) {
        "agent.registered" 1 => AgentRegistered(agent::AgentRegistered),
        "agent.key_replaced" 1 => AgentKeyReplaced(agent::AgentKeyReplaced),
        "agent.capabilities_changed" 1 => AgentCapabilitiesChanged(agent::AgentCapabilitiesChanged),
        "agent.came_online" 1 => AgentCameOnline(agent::AgentCameOnline),
        "agent.went_offline" 1 => AgentWentOffline(agent::AgentWentOffline),
        "agent.blacklisted" 1 => AgentBlacklisted(blacklist::AgentBlacklisted),
        "agent.blacklist_lifted" 1 => AgentBlacklistLifted(blacklist::AgentBlacklistLifted),
    }
    /// A task, from submission to its end.
    Task(TaskEvent) {
        "task.submitted" 2 => TaskSubmitted(task::TaskSubmitted),
        "task.planned" 1 => TaskPlanned(task::TaskPlanned),
        "task.subtask_leased" 1 => SubtaskLeased(task::SubtaskLeased),
        "task.subtask_returned" 1 => SubtaskReturned(task::SubtaskReturned),
        "task.subtask_stopped" 1 => SubtaskStopped(task::SubtaskStopped),
        "task.subtask_finished" 1 => SubtaskFinished(task::SubtaskFinished),
        "task.escalated" 1 => TaskEscalated(task::TaskEscalated),
        "task.subtask_revised" 1 => SubtaskRevised(task::SubtaskRevised),
        "task.completed" 1 => TaskCompleted(task::TaskCompleted),
        "task.failed" 2 => TaskFailed(task::TaskFailed),
        "task.cancelled" 1 => TaskCancelled(task::TaskCancelled),
        "task.reviewed" 1 => TaskReviewed(task::TaskReviewed),
        "task.answered" 1 => TaskAnswered(task::TaskAnswered),
    }
    /// What moves between accounts.
    Credit(CreditEvent) {
        "credit.account_opened" 1 => AccountOpened(credit::AccountOpened),
        "credit.issued" 1 => CreditsIssued(credit::CreditsIssued),
        "credit.reserved" 1 => CreditsReserved(credit::CreditsReserved),
        "credit.spent" 1 => CreditsSpent(credit::CreditsSpent),
        "credit.earned" 1 => CreditsEarned(credit::CreditsEarned),
        "credit.released" 1 => CreditsReleased(credit::CreditsReleased),
    }
    /// Checkpoints that are dated by Bitcoin.
    Anchor(AnchorEvent) {
        "anchor.requested" 1 => AnchorRequested(anchor::AnchorRequested),
        "anchor.promised" 1 => AnchorPromised(anchor::AnchorPromised),
        "anchor.attested" 1 => AnchorAttested(anchor::AnchorAttested),
        "anchor.broadcast" 1 => AnchorBroadcast(anchor::AnchorBroadcast),
        "anchor.included" 1 => AnchorIncluded(anchor::AnchorIncluded),
        "anchor.confirmed" 1 => AnchorConfirmed(anchor::AnchorConfirmed),
        "anchor.orphaned" 1 => AnchorOrphaned(anchor::AnchorOrphaned),
    }
    /// The people of the portal.
    Person(PersonEvent) {
        "person.signed_up" 1 => PersonSignedUp(person::PersonSignedUp),
        "person.profile_changed" 1 => PersonProfileChanged(person::PersonProfileChanged),
        "person.password_changed" 1 => PersonPasswordChanged(person::PersonPasswordChanged),
        "person.password_reset" 1 => PersonPasswordReset(person::PersonPasswordReset),
        "person.passkey_added" 1 => PersonPasskeyAdded(person::PersonPasskeyAdded),
        "person.passkey_removed" 1 => PersonPasskeyRemoved(person::PersonPasskeyRemoved),
        "person.provider_linked" 1 => PersonProviderLinked(person::PersonProviderLinked),
        "person.provider_unlinked" 1 => PersonProviderUnlinked(person::PersonProviderUnlinked),
        "person.erased" 1 => PersonErased(person::PersonErased),
        "person.role_given" 1 => PersonRoleGiven(person::PersonRoleGiven),
        "person.role_taken" 1 => PersonRoleTaken(person::PersonRoleTaken),
        "person.descriptor_given" 1 => PersonDescriptorGiven(person::PersonDescriptorGiven),
        "person.backup_acknowledged" 1 => PersonBackupAcknowledged(person::PersonBackupAcknowledged),
        "person.address_changed" 1 => PersonAddressChanged(person::PersonAddressChanged),
    }
}

/// Reads what an earlier build recorded, in the words of today.
fn from_earlier(kind: &str, schema: u16, bytes: &[u8]) -> Result<Event, DecodeError> {
    match (kind, schema) {
        ("task.submitted", 1) => {
            decode(kind, schema, bytes).map(|it: task::TaskSubmittedV1| Event::TaskSubmitted(it.into()))
        }
        ("task.failed", 1) => decode(kind, schema, bytes).map(|it: task::TaskFailedV1| Event::TaskFailed(it.into())),
        _ => Err(DecodeError::UnknownKind { kind: kind.to_owned(), schema }),
    }
}

fn decode<T: serde::de::DeserializeOwned>(kind: &str, schema: u16, bytes: &[u8]) -> Result<T, DecodeError> {
    let mut payload = rmp_serde::Deserializer::from_read_ref(bytes);
    let event = T::deserialize(&mut payload).map_err(|source| DecodeError::Payload {
        kind: kind.to_owned(),
        schema,
        source,
    })?;
    let is_at_end = payload.deserialize_option(OneByte).is_err();
    if is_at_end { Ok(event) } else { Err(DecodeError::Trailing { kind: kind.to_owned(), schema }) }
}

/// Takes one byte, whatever it is, and leaves what should follow it: the reader of a slice does not say what is left.
struct OneByte;

impl<'de> Visitor<'de> for OneByte {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a byte")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, _: D) -> Result<(), D::Error> {
        Ok(())
    }
}
