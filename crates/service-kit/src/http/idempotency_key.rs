//! Is this the same wish again? `Idempotency-Key` says so, for commands that would otherwise be done twice.
//!
//! *Source*: IETF draft-ietf-httpapi-idempotency-key-header.

use super::Problem;
use axum::{
    extract::FromRequestParts,
    http::{HeaderName, request::Parts},
};
use edgecoder_events::Actor;
use edgecoder_store::IdempotencyKey;

const NAME: HeaderName = HeaderName::from_static("idempotency-key");
/// The most characters of a key: a UUID has 36.
const MAX_CHARS: usize = 64;

/// The caller's own name for what it asks, where it gave one: asked again, it is answered again and done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedOnce(Option<String>);

impl AskedOnce {
    /// The key in the log: one caller's keys are nobody else's.
    pub fn key_of(&self, actor: &Actor) -> Option<IdempotencyKey> {
        IdempotencyKey::new(format!("{} {}", actor.as_str(), self.0.as_ref()?)).ok()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AskedOnce {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut given = parts.headers.get_all(&NAME).iter();
        match (given.next(), given.next()) {
            (None, _) => Ok(Self(None)),
            (Some(value), None) => value.to_str().ok().and_then(parsed).map(|key| Self(Some(key))).ok_or_else(unusable),
            (Some(_), Some(_)) => Err(unusable()),
        }
    }
}

fn unusable() -> Problem {
    Problem::bad_field("Idempotency-Key", format!("expected one header of 1 to {MAX_CHARS} visible ASCII characters"))
}

/// The draft writes it in quotes, many clients do not.
fn parsed(value: &str) -> Option<String> {
    let key = value.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(value);
    let is_usable = (1..=MAX_CHARS).contains(&key.len()) && key.bytes().all(|it| it.is_ascii_graphic() && it != b'"');
    is_usable.then(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_with_and_without_quotes() {
        for value in ["8e03978e-40d5", "\"8e03978e-40d5\""] {
            assert_eq!(parsed(value).as_deref(), Some("8e03978e-40d5"));
        }
    }

    #[test]
    fn a_key_that_could_be_another_is_refused() {
        for value in ["", "\"\"", "a b", "a\"", "\"a", &"x".repeat(65)] {
            assert_eq!(parsed(value), None, "{value:?}");
        }
    }

    #[test]
    fn two_callers_with_one_key_ask_two_things() {
        let asked = AskedOnce(Some("1".into()));
        let [ann, bob] = ["ann", "bob"].map(|name| asked.key_of(&Actor::operator(name)).unwrap());
        assert_ne!(ann, bob);
        assert_eq!(AskedOnce(None).key_of(&Actor::operator("ann")), None);
    }
}
