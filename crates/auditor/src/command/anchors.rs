//! How is the auditor asked about anchors, and about the headers that they are judged by?

use super::{LedgerArgs, fail, print};
use crate::{ArchiveFile, AskedNode, HeaderSource, HeadersError, Place, Reach, judge_anchors};
use clap::Args;
use edgecoder_anchoring::{
    Network, Url, Work,
    chain::{NodeRpc, expect_network},
    headers::{FollowError, HeaderArchive, minimum_work},
};
use serde_json::Value;
use std::path::PathBuf;

/// Headers keep the rules, and show less work than was asked for.
const EXIT_UNPROVEN: u8 = 3;

/// Which anchors, and whose word counts.
#[derive(Debug, Clone, Args)]
pub struct AnchorsArgs {
    #[command(flatten)]
    pub ledger: LedgerArgs,
    #[command(flatten)]
    pub chain: ChainArgs,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Whose word it is which blocks are in the best chain.
#[derive(Debug, Clone, Args)]
pub struct ChainArgs {
    #[command(flatten)]
    pub node: NodeArgs,
    /// A file of headers, 80 bytes each from the first block on; every one of them is checked
    #[arg(long, value_name = "FILE", conflicts_with = "node")]
    pub headers: Option<PathBuf>,
}

/// Which headers are kept where.
#[derive(Debug, Clone, Args)]
pub struct HeadersArgs {
    /// The file; it is made where there is none
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub node: NodeArgs,
    /// One JSON document instead of text
    #[arg(long)]
    pub json: bool,
}

/// A node of one's own.
#[derive(Debug, Clone, Args)]
pub struct NodeArgs {
    /// A Bitcoin node, as http://user:password@host:port
    #[arg(long, value_name = "URL")]
    pub node: Option<Url>,
    /// The cookie file of the node, instead of user and password
    #[arg(long, value_name = "FILE", requires = "node")]
    pub node_cookie: Option<PathBuf>,
    /// bitcoin, testnet, signet or regtest
    #[arg(long, value_name = "NAME", default_value_t = Network::Bitcoin)]
    pub network: Network,
    /// The work that a file of headers must show to confirm anything, in hexadecimal digits; without it what Bitcoin
    /// Core 30 asks of the network's chain
    #[arg(long, value_name = "HEX", value_parser = work_of)]
    pub minimum_chain_work: Option<Work>,
}

impl NodeArgs {
    fn rpc(&self) -> Result<Option<NodeRpc>, HeadersError> {
        let node = self.node.clone().map(|url| NodeRpc::at(url, self.node_cookie.clone()));
        Ok(node.transpose()?)
    }

    fn minimum_work(&self) -> Work {
        self.minimum_chain_work.unwrap_or_else(|| minimum_work(self.network))
    }
}

/// Reads work as nodes write it: 64 hexadecimal digits, those at the front may be missing.
fn work_of(text: &str) -> Result<Work, &'static str> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let mut bytes = [0; 32];
    match hex::decode_to_slice(format!("{digits:0>64}"), &mut bytes) {
        Ok(()) if !digits.is_empty() => Ok(Work::from_be_bytes(bytes)),
        Ok(()) | Err(_) => Err("expected 1 to 64 hexadecimal digits"),
    }
}

impl ChainArgs {
    /// Whether somebody is named.
    pub(super) const fn is_given(&self) -> bool {
        self.node.node.is_some() || self.headers.is_some()
    }

    pub(super) fn source(&self) -> Result<HeaderSource, HeadersError> {
        if let Some(node) = self.node.rpc()? {
            return Ok(HeaderSource::Node(AskedNode::new(node, self.node.network)));
        }
        Ok(match &self.headers {
            Some(file) => {
                let file = ArchiveFile::open(file, self.node.network, self.node.minimum_work())?;
                HeaderSource::Archive(Box::new(file))
            }
            None => HeaderSource::Supplied(self.node.network),
        })
    }
}

/// Judges every anchor, and prints what each is worth.
pub async fn run_anchors(args: &AnchorsArgs, place: &Place) -> u8 {
    let headers = match args.chain.source() {
        Ok(headers) => headers,
        Err(error) => return fail("read the headers", &error),
    };
    match judge_anchors(place, headers).await {
        Ok(report) => {
            let text = if args.json { format!("{:#}\n", report.document()) } else { report.lines() };
            let _ = print(&text);
            report.exit_code()
        }
        Err(error) => fail("judge the anchors", &error),
    }
}

/// Brings an archive up to a node, and says how far it reaches and whether that is enough.
pub async fn run_headers(args: &HeadersArgs) -> u8 {
    match follow(args).await {
        Ok(archive) => {
            let reach = Reach::of(&archive, args.node.minimum_work());
            let code = if reach.is_enough() { 0 } else { EXIT_UNPROVEN };
            let text =
                if args.json { format!("{:#}\n", with_code(reach.document(), code)) } else { format!("{reach}\n") };
            let _ = print(&text);
            code
        }
        Err(error) => fail("bring the headers up to date", &error),
    }
}

fn with_code(mut document: Value, code: u8) -> Value {
    document["exitCode"] = code.into();
    document
}

async fn follow(args: &HeadersArgs) -> Result<HeaderArchive, FollowError> {
    let network = args.node.network;
    let Some(node) = &args.node.node else { return Ok(HeaderArchive::open(&args.file, network)?) };
    let node = NodeRpc::at(node.clone(), args.node.node_cookie.clone())?;
    expect_network(&node, network).await?;
    let mut archive = HeaderArchive::open_or_create(&args.file, network)?;
    archive.follow(&node).await?;
    Ok(archive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_read_as_nodes_write_it() {
        let of_core = minimum_work(Network::Bitcoin);
        assert_eq!(work_of(&format!("{of_core:x}")), Ok(of_core));
        assert_eq!(work_of("0xdee8e2a309ad8a9820433c68"), Ok(of_core));
        assert_eq!(work_of("0"), Ok(minimum_work(Network::Regtest)));
        for wrong in ["", "0x", "-1", "12 ", "x1", &"0".repeat(65)] {
            assert!(work_of(wrong).is_err(), "{wrong:?}");
        }
    }
}
