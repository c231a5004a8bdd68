//! Can two transactions both be in a block? Not where they, or what they are built on, spend one coin in two ways.

use bitcoin::{OutPoint, Transaction, Txid};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// A block under so many others stays where it is.
pub const FINAL_BLOCKS: u32 = 100;

/// Every coin that has to be spent before a transaction can be in a block, and which transaction spends it.
pub type Lineage = BTreeMap<OutPoint, Txid>;

/// The transactions whose parents we can name: our own, and those that paid us.
#[derive(Debug, Default)]
pub struct Rivals {
    known: HashMap<Txid, Arc<Transaction>>,
}

impl Rivals {
    pub fn learn(&mut self, transactions: impl IntoIterator<Item = Arc<Transaction>>) {
        self.known.extend(transactions.into_iter().map(|transaction| (transaction.compute_txid(), transaction)));
    }

    /// What has to be spent for a transaction, as far back as we know.
    pub fn lineage(&self, transaction: &Transaction) -> Lineage {
        let mut lineage = Lineage::new();
        let mut unread = vec![(transaction.compute_txid(), transaction)];
        // It ends: nothing is its own ancestor, and a coin is followed once.
        while let Some((spender, next)) = unread.pop() {
            // What a block pays its miner spends no coin: all of them name the same nothing.
            let coins = next.input.iter().map(|input| input.previous_output).filter(|coin| !coin.is_null());
            for coin in coins {
                if lineage.insert(coin, spender).is_none() {
                    unread.extend(self.known.get(&coin.txid).map(|parent| (coin.txid, &**parent)));
                }
            }
        }
        lineage
    }

    /// Whether a new transaction that spends this coin keeps the other one out of every block.
    pub fn keeps_out(&self, coin: OutPoint, other: &Lineage) -> bool {
        let parent = self.known.get(&coin.txid);
        other.contains_key(&coin) || parent.is_some_and(|parent| exclude_each_other(&self.lineage(parent), other))
    }
}

/// Whether one transaction at most of two can ever be in a block. It stays so for ever, whatever nodes say.
pub fn exclude_each_other(one: &Lineage, other: &Lineage) -> bool {
    one.iter().any(|(coin, spender)| other.get(coin).is_some_and(|rival| rival != spender))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bitcoin::{Amount, ScriptBuf, TxIn, TxOut, absolute::LockTime, hashes::Hash, transaction::Version};

    fn coin(mark: u8) -> OutPoint {
        OutPoint::new(Txid::from_byte_array([mark; 32]), 0)
    }

    /// A payment with change; the mark tells those of one coin apart.
    fn spending(coins: &[OutPoint], mark: u64) -> Transaction {
        let input = coins.iter().map(|coin| TxIn { previous_output: *coin, ..TxIn::default() }).collect();
        let output = vec![TxOut { value: Amount::from_sat(mark), script_pubkey: ScriptBuf::new() }];
        Transaction { version: Version::TWO, lock_time: LockTime::ZERO, input, output }
    }

    fn change_of(transaction: &Transaction) -> OutPoint {
        OutPoint::new(transaction.compute_txid(), 0)
    }

    fn knowing(transactions: &[&Transaction]) -> Rivals {
        let mut rivals = Rivals::default();
        rivals.learn(transactions.iter().map(|it| Arc::new((*it).clone())));
        rivals
    }

    #[test]
    fn two_that_spend_one_coin_exclude_each_other_and_two_that_do_not_may_both_be_paid() {
        let rivals = Rivals::default();
        let of = |coins: &[OutPoint], mark| rivals.lineage(&spending(coins, mark));
        assert!(exclude_each_other(&of(&[coin(1), coin(2)], 1), &of(&[coin(2), coin(3)], 2)));
        assert!(!exclude_each_other(&of(&[coin(1)], 1), &of(&[coin(2)], 2)));
        assert!(!exclude_each_other(&of(&[coin(1)], 1), &of(&[coin(1)], 1)), "it is one and the same");
    }

    #[test]
    fn what_two_blocks_pay_their_miners_may_both_be_spent() {
        let (one, other) = (spending(&[OutPoint::null()], 1), spending(&[OutPoint::null()], 2));
        let rivals = knowing(&[&one, &other]);
        let lineage = rivals.lineage(&spending(&[change_of(&one)], 3));
        assert!(rivals.keeps_out(change_of(&one), &lineage));
        assert!(!rivals.keeps_out(change_of(&other), &lineage));
    }

    #[test]
    fn what_is_built_on_a_rival_excludes_as_well_and_what_is_built_on_the_thing_itself_does_not() {
        let (given_up, rival) = (spending(&[coin(1)], 1), spending(&[coin(1)], 2));
        let rivals = knowing(&[&given_up, &rival]);
        let lineage = rivals.lineage(&given_up);
        assert!(rivals.keeps_out(coin(1), &lineage));
        assert!(rivals.keeps_out(change_of(&rival), &lineage));
        assert!(!rivals.keeps_out(change_of(&given_up), &lineage));
        assert!(!rivals.keeps_out(coin(2), &lineage));
        let grandchild = spending(&[change_of(&spending(&[change_of(&rival)], 3))], 4);
        let unknown_between = rivals.lineage(&grandchild);
        assert!(!exclude_each_other(&unknown_between, &lineage), "what is not known proves nothing");
    }
}
