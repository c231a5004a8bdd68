//! Which tokens speak for an account? Many at once, each until somebody revokes it.
//!
//! Every request asks the store anew: a revoked token is refused at once, in every process that shares the ledger.

use super::TokenBook;
use edgecoder_events::{AccountId, UnixMillis};
use edgecoder_identity::{Token, TokenHash};
use edgecoder_store::StorageError;

/// The most tokens that speak for one account at the same time.
pub const MAX_ACCOUNT_TOKENS: usize = 64;

/// By the token's hash: the account.
const ACCOUNTS: &str = "account-token";
/// By the account, then by the token's hash: when it was given. What lists and revocations read.
const TOKENS_OF: &str = "account-tokens-of";
/// As much of a token's hash as names it among those of its account.
const ID_CHARS: usize = 16;

/// A token that speaks for an account, without the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountToken {
    /// Names it; worth nothing to a thief.
    pub id: String,
    pub given_at: UnixMillis,
}

/// What names a token in lists and revocations.
pub fn account_token_id(token: &TokenHash) -> String {
    shortened(&token.to_hex())
}

impl TokenBook {
    /// Lets `token` speak for `account` from now on. Where the process ends in between, the token is listed and good for
    /// nothing; it is never good without being listed.
    ///
    /// # Errors
    /// Where it can not be written.
    pub async fn give_to_account(
        &self,
        account: &AccountId,
        token: &Token,
        now: UnixMillis,
    ) -> Result<(), StorageError> {
        let hash = token.hash().to_hex();
        self.secrets.put(&tokens_of(account), &hash, now.0.to_string().as_bytes()).await?;
        self.secrets.put(ACCOUNTS, &hash, account.as_str().as_bytes()).await
    }

    /// The account that a token speaks for.
    ///
    /// # Errors
    /// Where it can not be read.
    pub async fn account(&self, token: &TokenHash) -> Result<Option<AccountId>, StorageError> {
        let found = self.secrets.get(ACCOUNTS, &token.to_hex()).await?;
        Ok(found.and_then(|bytes| String::from_utf8(bytes).ok()).and_then(|text| text.parse().ok()))
    }

    /// The tokens that speak for an account, the newest first.
    ///
    /// # Errors
    /// Where they can not be read.
    pub async fn tokens_of_account(&self, account: &AccountId) -> Result<Vec<AccountToken>, StorageError> {
        let listed = self.secrets.list(&tokens_of(account), MAX_ACCOUNT_TOKENS).await?;
        let mut tokens: Vec<_> = listed
            .into_iter()
            .map(|(hash, given_at)| AccountToken { id: shortened(&hash), given_at: instant(&given_at) })
            .collect();
        tokens.sort_by_key(|token| std::cmp::Reverse(token.given_at));
        Ok(tokens)
    }

    /// Takes a token's word away; false where the account has none of this name.
    ///
    /// # Errors
    /// Where it can not be written.
    pub async fn revoke_account_token(&self, account: &AccountId, id: &str) -> Result<bool, StorageError> {
        let listed = self.secrets.list(&tokens_of(account), MAX_ACCOUNT_TOKENS).await?;
        let Some((hash, _)) = listed.into_iter().find(|(hash, _)| shortened(hash) == id) else { return Ok(false) };
        self.secrets.delete(ACCOUNTS, &hash).await?;
        self.secrets.delete(&tokens_of(account), &hash).await
    }
}

fn tokens_of(account: &AccountId) -> String {
    format!("{TOKENS_OF}/{account}")
}

fn shortened(hash: &str) -> String {
    hash.chars().take(ID_CHARS).collect()
}

fn instant(text: &[u8]) -> UnixMillis {
    let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    UnixMillis(number.unwrap_or_default())
}
