//! Whose word is it which blocks are in the best chain? A node's, an archive's whose work we checked, or nobody's.

use super::reach::Reach;
use edgecoder_anchoring::{
    Header, Work,
    chain::{Chain, ChainError, NodeRpc},
    evidence::{BestChain, Trust},
    headers::{HeaderArchive, HeaderArchiveError},
};

/// Why the headers cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum HeadersError {
    #[error(transparent)]
    Archive(#[from] HeaderArchiveError),
    #[error(transparent)]
    Node(#[from] ChainError),
}

/// Where headers come from.
#[derive(Debug)]
pub enum HeaderSource {
    Node(NodeRpc),
    /// A file, and the work that it must show to be believed.
    Archive(Box<HeaderArchive>, Work),
    /// Only those that anchors bring themselves.
    Supplied,
}

impl HeaderSource {
    /// What is known of the best chain; nothing where nobody was asked.
    pub async fn best_chain(&mut self) -> Result<Option<BestChain>, HeadersError> {
        Ok(match self {
            Self::Node(node) => Some(BestChain { tip_height: node.tip().await?.height, trust: Trust::Node }),
            Self::Archive(archive, minimum_work) => {
                Some(BestChain { tip_height: archive.tip().height, trust: archive.trust(*minimum_work) })
            }
            Self::Supplied => None,
        })
    }

    /// What there is in the file, where the headers come from one.
    pub fn reach(&self) -> Option<Reach> {
        match self {
            Self::Archive(archive, minimum_work) => Some(Reach::of(archive, *minimum_work)),
            Self::Node(_) | Self::Supplied => None,
        }
    }

    /// The header at a height of the best chain.
    pub async fn header_at(&mut self, height: u32) -> Result<Option<Header>, HeadersError> {
        match self {
            Self::Node(node) => match node.hash_at(height).await? {
                Some(block) => Ok(Some(node.header(block).await?)),
                None => Ok(None),
            },
            Self::Archive(archive, _) => Ok(archive.header_at(height)?),
            Self::Supplied => Ok(None),
        }
    }
}
