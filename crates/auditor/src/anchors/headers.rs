//! Whose word is it which blocks are in the best chain? A node's, an archive's whose work we checked, or nobody's.

use super::reach::Reach;
use edgecoder_anchoring::{
    Header, Network, Work,
    chain::{Chain, ChainError, NodeRpc, WrongNetwork, expect_network},
    evidence::{BestChain, Trust},
    headers::{HeaderArchive, HeaderArchiveError},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Why the headers cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum HeadersError {
    #[error(transparent)]
    Archive(#[from] HeaderArchiveError),
    #[error(transparent)]
    Node(#[from] ChainError),
    #[error(transparent)]
    Network(#[from] WrongNetwork),
}

/// Where headers come from.
#[derive(Debug)]
pub enum HeaderSource {
    Node(AskedNode),
    Archive(Box<ArchiveFile>),
    /// The block that came with an anchor and those upon it, one at least, each of which names the one before it; and
    /// nobody's word that they are in the best chain.
    Brought {
        network: Network,
        height: u32,
        headers: Vec<Header>,
    },
    /// Only those that anchors bring themselves, as headers of this network.
    Supplied(Network),
}

/// A node, and the network that it must be of: its word on another one's blocks is worth nothing.
#[derive(Debug)]
pub struct AskedNode {
    node: NodeRpc,
    network: Network,
    /// Whether its first block was seen to be that of the network. A watch may begin before the node does.
    is_checked: bool,
}

impl AskedNode {
    /// A node that is asked for its first block before it is asked for anything else.
    pub const fn new(node: NodeRpc, network: Network) -> Self {
        Self { node, network, is_checked: false }
    }

    async fn checked(&mut self) -> Result<&NodeRpc, WrongNetwork> {
        if !self.is_checked {
            expect_network(&self.node, self.network).await?;
            self.is_checked = true;
        }
        Ok(&self.node)
    }
}

/// A file of headers that somebody else may bring up to date meanwhile.
#[derive(Debug)]
pub struct ArchiveFile {
    path: PathBuf,
    network: Network,
    archive: HeaderArchive,
    /// What the file must show to be believed.
    minimum_work: Work,
    /// The file as it was checked.
    seen: Stamp,
}

/// By which a file is seen to have changed.
type Stamp = (u64, Option<SystemTime>);

impl ArchiveFile {
    /// Opens the file, and checks every header in it.
    ///
    /// # Errors
    /// It cannot be read, or breaks a rule of the network.
    pub fn open(path: &Path, network: Network, minimum_work: Work) -> Result<Self, HeaderArchiveError> {
        let seen = stamp(path)?;
        let archive = HeaderArchive::open(path, network)?;
        Ok(Self { path: path.to_owned(), network, archive, minimum_work, seen })
    }

    fn refresh(&mut self) -> Result<(), HeaderArchiveError> {
        if stamp(&self.path)? != self.seen {
            *self = Self::open(&self.path, self.network, self.minimum_work)?;
        }
        Ok(())
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let file = fs::metadata(path)?;
    Ok((file.len(), file.modified().ok()))
}

impl HeaderSource {
    /// Takes up what was added to a file of headers meanwhile.
    ///
    /// # Errors
    /// The file cannot be read any more, or breaks a rule now; what was known before stays.
    pub fn refresh(&mut self) -> Result<(), HeadersError> {
        match self {
            Self::Archive(file) => Ok(file.refresh()?),
            Self::Node(_) | Self::Brought { .. } | Self::Supplied(_) => Ok(()),
        }
    }

    /// What is known of the best chain; nothing where nobody was asked.
    pub async fn best_chain(&mut self) -> Result<Option<BestChain>, HeadersError> {
        Ok(match self {
            Self::Node(node) => {
                let tip = node.checked().await?.tip().await?;
                Some(BestChain { tip_height: tip.height, trust: Trust::Node })
            }
            Self::Archive(file) => {
                let trust = file.archive.trust(file.minimum_work);
                Some(BestChain { tip_height: file.archive.tip().height, trust })
            }
            Self::Brought { height, headers, .. } => {
                let upon = u32::try_from(headers.len()).unwrap_or(u32::MAX).saturating_sub(1);
                Some(BestChain { tip_height: height.saturating_add(upon), trust: Trust::SuppliedHeader })
            }
            Self::Supplied(_) => None,
        })
    }

    /// What there is in the file, where the headers come from one.
    pub fn reach(&self) -> Option<Reach> {
        match self {
            Self::Archive(file) => Some(Reach::of(&file.archive, file.minimum_work)),
            Self::Node(_) | Self::Brought { .. } | Self::Supplied(_) => None,
        }
    }

    /// The network that a node or a file must be of.
    pub fn network(&self) -> Option<Network> {
        match self {
            Self::Node(node) => Some(node.network),
            Self::Archive(file) => Some(file.network),
            Self::Brought { .. } | Self::Supplied(_) => None,
        }
    }

    /// The network whose blocks are meant, whoever is asked about them.
    pub fn meant(&self) -> Network {
        match self {
            Self::Node(node) => node.network,
            Self::Archive(file) => file.network,
            Self::Brought { network, .. } | Self::Supplied(network) => *network,
        }
    }

    /// The header at a height of the best chain.
    pub async fn header_at(&mut self, at: u32) -> Result<Option<Header>, HeadersError> {
        match self {
            Self::Node(node) => {
                let node = node.checked().await?;
                match node.hash_at(at).await? {
                    Some(block) => Ok(Some(node.header(block).await?)),
                    None => Ok(None),
                }
            }
            Self::Archive(file) => Ok(file.archive.header_at(at)?),
            Self::Brought { height, headers, .. } => {
                let upon = at.checked_sub(*height).and_then(|upon| usize::try_from(upon).ok());
                Ok(upon.and_then(|upon| headers.get(upon)).copied())
            }
            Self::Supplied(_) => Ok(None),
        }
    }

    /// Whether it can say that a block is in the best chain, or is not any more.
    pub const fn knows_the_chain(&self) -> bool {
        matches!(self, Self::Node(_) | Self::Archive(_))
    }
}
