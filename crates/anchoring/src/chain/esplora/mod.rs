//! How is an Esplora-style server asked? Plain HTTP; whoever runs it is trusted as a node would be.
//!
//! *Source*: Esplora HTTP API, sections Transactions, Blocks, Fee estimates.

use super::{Broadcast, Chain, ChainError, MAX_ANSWER_BYTES, MAX_BLOCK_ANSWER_BYTES, SatPerVbyte};
use crate::{
    headers::KnownBlock,
    web::{Web, WebError},
};
use bitcoin::{
    Block, BlockHash, Transaction, Txid,
    block::Header,
    consensus::{
        deserialize,
        encode::{deserialize_hex, serialize_hex},
    },
};
use futures_util::future::BoxFuture;
use reqwest::Url;
use serde::Deserialize;
use std::{collections::BTreeMap, str::FromStr, time::Duration};

const DEADLINE: Duration = Duration::from_mins(1);

/// A server with the paths of Esplora.
#[derive(Debug, Clone)]
pub struct Esplora {
    web: Web,
}

#[derive(Deserialize)]
struct Status {
    confirmed: bool,
}

impl Esplora {
    /// The server whose paths begin at `url`.
    ///
    /// # Errors
    /// No TLS can be set up on this machine.
    pub fn new(url: &Url) -> Result<Self, ChainError> {
        Ok(Self { web: Web::new(url, DEADLINE)? })
    }

    fn not_the_protocol(&self, question: &'static str) -> ChainError {
        ChainError::NotTheProtocol { host: self.web.host(), question }
    }

    /// An answer that is one word.
    async fn word<T: FromStr>(&self, path: &str, question: &'static str) -> Result<Option<T>, ChainError> {
        let Some(body) = self.web.find(self.web.get(path), MAX_ANSWER_BYTES).await? else { return Ok(None) };
        let word = std::str::from_utf8(&body).ok().and_then(|text| text.trim().parse().ok());
        word.map(Some).ok_or_else(|| self.not_the_protocol(question))
    }
}

impl Chain for Esplora {
    fn tip(&self) -> BoxFuture<'_, Result<KnownBlock, ChainError>> {
        Box::pin(async {
            // The height first: a block that comes in between makes the pair older, never wrong.
            let height = self.word("blocks/tip/height", "tip").await?.ok_or_else(|| self.not_the_protocol("tip"))?;
            let hash = self.hash_at(height).await?.ok_or_else(|| self.not_the_protocol("block-height"))?;
            Ok(KnownBlock { height, hash })
        })
    }

    fn hash_at(&self, height: u32) -> BoxFuture<'_, Result<Option<BlockHash>, ChainError>> {
        Box::pin(async move { self.word(&format!("block-height/{height}"), "block-height").await })
    }

    fn header(&self, block: BlockHash) -> BoxFuture<'_, Result<Header, ChainError>> {
        Box::pin(async move {
            let digits: Option<String> = self.word(&format!("block/{block}/header"), "header").await?;
            let header = digits.and_then(|digits| deserialize_hex(&digits).ok());
            header.ok_or_else(|| self.not_the_protocol("header"))
        })
    }

    fn block(&self, block: BlockHash) -> BoxFuture<'_, Result<Block, ChainError>> {
        Box::pin(async move {
            let raw = self.web.ask(self.web.get(&format!("block/{block}/raw")), MAX_BLOCK_ANSWER_BYTES).await?;
            deserialize(&raw).map_err(|_| self.not_the_protocol("block"))
        })
    }

    fn is_waiting(&self, transaction: Txid) -> BoxFuture<'_, Result<bool, ChainError>> {
        Box::pin(async move {
            let request = self.web.get(&format!("tx/{transaction}/status"));
            let Some(body) = self.web.find(request, MAX_ANSWER_BYTES).await? else { return Ok(false) };
            let status: Status = serde_json::from_slice(&body).map_err(|_| self.not_the_protocol("status"))?;
            Ok(!status.confirmed)
        })
    }

    fn fee_rate(&self, blocks: u16) -> BoxFuture<'_, Result<Option<SatPerVbyte>, ChainError>> {
        Box::pin(async move {
            let body = self.web.ask(self.web.get("fee-estimates"), MAX_ANSWER_BYTES).await?;
            let rates: BTreeMap<String, f64> =
                serde_json::from_slice(&body).map_err(|_| self.not_the_protocol("fee-estimates"))?;
            Ok(rate_within(&rates, blocks))
        })
    }

    fn broadcast<'a>(&'a self, transaction: &'a Transaction) -> BoxFuture<'a, Result<Broadcast, ChainError>> {
        Box::pin(async move {
            let request = self.web.post("tx", serialize_hex(transaction).into_bytes());
            let said = match self.web.ask(request, MAX_ANSWER_BYTES).await {
                Ok(_) => return Ok(Broadcast::Accepted),
                Err(WebError::Refused { status: 400, said, .. }) => said,
                Err(error) => return Err(error.into()),
            };
            let there = self.is_waiting(transaction.compute_txid()).await?;
            Ok(if there { Broadcast::Accepted } else { Broadcast::Rejected(said) })
        })
    }
}

/// The rate for the longest wait that is not longer than asked.
fn rate_within(rates: &BTreeMap<String, f64>, blocks: u16) -> Option<SatPerVbyte> {
    let known = rates.iter().filter_map(|(wait, rate)| Some((wait.parse::<u16>().ok()?, *rate)));
    let (_, rate) = known.filter(|(wait, _)| *wait <= blocks).max_by_key(|(wait, _)| *wait)?;
    SatPerVbyte::estimated(rate)
}

#[cfg(test)]
mod tests;
