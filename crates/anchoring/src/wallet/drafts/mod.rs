//! Which transaction carries the commitment? A first one, one with a higher fee in its place, or a child that pays for it.

use super::{AnchorWallet, WalletError};
use crate::{
    anchor::Attempt,
    chain::SatPerVbyte,
    evidence::Commitment,
    ots::MAX_MESSAGE_BYTES,
    rivals::{Lineage, Rivals},
};
use bdk_wallet::{
    KeychainKind, SignOptions, TxOrdering, coin_selection::LargestFirstCoinSelection, error::CreateTxError,
};
use bitcoin::{Amount, FeeRate, OutPoint, Psbt, Transaction, Txid};
use std::collections::BTreeSet;

/// A signed transaction that nobody has seen yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub transaction: Transaction,
    pub fee_sat: u64,
}

impl AnchorWallet {
    /// A transaction for a commitment that spends these coins, and more where they are not enough.
    pub(crate) fn draft(
        &mut self,
        commitment: Commitment,
        rate: SatPerVbyte,
        coins: &BTreeSet<OutPoint>,
    ) -> Result<Draft, WalletError> {
        // Anybody may pay small coins into the wallet: they must neither crowd out a large one nor fill the transaction.
        let mut builder = self.inner.build_tx().coin_selection(LargestFirstCoinSelection);
        for coin in coins {
            builder.add_utxo(*coin).map_err(|error| WalletError::NotBuilt(error.to_string()))?;
        }
        builder.ordering(TxOrdering::Untouched).add_data(&commitment.data()).fee_rate(per_vbyte(rate));
        let unsigned = builder.finish().map_err(not_built)?;
        let draft = self.signed(unsigned)?;
        if draft.transaction.base_size() > MAX_MESSAGE_BYTES {
            return Err(WalletError::TooSmallCoins);
        }
        Ok(draft)
    }

    /// Coins that keep each of these out of every block once something else spends them. Where one of these could get
    /// into a block all the same, there are none: another transaction beside it might be paid as well.
    pub(crate) fn coins_against(
        &self,
        earlier: &[Lineage],
        rivals: &Rivals,
    ) -> Result<BTreeSet<OutPoint>, WalletError> {
        let free: BTreeSet<OutPoint> = self.inner.list_unspent().map(|coin| coin.outpoint).collect();
        let mut chosen = BTreeSet::new();
        for lineage in earlier {
            let keeps_it_out = |coin: &&OutPoint| rivals.keeps_out(**coin, lineage);
            if chosen.iter().any(|coin| keeps_it_out(&coin)) || self.is_shut_out(lineage) {
                continue;
            }
            chosen.insert(*free.iter().find(keeps_it_out).ok_or(WalletError::NothingKeepsOut)?);
        }
        Ok(chosen)
    }

    /// The same payment with a higher fee, in the place of one that waits.
    pub(crate) fn replacement(&mut self, waiting: Txid, rate: SatPerVbyte) -> Result<Draft, WalletError> {
        let mut builder =
            self.inner.build_fee_bump(waiting).map_err(|error| WalletError::NotRaised(error.to_string()))?;
        builder.ordering(TxOrdering::Untouched).fee_rate(per_vbyte(rate));
        let unsigned = builder.finish().map_err(|error| WalletError::NotRaised(error.to_string()))?;
        self.signed(unsigned)
    }

    /// A child that spends the change of one that waits, and pays so much that both are worth `rate`.
    pub(crate) fn child(&mut self, parent: &Attempt, rate: SatPerVbyte) -> Result<Draft, WalletError> {
        let change = self.inner.list_unspent().find(|coin| coin.outpoint.txid == parent.txid);
        let change = change.ok_or_else(|| WalletError::NotRaised("its change is spent or never was".to_owned()))?;
        let weighed = self.inner.get_tx(parent.txid).map_or(0, |known| known.tx_node.tx.vsize());
        let both = u64::try_from(weighed).unwrap_or(u64::MAX).saturating_add(CHILD_VBYTES);
        let fee = rate.0.saturating_mul(both).saturating_sub(parent.fee_sat).max(rate.0.saturating_mul(CHILD_VBYTES));
        let home = self.inner.next_unused_address(KeychainKind::Internal).script_pubkey();
        let mut builder = self.inner.build_tx();
        builder.add_utxo(change.outpoint).map_err(|error| WalletError::NotRaised(error.to_string()))?;
        builder.manually_selected_only().drain_to(home).fee_absolute(Amount::from_sat(fee));
        let unsigned = builder.finish().map_err(not_built)?;
        self.signed(unsigned)
    }

    /// Forgets a draft that will not be sent. Its change addresses are free again: a wallet that is restored elsewhere
    /// looks for coins only so far behind the last address with one.
    pub(crate) fn discard(&mut self, draft: &Draft) {
        for output in &draft.transaction.output {
            if let Some((keychain, index)) = self.inner.derivation_of_spk(output.script_pubkey.clone()) {
                self.inner.unmark_used(keychain, index);
            }
        }
    }

    fn signed(&mut self, mut psbt: Psbt) -> Result<Draft, WalletError> {
        self.keys.sign(&mut psbt, self.inner.secp_ctx())?;
        let complete = self.inner.finalize_psbt(&mut psbt, SignOptions::default());
        if !complete.map_err(|_| WalletError::NotSigned)? {
            return Err(WalletError::NotSigned);
        }
        let fee_sat = psbt.fee().map_err(|error| WalletError::NotBuilt(error.to_string()))?.to_sat();
        let transaction = psbt.extract_tx().map_err(|error| WalletError::NotBuilt(error.to_string()))?;
        self.store.save(&mut self.inner)?;
        Ok(Draft { transaction, fee_sat })
    }
}

/// One input and one output of native segwit.
const CHILD_VBYTES: u64 = 110;

fn per_vbyte(rate: SatPerVbyte) -> FeeRate {
    FeeRate::from_sat_per_vb(rate.0).unwrap_or(FeeRate::MAX)
}

fn not_built(error: CreateTxError) -> WalletError {
    match error {
        CreateTxError::CoinSelection(short) => {
            WalletError::TooLittle { needed_sat: short.needed.to_sat(), spendable_sat: short.available.to_sat() }
        }
        other => WalletError::NotBuilt(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
