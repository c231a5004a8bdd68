use super::*;
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

proptest! {
    #[test]
    fn no_sequence_of_commands_creates_or_destroys_credit(
        steps in proptest::collection::vec((0u8..3, 0u8..4, 0u64..1_000_000), 0..60)
    ) {
        let mut wallet = Wallet::from_history(&[opened()]);
        let mut issued = 0u64;
        for (what, number, amount) in steps {
            let command = match what {
                0 => WalletCommand::Open { account: account() },
                1 => WalletCommand::Issue { account: account(), amount: micros(amount), reason: IssueReason::Faucet },
                _ => WalletCommand::Reserve { account: account(), task: task(number), amount: micros(amount) },
            };
            for event in decide(&wallet, command).unwrap_or_default() {
                if let Event::CreditsIssued(gift) = &event {
                    issued += gift.amount.micros();
                }
                wallet.evolve(&event);
            }
            let held: u64 = wallet.reserved.values().map(|amount| amount.micros()).sum();
            prop_assert_eq!(wallet.available.micros() + held, issued);
        }
    }
}
