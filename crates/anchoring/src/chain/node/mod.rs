//! How is a node asked? JSON-RPC 2.0, as Bitcoin Core and btcd speak it.
//!
//! *Source*: Bitcoin Core, `doc/JSON-RPC-interface.md` and `src/rpc/protocol.h` (codes); btcd, `btcjson/jsonrpcerr.go`.

use super::{Broadcast, Chain, ChainError, MAX_ANSWER_BYTES, MAX_BLOCK_ANSWER_BYTES, SatPerVbyte};
use crate::{
    headers::KnownBlock,
    web::{Web, said_in},
};
use bitcoin::{
    Block, BlockHash, Transaction, Txid,
    block::Header,
    consensus::{
        Decodable,
        encode::{deserialize_hex, serialize_hex},
    },
};
use futures_util::future::BoxFuture;
use reqwest::{StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    io,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{fs::File, io::AsyncReadExt};

const DEADLINE: Duration = Duration::from_mins(1);
/// A cookie is a name and 64 digits.
const MAX_COOKIE_BYTES: u64 = 1024;

const NOT_FOUND: i64 = -5;
/// A height above the tip: Bitcoin Core says the one, btcd the other.
const OUT_OF_RANGE: i64 = -8;
const BAD_HEIGHT: i64 = -1;
/// A transaction that breaks a rule, that this node will not pass on, or that it has in a block.
const BAD_TRANSACTION: RangeInclusive<i64> = -27..=-25;
const UNKNOWN_METHOD: i64 = -32601;

/// How the node knows us.
#[derive(Debug, Clone)]
pub enum RpcAccess {
    /// As its configuration says.
    Password { user: String, password: SecretString },
    /// The file that the node writes anew at each of its starts.
    CookieFile(PathBuf),
}

/// A node that we trust to follow the best chain.
#[derive(Debug, Clone)]
pub struct NodeRpc {
    web: Web,
    access: RpcAccess,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    result: Value,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    code: i64,
    message: String,
}

impl NodeRpc {
    /// The node that answers at `url`.
    ///
    /// # Errors
    /// No TLS can be set up on this machine.
    pub fn new(url: &Url, access: RpcAccess) -> Result<Self, ChainError> {
        Ok(Self { web: Web::new(url, DEADLINE)?, access })
    }

    /// The node of an address as people write it: `http://user:password@host:port`, or without user where the node
    /// leaves a cookie file.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn at(mut url: Url, cookie: Option<PathBuf>) -> Result<Self, ChainError> {
        let (user, password) = (url.username().to_owned(), url.password().unwrap_or_default().to_owned());
        // Refused only for addresses without a host, which cannot be asked either.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        let access = match cookie {
            Some(file) => RpcAccess::CookieFile(file),
            None => RpcAccess::Password { user, password: password.into() },
        };
        Self::new(&url, access)
    }

    async fn call(&self, question: &'static str, words: Value, most: usize) -> Result<Value, ChainError> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": question, "params": words });
        let (user, password) = self.user_and_password().await?;
        let request = self.web.post("", body.to_string().into_bytes()).header("content-type", "application/json");
        let request = request.basic_auth(user, Some(password.expose_secret()));
        let (status, body) = self.web.ask_any(request, most).await?;
        if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
            return Err(ChainError::AccessRefused);
        }
        let answer: Answer = serde_json::from_slice(&body).map_err(|_| self.not_the_protocol(question))?;
        match answer.error {
            None => Ok(answer.result),
            Some(Refusal { code, message }) => {
                Err(ChainError::Refused { question, code, said: said_in(message.as_bytes()) })
            }
        }
    }

    async fn user_and_password(&self) -> Result<(String, SecretString), ChainError> {
        let path = match &self.access {
            RpcAccess::Password { user, password } => return Ok((user.clone(), password.clone())),
            RpcAccess::CookieFile(path) => path,
        };
        let cookie = read_cookie(path).await.map_err(|_| ChainError::NoCookie)?;
        let (user, password) = cookie.trim().split_once(':').ok_or(ChainError::NoCookie)?;
        Ok((user.to_owned(), password.to_owned().into()))
    }

    fn not_the_protocol(&self, question: &'static str) -> ChainError {
        ChainError::NotTheProtocol { host: self.web.host(), question }
    }

    async fn ask<T: DeserializeOwned>(&self, question: &'static str, words: Value) -> Result<T, ChainError> {
        let answer = self.call(question, words, MAX_ANSWER_BYTES).await?;
        serde_json::from_value(answer).map_err(|_| self.not_the_protocol(question))
    }

    async fn decoded<T: Decodable>(&self, question: &'static str, words: Value, most: usize) -> Result<T, ChainError> {
        let answer = self.call(question, words, most).await?;
        let digits = answer.as_str().ok_or_else(|| self.not_the_protocol(question))?;
        deserialize_hex(digits).map_err(|_| self.not_the_protocol(question))
    }

    /// Bitcoin Core estimates one way, btcd another; both in bitcoins per thousand bytes.
    async fn bitcoins_per_kilobyte(&self, blocks: u16) -> Result<Option<f64>, ChainError> {
        match self.ask::<Value>("estimatesmartfee", json!([blocks])).await {
            Err(ChainError::Refused { code: UNKNOWN_METHOD, .. }) => {}
            answer => return Ok(answer?["feerate"].as_f64()),
        }
        match self.ask("estimatefee", json!([blocks])).await {
            // It has seen too few blocks, which it says in words.
            Err(ChainError::Refused { .. }) => Ok(None),
            answer => answer.map(Some),
        }
    }
}

