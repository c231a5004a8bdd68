//! How does the archive catch up with a node? It asks for what is new, and checks every header as if a stranger sent it.

use super::{HeaderArchive, HeaderArchiveError, archive::MAX_REPLACED_HEADERS};
use crate::chain::{Chain, ChainError, WrongNetwork};
use bitcoin::block::Header;
use futures_util::{StreamExt, TryStreamExt, stream};

/// Headers that are taken over in one step.
const BATCH: u32 = 2000;
/// Questions that are open at once.
const AT_ONCE: usize = 16;

/// Why the archive could not catch up.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error(transparent)]
    Network(#[from] WrongNetwork),
    #[error(transparent)]
    Archive(#[from] HeaderArchiveError),
    #[error("the node changed its mind while it was asked; ask again")]
    Moved,
}

/// What catching up did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    pub added: u32,
    /// The height above which headers were replaced, if any were.
    pub replaced_above: Option<u32>,
}

impl HeaderArchive {
    /// Takes over the headers that the node has and the archive has not. Each batch is durable before the next.
    ///
    /// # Errors
    /// The node cannot be asked, or what it says breaks a rule, or forks off too deep.
    pub async fn follow(&mut self, chain: &dyn Chain) -> Result<Followed, FollowError> {
        let before = self.tip().height;
        let fork = self.fork_with(chain).await?;
        let target = chain.tip().await?.height;
        let mut followed = Followed { added: 0, replaced_above: (fork < before).then_some(fork) };
        let mut above = fork;
        while above < target {
            // What replaces headers comes in one piece, or the archive would lose work in between.
            let least = before.max(above).saturating_add(1);
            let last = target.min(above.saturating_add(BATCH).max(least));
            let headers = headers_between(chain, above + 1, last).await?;
            self.replace_above(above, &headers)?;
            followed.added += last - above;
            above = last;
        }
        Ok(followed)
    }

    /// The highest block that both have.
    async fn fork_with(&mut self, chain: &dyn Chain) -> Result<u32, FollowError> {
        let tip = self.tip().height;
        let lowest = tip.saturating_sub(MAX_REPLACED_HEADERS);
        for height in (lowest..=tip).rev() {
            let ours = self.header_at(height)?.map(|header| header.block_hash());
            if chain.hash_at(height).await? == ours {
                return Ok(height);
            }
        }
        Err(HeaderArchiveError::TooDeep { fork: lowest, tip }.into())
    }
}

async fn headers_between(chain: &dyn Chain, first: u32, last: u32) -> Result<Vec<Header>, FollowError> {
    let one = async |height| {
        let hash = chain.hash_at(height).await?.ok_or(FollowError::Moved)?;
        Ok::<_, FollowError>(chain.header(hash).await?)
    };
    stream::iter(first..=last).map(one).buffered(AT_ONCE).try_collect().await
}
