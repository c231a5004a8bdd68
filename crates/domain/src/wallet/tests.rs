use super::*;
use edgecoder_events::{
    AgentId, SubtaskIndex,
    credit::{CreditsEarned, CreditsReleased, CreditsSpent},
};
use proptest::prelude::*;

fn account() -> AccountId {
    AccountId::new("ann").unwrap()
}

fn task(n: u8) -> TaskId {
    TaskId::new(format!("t{n}")).unwrap()
}

fn micros(n: u64) -> MicroCredits {
    MicroCredits::from_micros(n)
}

fn check(given: &[Event], when: WalletCommand, then: Result<Vec<Event>, WalletRefusal>) {
    let outcome = decide(&Wallet::from_history(given), when);
    match then {
        Ok(events) => assert_eq!(outcome, Ok(events)),
        Err(refusal) => assert_eq!(outcome, Err(refusal)),
    }
}

fn opened() -> Event {
    AccountOpened { account: account() }.into()
}

fn gift(amount: u64) -> Event {
    CreditsIssued { account: account(), amount: micros(amount), reason: IssueReason::Faucet }.into()
}

#[test]
fn opening_twice_records_once() {
    check(&[opened()], WalletCommand::Open { account: account() }, Ok(vec![]));
}

#[test]
fn an_account_can_not_reserve_more_than_is_available() {
    check(
        &[opened(), gift(10)],
        WalletCommand::Reserve { account: account(), task: task(1), amount: micros(11) },
        Err(WalletRefusal::InsufficientCredits { available: micros(10), needed: micros(11) }),
    );
}

#[test]
fn what_is_reserved_is_not_available_a_second_time() {
    let reserved = CreditsReserved { account: account(), task: task(1), amount: micros(7) }.into();
    check(
        &[opened(), gift(10), reserved],
        WalletCommand::Reserve { account: account(), task: task(2), amount: micros(4) },
        Err(WalletRefusal::InsufficientCredits { available: micros(3), needed: micros(4) }),
    );
}

#[test]
fn the_faucet_has_a_limit() {
    let amount = MicroCredits::from_credits(FAUCET_LIMIT_CREDITS + 1).unwrap();
    check(
        &[opened()],
        WalletCommand::Issue { account: account(), amount, reason: IssueReason::Faucet },
        Err(WalletRefusal::FaucetLimit),
    );
}

#[test]
fn amounts_of_nothing_move_nothing_and_an_account_is_opened_first() {
    let issue = |amount| WalletCommand::Issue { account: account(), amount, reason: IssueReason::Faucet };
    let reserve = |amount| WalletCommand::Reserve { account: account(), task: task(1), amount };
    check(&[opened(), gift(10)], issue(micros(0)), Err(WalletRefusal::NothingToMove));
    check(&[opened(), gift(10)], reserve(micros(0)), Err(WalletRefusal::NothingToMove));
    check(&[], issue(micros(1)), Err(WalletRefusal::NoSuchAccount));
    check(&[], reserve(micros(1)), Err(WalletRefusal::NoSuchAccount));
}

/// What may happen to a wallet: commands, and the movements that settlements record.
#[derive(Debug, Clone, Copy)]
enum Step {
    Open,
    Issue(u64),
    Reserve(u8, u64),
    /// At most what is set aside for the task, as a settlement does.
    Spend(u8, u64),
    Earn(u64),
    /// All that is set aside for the task, as a settlement does.
    Release(u8),
}

fn any_step() -> impl Strategy<Value = Step> {
    let (task, amount) = (|| 0u8..4, || 0u64..1_000_000);
    prop_oneof![
        Just(Step::Open),
        amount().prop_map(Step::Issue),
        (task(), amount()).prop_map(|(task, amount)| Step::Reserve(task, amount)),
        (task(), amount()).prop_map(|(task, amount)| Step::Spend(task, amount)),
        amount().prop_map(Step::Earn),
        task().prop_map(Step::Release),
    ]
}

/// What a careful clerk would have written down.
#[derive(Debug, Clone, Default)]
struct Books {
    available: u64,
    reserved: [u64; 4],
}

impl Books {
    /// Writes a step down, and says which events it is for the wallet.
    fn enter(&mut self, wallet: &Wallet, step: Step) -> Vec<Event> {
        match step {
            Step::Open => decide(wallet, WalletCommand::Open { account: account() }).unwrap(),
            Step::Issue(n) => {
                self.available += n;
                let issue = WalletCommand::Issue { account: account(), amount: micros(n), reason: IssueReason::Faucet };
                decide(wallet, issue).unwrap_or_default()
            }
            Step::Reserve(to, n) => {
                let reserve = WalletCommand::Reserve { account: account(), task: task(to), amount: micros(n) };
                let events = decide(wallet, reserve).unwrap_or_default();
                if !events.is_empty() {
                    self.available -= n;
                    self.reserved[usize::from(to)] += n;
                }
                events
            }
            Step::Spend(from, n) => {
                let n = n.min(self.reserved[usize::from(from)]);
                self.reserved[usize::from(from)] -= n;
                vec![spent(from, n)]
            }
            Step::Earn(n) => {
                self.available += n;
                vec![earned(n)]
            }
            Step::Release(from) => {
                let n = std::mem::take(&mut self.reserved[usize::from(from)]);
                self.available += n;
                vec![CreditsReleased { account: account(), task: task(from), amount: micros(n) }.into()]
            }
        }
    }
}

fn spent(from: u8, amount: u64) -> Event {
    let (payee, subtask) = (AccountId::new("bob").unwrap(), SubtaskIndex(0));
    CreditsSpent { account: account(), task: task(from), subtask, attempt: 1, amount: micros(amount), payee }.into()
}

fn earned(amount: u64) -> Event {
    let (agent, payer) = (AgentId::new("worker-1").unwrap(), AccountId::new("bob").unwrap());
    let (task, subtask, amount) = (TaskId::new("of-bob").unwrap(), SubtaskIndex(0), micros(amount));
    CreditsEarned { account: account(), agent, task, subtask, attempt: 1, amount, payer }.into()
}

proptest! {
    #[test]
    fn no_sequence_of_steps_creates_or_destroys_credit(steps in proptest::collection::vec(any_step(), 0..60)) {
        let (mut wallet, mut books) = (Wallet::from_history(&[opened()]), Books::default());
        for step in steps {
            for event in books.enter(&wallet, step) {
                wallet.evolve(&event);
            }
            prop_assert_eq!(wallet.available(), micros(books.available), "after {:?}", step);
            for (number, reserved) in (0u8..).zip(books.reserved) {
                prop_assert_eq!(wallet.reserved_for(&task(number)), micros(reserved), "after {:?}", step);
            }
        }
    }
}
