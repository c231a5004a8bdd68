//! How does the wallet's state survive a restart? As one private JSON file, replaced whole.

use super::{WalletError, keys::WalletKeys};
use crate::{Network, private_file};
use bdk_wallet::{ChangeSet, KeychainKind, Wallet, chain::Merge};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

const FILE: &str = "anchor-wallet.json";
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Blocks are remembered so far back, to find where a fork begins; and those with coins of ours, for ever.
pub const REMEMBERED_BLOCKS: u32 = 200;

/// Everything that the wallet was ever told, in the shape that its library reads.
#[derive(Debug)]
pub struct WalletStore {
    path: PathBuf,
    whole: ChangeSet,
}

impl WalletStore {
    pub fn of(folder: &Path) -> Self {
        Self { path: folder.join(FILE), whole: ChangeSet::default() }
    }

    pub fn load(&mut self, keys: &WalletKeys, network: Network) -> Result<Option<Wallet>, WalletError> {
        let Some(bytes) = private_file::read(&self.path, MAX_FILE_BYTES)? else { return Ok(None) };
        self.whole = serde_json::from_slice(&bytes).map_err(|_| WalletError::BadState)?;
        let (external, internal) = keys.public();
        let wallet = Wallet::load()
            .descriptor(KeychainKind::External, Some(external))
            .descriptor(KeychainKind::Internal, Some(internal))
            .check_network(network.library())
            .load_wallet_no_persist(self.whole.clone());
        wallet.map_err(|_| WalletError::BadState)
    }

    /// Makes durable what the wallet has learnt since.
    pub fn save(&mut self, wallet: &mut Wallet) -> Result<(), WalletError> {
        let Some(news) = wallet.take_staged() else { return Ok(()) };
        self.whole.merge(news);
        self.forget_old_blocks();
        let bytes = serde_json::to_vec(&self.whole).map_err(|_| WalletError::BadState)?;
        Ok(private_file::replace(&self.path, &bytes)?)
    }

    fn forget_old_blocks(&mut self) {
        let blocks = &mut self.whole.local_chain.blocks;
        let newest = blocks.last_key_value().map_or(0, |(height, _)| *height);
        let with_coins: BTreeSet<_> =
            self.whole.tx_graph.anchors.iter().map(|(anchor, _)| anchor.block_id.height).collect();
        blocks.retain(|height, block| {
            let recent = newest.saturating_sub(*height) <= REMEMBERED_BLOCKS;
            block.is_some() && (*height == 0 || recent || with_coins.contains(height))
        });
    }
}
