//! What has happened to our coins? The wallet reads every new block, and goes back where the chain has changed.

use super::{AnchorWallet, WalletError, store::REMEMBERED_BLOCKS};
use crate::chain::Chain;
use bdk_wallet::chain::CheckPoint;

/// Blocks between two states on the disk.
const SAVE_EVERY: u32 = 50;
/// Blocks that are read in one go; the rest comes with the next.
const MAX_BLOCKS: u32 = 2000;

impl AnchorWallet {
    /// Reads the blocks that are new; whether it has seen the newest.
    pub(crate) async fn sync(&mut self, chain: &dyn Chain) -> Result<bool, WalletError> {
        let mut base = fork_with(self.inner.latest_checkpoint(), chain).await?;
        let mut complete = false;
        for read in 1..=MAX_BLOCKS {
            let height = base.height() + 1;
            let Some(hash) = chain.hash_at(height).await? else {
                complete = true;
                break;
            };
            let block = chain.block(hash).await?;
            if block.header.prev_blockhash != base.hash() {
                // The chain changed while we read; the next round finds the fork.
                break;
            }
            let applied = self.inner.apply_block_connected_to(&block, height, base.block_id());
            applied.map_err(|_| WalletError::BadState)?;
            base = self.inner.latest_checkpoint();
            if read.is_multiple_of(SAVE_EVERY) {
                self.store.save(&mut self.inner)?;
            }
        }
        self.store.save(&mut self.inner)?;
        Ok(complete)
    }
}

/// The newest block that the wallet and the chain share.
async fn fork_with(tip: CheckPoint, chain: &dyn Chain) -> Result<CheckPoint, WalletError> {
    let most = usize::try_from(REMEMBERED_BLOCKS).unwrap_or(usize::MAX);
    for block in tip.iter().take(most) {
        if chain.hash_at(block.height()).await? == Some(block.hash()) {
            return Ok(block);
        }
    }
    Err(WalletError::TooDeep)
}
