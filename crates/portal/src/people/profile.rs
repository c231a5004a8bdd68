//! What is personal about a person? Sealed with the key of their account, in the blob store and not in the log.

use super::address::EmailAddress;
use serde::{Deserialize, Serialize};

const MAX_NAME_CHARS: usize = 60;

/// Mail address and name.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub email: String,
    pub name: String,
}

/// A name as somebody typed it; their address' first part where they typed none; nothing where it is too long.
pub fn name_of(typed: &str, email: &EmailAddress) -> Option<String> {
    let typed: String = typed.trim().chars().filter(|letter| !letter.is_control()).collect();
    if typed.chars().count() > MAX_NAME_CHARS {
        return None;
    }
    if typed.is_empty() {
        let first = email.as_str().split('@').next().unwrap_or_default();
        return Some(first.chars().take(MAX_NAME_CHARS).collect());
    }
    Some(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_gives_no_name_is_called_by_the_address() {
        let email = EmailAddress::parse("ann@example.org").unwrap();
        assert_eq!(name_of("  ", &email).as_deref(), Some("ann"));
        assert_eq!(name_of(" Ann\u{0}a ", &email).as_deref(), Some("Anna"));
        assert_eq!(name_of(&"x".repeat(MAX_NAME_CHARS + 1), &email), None);
    }
}
