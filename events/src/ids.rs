//! Who and which? Names that people and machines choose, checked once at the border.

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
    /// A language model as its server names it: `qwen2.5-coder:7b`.
    ModelName, 128, "._-:/@"
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
}
