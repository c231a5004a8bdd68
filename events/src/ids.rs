//! Who and which? Names that people and machines choose, checked once at the border.

use crate::UnixMillis;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("expected 1 to {max} characters, got {got}")]
    Length { max: usize, got: usize },
    #[error("expected letters, digits and any of {allowed}, got {found:?}")]
    Character { allowed: &'static str, found: char },
}

fn check(text: &str, max: usize, allowed: &'static str) -> Result<(), IdError> {
    if text.is_empty() || text.len() > max {
        return Err(IdError::Length { max, got: text.len() });
    }
    match text.chars().find(|c| !c.is_ascii_alphanumeric() && !allowed.contains(*c)) {
        Some(found) => Err(IdError::Character { allowed, found }),
        None => Ok(()),
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $max:literal, $allowed:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The most characters an id of this kind has.
            pub const MAX_CHARS: usize = $max;

            /// Checks length and characters.
            ///
            /// # Errors
            /// [`IdError`] names what was expected.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                check(&text, Self::MAX_CHARS, $allowed)?;
                Ok(Self(text))
            }

            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// A machine that runs work, by the name its owner gave it.
    AgentId, 64, "._-"
}
text_id! {
    /// A coding task, by the name its submitter gave it.
    TaskId, 64, "._-"
}
text_id! {
    /// A wallet of credits.
    AccountId, 64, "._-:"
}
text_id! {
    /// A group of tasks that shares fairly with other groups.
    ProjectId, 64, "._-"
}
text_id! {
    /// What somebody asked for one after the other, by a name of their choice. Two people may choose the same.
    ConversationId, 64, "._-"
}
text_id! {
    /// A language model as its server names it: `qwen2.5-coder:7b`.
    ModelName, 128, "._-:/@"
}

impl TaskId {
    /// A name for a task whose submitter gave none: a time-ordered UUID as text.
    pub fn time_ordered(now: UnixMillis, random: [u8; 10]) -> Self {
        Self(time_ordered_text(now, random))
    }
}

impl ConversationId {
    /// A name for a conversation: a time-ordered UUID as text.
    pub fn time_ordered(now: UnixMillis, random: [u8; 10]) -> Self {
        Self(time_ordered_text(now, random))
    }
}

fn time_ordered_text(now: UnixMillis, random: [u8; 10]) -> String {
    let hex = hex::encode(uuid_v7(now, random));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// A UUID of version 7: the time first, then chance (RFC 9562 §5.7).
pub fn uuid_v7(now: UnixMillis, random: [u8; 10]) -> [u8; 16] {
    let mut id = [0; 16];
    id[..6].copy_from_slice(&now.0.to_be_bytes()[2..]);
    id[6..].copy_from_slice(&random);
    id[6] = 0x70 | (id[6] & 0x0f);
    id[8] = 0x80 | (id[8] & 0x3f);
    id
}

/// The place of a subtask in its task, counted from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubtaskIndex(pub u16);

impl fmt::Display for SubtaskIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_refuses_what_could_be_mistaken_for_a_path_or_a_header() {
        for bad in ["", "a/b", "a b", "a\nb", "ü", "a\0", &"x".repeat(65)] {
            assert!(AgentId::new(bad).is_err(), "{bad:?} was taken");
        }
        assert_eq!(AgentId::new("mac-worker_1.local").unwrap().as_str(), "mac-worker_1.local");
    }

    #[test]
    fn a_time_ordered_name_begins_with_its_time_and_says_version_7() {
        let (noon, later) = (UnixMillis(0x0102_0304_0506), UnixMillis(0x0102_0304_0507));
        let first = TaskId::time_ordered(noon, [0xff; 10]);
        assert_eq!(first.as_str(), "01020304-0506-7fff-bfff-ffffffffffff");
        assert!(first < TaskId::time_ordered(later, [0; 10]));
        assert_eq!(TaskId::new(first.as_str()), Ok(first), "it is a name that people could have given");
    }
}