async fn read_cookie(path: &Path) -> io::Result<String> {
    let mut cookie = String::new();
    File::open(path).await?.take(MAX_COOKIE_BYTES).read_to_string(&mut cookie).await?;
    Ok(cookie)
}

impl Chain for NodeRpc {
    fn tip(&self) -> BoxFuture<'_, Result<KnownBlock, ChainError>> {
        Box::pin(async {
            let hash: BlockHash = self.ask("getbestblockhash", json!([])).await?;
            let words = json!([hash.to_string(), true]);
            let header: Value = self.ask("getblockheader", words).await?;
            let height = header["height"].as_u64().and_then(|height| u32::try_from(height).ok());
            Ok(KnownBlock { height: height.ok_or_else(|| self.not_the_protocol("getblockheader"))?, hash })
        })
    }

    fn hash_at(&self, height: u32) -> BoxFuture<'_, Result<Option<BlockHash>, ChainError>> {
        Box::pin(async move {
            match self.ask("getblockhash", json!([height])).await {
                Ok(hash) => Ok(Some(hash)),
                Err(ChainError::Refused { code: OUT_OF_RANGE | BAD_HEIGHT, .. }) => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn header(&self, block: BlockHash) -> BoxFuture<'_, Result<Header, ChainError>> {
        Box::pin(async move {
            let words = json!([block.to_string(), false]);
            self.decoded("getblockheader", words, MAX_ANSWER_BYTES).await
        })
    }

    fn block(&self, block: BlockHash) -> BoxFuture<'_, Result<Block, ChainError>> {
        Box::pin(async move { self.decoded("getblock", json!([block.to_string(), 0]), MAX_BLOCK_ANSWER_BYTES).await })
    }

    fn is_waiting(&self, transaction: Txid) -> BoxFuture<'_, Result<bool, ChainError>> {
        Box::pin(async move {
            let words = json!([transaction.to_string(), 1]);
            match self.call("getrawtransaction", words, MAX_BLOCK_ANSWER_BYTES).await {
                Ok(found) => Ok(found["blockhash"].as_str().unwrap_or_default().is_empty()),
                Err(ChainError::Refused { code: NOT_FOUND, .. }) => Ok(false),
                Err(error) => Err(error),
            }
        })
    }

    fn fee_rate(&self, blocks: u16) -> BoxFuture<'_, Result<Option<SatPerVbyte>, ChainError>> {
        const VBYTE_SATOSHI: f64 = 100_000_000.0 / 1000.0;
        Box::pin(async move {
            let rate = self.bitcoins_per_kilobyte(blocks).await?;
            Ok(rate.and_then(|rate| SatPerVbyte::estimated(rate * VBYTE_SATOSHI)))
        })
    }

    fn broadcast<'a>(&'a self, transaction: &'a Transaction) -> BoxFuture<'a, Result<Broadcast, ChainError>> {
        Box::pin(async move {
            let sent = self.ask::<Txid>("sendrawtransaction", json!([serialize_hex(transaction)])).await;
            let said = match sent {
                Ok(_) => return Ok(Broadcast::Accepted),
                Err(ChainError::Refused { code, said, .. }) if BAD_TRANSACTION.contains(&code) => said,
                Err(error) => return Err(error),
            };
            // Nodes refuse what they have already, each in its own words: whether it is there is the better question.
            let there = self.is_waiting(transaction.compute_txid()).await?;
            Ok(if there { Broadcast::Accepted } else { Broadcast::Rejected(said) })
        })
    }
}

#[cfg(test)]
mod tests;
