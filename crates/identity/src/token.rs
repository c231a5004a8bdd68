//! Which bearer token is this, without keeping the token?

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::CryptoRng;
use std::{fmt, str::FromStr};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

const SECRET_BYTES: usize = 32;
const SECRET_CHARS: usize = 43;
const HASH_CONTEXT: &str = "edgecoder bearer token hash v1";

/// Whose token it is; a token of one role is never taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenRole {
    /// A person who steers the swarm.
    Operator,
    /// The owner of a wallet.
    Account,
    /// A machine that wants to register.
    Node,
    /// One of our own services, towards another.
    Service,
    /// A browser in which somebody is logged in to the portal.
    Session,
    /// A browser in which nobody is logged in yet.
    Visit,
    /// Whoever reads the mail of an address.
    Mail,
}

impl TokenRole {
    const ALL: [Self; 7] =
        [Self::Operator, Self::Account, Self::Node, Self::Service, Self::Session, Self::Visit, Self::Mail];

    /// What tokens of the role begin with, so that people and secret scanners know one when they see it.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Operator => "ec_op_",
            Self::Account => "ec_acct_",
            Self::Node => "ec_node_",
            Self::Service => "ec_svc_",
            Self::Session => "ec_sess_",
            Self::Visit => "ec_visit_",
            Self::Mail => "ec_mail_",
        }
    }
}

/// A text is not a token that EdgeCoder gave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a token as it was shown once: ec_op_…, ec_acct_…, ec_node_… or ec_svc_… and {SECRET_CHARS} characters"
)]
pub struct TokenParseError;

/// 256 random bits in text form. Shown to its owner once, wiped when dropped.
#[derive(Clone)]
pub struct Token {
    role: TokenRole,
    text: Zeroizing<String>,
}

impl Token {
    /// Draws a token.
    pub fn generate(role: TokenRole, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        rng.fill_bytes(secret.as_mut_slice());
        let mut text = Zeroizing::new(String::with_capacity(role.prefix().len().saturating_add(SECRET_CHARS)));
        text.push_str(role.prefix());
        URL_SAFE_NO_PAD.encode_string(secret.as_slice(), &mut text);
        Self { role, text }
    }

    /// Whose token it is.
    pub fn role(&self) -> TokenRole {
        self.role
    }

    /// The token itself: for the one answer or header that carries it.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// What is kept of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash(blake3::derive_key(HASH_CONTEXT, self.text.as_bytes()))
    }
}

impl FromStr for Token {
    type Err = TokenParseError;

    fn from_str(text: &str) -> Result<Self, TokenParseError> {
        let (role, secret) = TokenRole::ALL
            .into_iter()
            .find_map(|role| Some((role, text.strip_prefix(role.prefix())?)))
            .ok_or(TokenParseError)?;
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        match URL_SAFE_NO_PAD.decode_slice(secret, bytes.as_mut_slice()) {
            Ok(SECRET_BYTES) => Ok(Self { role, text: Zeroizing::new(text.to_owned()) }),
            Ok(_) | Err(_) => Err(TokenParseError),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({}…)", self.role.prefix())
    }
}

/// What is stored of a token. Needs no salt or slow hash: the token holds 256 random bits.
///
/// Equality takes the same time whatever the bytes; use it, not a comparison of texts.
#[derive(Clone)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash as it is stored.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Takes a hash as it is stored; none where it is not the hex of 32 bytes.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for TokenHash {}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

impl Drop for TokenHash {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn token(role: TokenRole, seed: u64) -> Token {
        Token::generate(role, &mut StdRng::seed_from_u64(seed))
    }

    #[test]
    fn a_token_comes_back_from_its_text_with_its_role_and_hash() {
        for role in TokenRole::ALL {
            let token = token(role, 7);
            let read: Token = token.expose().parse().unwrap();
            assert_eq!((read.role(), read.hash()), (role, token.hash()));
            assert_eq!(TokenHash::from_hex(&token.hash().to_hex()).unwrap(), token.hash());
        }
    }

    #[test]
    fn the_hash_tells_tokens_and_roles_apart() {
        assert_ne!(token(TokenRole::Node, 1).hash(), token(TokenRole::Node, 2).hash());
        assert_ne!(token(TokenRole::Node, 1).hash(), token(TokenRole::Operator, 1).hash());
    }

    #[test]
    fn what_was_not_given_out_is_not_a_token() {
        let good = token(TokenRole::Account, 1);
        let good = good.expose();
        let bad = ["", "ec_op_", "admin", &good[..good.len() - 1], &format!("{good}A"), &good.replace("acct", "root")];
        for text in bad {
            assert!(text.parse::<Token>().is_err(), "{text:?} was taken");
        }
    }

    #[test]
    fn debug_shows_neither_token_nor_hash() {
        let token = token(TokenRole::Operator, 1);
        let shown = format!("{token:?} {:?}", token.hash());
        assert!(!shown.contains(&token.expose()[6..]) && !shown.contains(&token.hash().to_hex()), "{shown}");
    }
}
