//! Who pays for an anchor? A small wallet whose descriptors lie in a private file, and whose state lies beside it.

mod drafts;
mod keys;
mod store;
mod sync;

pub(crate) use drafts::Draft;

use crate::{
    Network,
    chain::ChainError,
    headers::KnownBlock,
    private_file::PrivateFileError,
    rivals::{FINAL_BLOCKS, Lineage},
};
use bdk_wallet::{
    KeychainKind, Update, Wallet,
    chain::{BlockId, ChainPosition},
};
use bitcoin::{Transaction, Txid};
use keys::WalletKeys;
use rand::CryptoRng;
use std::{path::Path, sync::Arc};
use store::WalletStore;

/// Why the wallet cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error(
        "the wallet's descriptor file is not one of this version, or not for this network: restore it from a backup"
    )]
    BadDescriptors,
    #[error(
        "the wallet's state fits neither its descriptors nor the node's chain: if the node is still catching up, wait; \
         else stop the service, move anchor-wallet.json away (not the journal), and set ANCHOR_WALLET_BIRTHDAY again"
    )]
    BadState,
    #[error("the wallet has too little money: {needed_sat} satoshi are needed, {spendable_sat} can be spent")]
    TooLittle { needed_sat: u64, spendable_sat: u64 },
    #[error(
        "the wallet's coins are so small that no other tool could read the proof of an anchor paid with them: pay it \
         one larger sum"
    )]
    TooSmallCoins,
    #[error("the transaction could not be built: {0}")]
    NotBuilt(String),
    #[error("the fee of this transaction cannot be raised: {0}")]
    NotRaised(String),
    #[error(
        "an earlier transaction of this anchor can still get into a block, and the wallet has no free coin that would \
         keep it out: wait until it, or another that spends its coins, is in a block"
    )]
    NothingKeepsOut,
    #[error("the wallet could not sign: its descriptors hold no private key for its coins")]
    NotSigned,
    #[error("the chain forks off below everything that the wallet remembers: is this node of the same network")]
    TooDeep,
}

/// What the wallet owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalletBalance {
    /// In blocks, or change of our own.
    pub spendable_sat: u64,
    /// Not spendable yet: from strangers and in no block, or too freshly mined.
    pub incoming_sat: u64,
}

/// An open wallet. Whoever holds it is the only one that spends from it: see [`crate::anchor::AnchorDesk`].
#[derive(Debug)]
pub struct AnchorWallet {
    inner: Wallet,
    keys: WalletKeys,
    store: WalletStore,
}

impl AnchorWallet {
    /// Opens the wallet of a folder, or makes one with fresh keys. A wallet knows nothing of the blocks up to its
    /// birthday; one that is restored from its descriptors needs a birthday before its first coin.
    ///
    /// # Errors
    /// A file there cannot be used, or is of another network.
    pub fn open(
        folder: &Path,
        network: Network,
        birthday: KnownBlock,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, WalletError> {
        let keys = WalletKeys::load_or_create(folder, network, rng)?;
        let mut store = WalletStore::of(folder);
        if let Some(inner) = store.load(&keys, network)? {
            return Ok(Self { inner, keys, store });
        }
        let (external, internal) = keys.public();
        let mut inner = Wallet::create(external, internal)
            .network(network.library())
            .create_wallet_no_persist()
            .map_err(|_| WalletError::BadDescriptors)?;
        let born = inner.latest_checkpoint().insert(BlockId { height: birthday.height, hash: birthday.hash });
        let update = Update { chain: Some(born), ..Update::default() };
        inner.apply_update(update).map_err(|_| WalletError::BadState)?;
        store.save(&mut inner)?;
        Ok(Self { inner, keys, store })
    }

    /// An address that was not paid to yet, for whoever fills the wallet.
    ///
    /// # Errors
    /// The wallet's state cannot be kept.
    pub fn address(&mut self) -> Result<String, WalletError> {
        let address = self.inner.next_unused_address(KeychainKind::External).address.to_string();
        self.store.save(&mut self.inner)?;
        Ok(address)
    }

    /// What it owns, as of the last look at the chain.
    pub fn balance(&self) -> WalletBalance {
        let balance = self.inner.balance();
        let incoming = balance.untrusted_pending + balance.immature;
        WalletBalance { spendable_sat: balance.trusted_spendable().to_sat(), incoming_sat: incoming.to_sat() }
    }

    /// The newest block that the wallet has seen.
    pub(crate) fn tip(&self) -> KnownBlock {
        let tip = self.inner.latest_checkpoint();
        KnownBlock { height: tip.height(), hash: tip.hash() }
    }

    /// The block that holds a transaction of ours.
    pub(crate) fn block_of(&self, transaction: Txid) -> Option<KnownBlock> {
        match self.inner.get_tx(transaction)?.chain_position {
            ChainPosition::Confirmed { anchor, .. } => {
                Some(KnownBlock { height: anchor.block_id.height, hash: anchor.block_id.hash })
            }
            ChainPosition::Unconfirmed { .. } => None,
        }
    }

    /// Remembers that a transaction of ours is on its way, so that its coins are not spent again.
    pub(crate) fn note_sent(&mut self, transaction: Transaction, now_s: u64) -> Result<(), WalletError> {
        self.inner.apply_unconfirmed_txs([(transaction, now_s)]);
        self.store.save(&mut self.inner)
    }

    /// Remembers that nobody would take a transaction of ours, so that its coins are free again.
    pub(crate) fn note_gone(&mut self, transaction: Txid, now_s: u64) -> Result<(), WalletError> {
        self.note_all_gone([transaction], now_s)
    }

    /// The same of several.
    pub(crate) fn note_all_gone(
        &mut self,
        transactions: impl IntoIterator<Item = Txid>,
        now_s: u64,
    ) -> Result<(), WalletError> {
        // One second later than it was last seen: of two notes at one time the library believes the first.
        let gone_s = now_s.saturating_add(1);
        self.inner.apply_evicted_txs(transactions.into_iter().map(|transaction| (transaction, gone_s)));
        self.store.save(&mut self.inner)
    }

    /// Every transaction of ours that was ever seen here, in a block or not.
    pub(crate) fn transactions(&self) -> impl Iterator<Item = Arc<Transaction>> + '_ {
        self.inner.tx_graph().full_txs().map(|known| known.tx)
    }

    /// Whether a coin that all this needs was spent by something else, in a block that stays.
    pub(crate) fn is_shut_out(&self, lineage: &Lineage) -> bool {
        let tip_height = self.tip().height;
        let depth = |txid| self.block_of(txid).map(|block| tip_height.saturating_sub(block.height));
        lineage.iter().any(|(coin, spender)| {
            let spent_by = self.inner.tx_graph().outspends(*coin).iter();
            spent_by.filter(|other| *other != spender).any(|other| depth(*other) >= Some(FINAL_BLOCKS))
        })
    }
}
