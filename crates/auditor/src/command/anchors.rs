//! How is the auditor asked about anchors, and about the headers that they are judged by?

use super::{LedgerArgs, fail, print};
use crate::{HeaderSource, HeadersError, Place, judge_anchors};
use clap::Args;
use edgecoder_anchoring::{
    Network, Url,
    chain::NodeRpc,
    headers::{FollowError, HeaderArchive},
};
use std::path::PathBuf;

/// Which anchors, and whose word counts.
#[derive(Debug, Clone, Args)]
pub struct AnchorsArgs {
    #[command(flatten)]
    pub ledger: LedgerArgs,
    #[command(flatten)]
    pub node: NodeArgs,
    /// A file of headers, 80 bytes each from the first block on; every one of them is checked
    #[arg(long, value_name = "FILE", conflicts_with = "node")]
    pub headers: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Which headers are kept where.
#[derive(Debug, Clone, Args)]
pub struct HeadersArgs {
    /// The file; it is made where there is none
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub node: NodeArgs,
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
}

impl NodeArgs {
    fn rpc(&self) -> Result<Option<NodeRpc>, HeadersError> {
        let node = self.node.clone().map(|url| NodeRpc::at(url, self.node_cookie.clone()));
        Ok(node.transpose()?)
    }
}

impl AnchorsArgs {
    fn source(&self) -> Result<HeaderSource, HeadersError> {
        if let Some(node) = self.node.rpc()? {
            return Ok(HeaderSource::Node(node));
        }
        Ok(match &self.headers {
            Some(file) => HeaderSource::Archive(Box::new(HeaderArchive::open(file, self.node.network, None)?)),
            None => HeaderSource::Supplied,
        })
    }
}

/// Judges every anchor, and prints what each is worth.
pub async fn run_anchors(args: &AnchorsArgs, place: &Place) -> u8 {
    let headers = match args.source() {
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

/// Brings an archive up to a node, and says how far it reaches.
pub async fn run_headers(args: &HeadersArgs) -> u8 {
    match follow(args).await {
        Ok(text) => {
            let _ = print(&text);
            0
        }
        Err(error) => fail("bring the headers up to date", &error),
    }
}

async fn follow(args: &HeadersArgs) -> Result<String, FollowError> {
    let network = args.node.network;
    let Some(node) = &args.node.node else {
        let archive = HeaderArchive::open(&args.file, network, None)?;
        return Ok(reach(&archive));
    };
    let node = NodeRpc::at(node.clone(), args.node.node_cookie.clone())?;
    let mut archive = HeaderArchive::open_or_create(&args.file, network, None)?;
    archive.follow(&node).await?;
    Ok(reach(&archive))
}

fn reach(archive: &HeaderArchive) -> String {
    let tip = archive.tip();
    format!("every header is checked, up to {} {}\n", tip.height, tip.hash)
}
