//! A scripted store: whatever is written, read, answered, left and handed over, in any order, is a plain replay.

use super::{
    cache::{Cache, Learned},
    reading::Read,
    subject::Subject,
};
use edgecoder_events::{
    AccountId, MicroCredits, NewEvent, Version,
    credit::{CreditsIssued, IssueReason},
};
use edgecoder_store::{Condition, Term};
use proptest::prelude::*;
use std::collections::VecDeque;

const WALLETS: usize = 3;
const MOST_STEPS: usize = 80;

#[derive(Debug, Clone)]
enum Step {
    /// A command about one wallet that pays into another, and may come to nothing in the store.
    Pay {
        about: usize,
        to: usize,
        fails: bool,
    },
    /// The store answers the oldest append; whether anybody still waits for it makes no difference.
    Answer,
    Read(usize),
    /// A reader comes back with what it has read, or leaves.
    Return(usize),
    Leave(usize),
    /// Another process leads for a while, and records something.
    Handover(usize),
    Look(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let wallet = 0..WALLETS;
    prop_oneof![
        4 => (wallet.clone(), wallet.clone(), prop::bool::weighted(0.2))
            .prop_map(|(about, to, fails)| Step::Pay { about, to, fails }),
        4 => Just(Step::Answer),
        4 => wallet.clone().prop_map(Step::Read),
        4 => (0..8_usize).prop_map(Step::Return),
        1 => (0..8_usize).prop_map(Step::Leave),
        1 => wallet.clone().prop_map(Step::Handover),
        4 => wallet.prop_map(Step::Look),
    ]
}

/// An append that the store has not answered yet.
struct Append {
    term: Term,
    about: usize,
    /// What the wallet held that it was decided on.
    seen: u64,
    event: NewEvent,
    to: usize,
    amount: u64,
    conditions: Vec<Condition>,
    fails: bool,
}

struct Reader {
    wallet: usize,
    term: Term,
    read: Read,
}

struct Script {
    cache: Cache,
    term: Term,
    /// What was recorded, by wallet.
    log: [Vec<u64>; WALLETS],
    queue: VecDeque<Append>,
    readers: Vec<Reader>,
    payments: u64,
}

fn wallet(number: usize) -> Subject {
    Subject::Wallet(account(number))
}

fn account(number: usize) -> AccountId {
    AccountId::new(format!("w{number}")).unwrap()
}

fn payment(to: usize, amount: u64) -> NewEvent {
    let amount = MicroCredits::from_micros(amount);
    let event = CreditsIssued { account: account(to), amount, reason: IssueReason::Faucet };
    NewEvent { stream: wallet(to).stream(), event: event.into() }
}

impl Script {
    fn new() -> Self {
        let mut cache = Cache::default();
        cache.enter(Some(Term(1)));
        let log = Default::default();
        Self { cache, term: Term(1), log, queue: VecDeque::new(), readers: vec![], payments: 0 }
    }

    /// Of another amount each time, so that one missing payment does not look like another.
    fn amount(&mut self) -> u64 {
        self.payments += 1;
        self.payments.pow(3)
    }

    fn replayed(&self, number: usize) -> u64 {
        self.log[number].iter().sum()
    }

    fn version(&self, number: usize) -> Version {
        Version(self.log[number].len() as u64)
    }

    fn seen(&mut self, number: usize) -> Option<u64> {
        Some(self.cache.view(&[wallet(number)])?.wallet(&account(number)).available().micros())
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Pay { about, to, fails } => self.pay(about, to, fails),
            Step::Answer => self.answer(),
            Step::Read(number) => self.begin_reading(number),
            Step::Return(reader) if reader < self.readers.len() => self.come_back(reader),
            Step::Leave(reader) if reader < self.readers.len() => {
                let reader = self.readers.remove(reader);
                self.cache.reading_ends(&wallet(reader.wallet).stream());
            }
            Step::Return(_) | Step::Leave(_) => {}
            Step::Handover(number) => self.hand_over(number),
            Step::Look(number) => self.look(number),
        }
    }

    fn pay(&mut self, about: usize, to: usize, fails: bool) {
        let Some(seen) = self.seen(about) else { return };
        let amount = self.amount();
        let event = payment(to, amount);
        let events = std::slice::from_ref(&event);
        if self.cache.closed(events).is_some() {
            return;
        }
        let conditions = self.cache.conditions(&[wallet(about)], events);
        self.cache.take_in(events);
        self.queue.push_back(Append { term: self.term, about, seen, event, to, amount, conditions, fails });
    }

    fn answer(&mut self) {
        let Some(append) = self.queue.pop_front() else { return };
        let holds = |number| {
            let (stream, version) = (wallet(number).stream(), self.version(number));
            append.conditions.iter().all(|condition| condition.stream != stream || condition.version == version)
        };
        let written = [append.event.stream.clone()];
        if append.term != self.term || append.fails || !(0..WALLETS).all(holds) {
            return self.cache.fail(&written, &[wallet(append.about).stream()]);
        }
        assert_eq!(append.seen, self.replayed(append.about), "recorded on a state that never was");
        self.log[append.to].push(append.amount);
        let reached = (append.event.stream, self.version(append.to));
        self.cache.settle(&written, &[reached]);
    }

    fn begin_reading(&mut self, number: usize) {
        let Some(term) = self.cache.reading_begins(&wallet(number).stream()) else { return };
        let mut reader = Reader { wallet: number, term, read: Read::nothing_of(&wallet(number)) };
        self.read_on(&mut reader);
        self.readers.push(reader);
    }

    fn read_on(&self, reader: &mut Reader) {
        let from = usize::try_from(reader.read.version.0).unwrap();
        for amount in &self.log[reader.wallet][from..] {
            reader.read.state.evolve(&payment(reader.wallet, *amount).event);
        }
        reader.read.version = self.version(reader.wallet);
    }

    fn come_back(&mut self, reader: usize) {
        let mut reader = self.readers.remove(reader);
        let (subject, at) = (wallet(reader.wallet), (reader.term, reader.read.version));
        let state = || std::mem::replace(&mut reader.read.state, subject.empty());
        match self.cache.learn(&subject.stream(), at, state) {
            Learned::Known => return self.cache.reading_ends(&subject.stream()),
            Learned::Behind(_) => {}
            Learned::Outdated => (reader.term, reader.read) = (self.term, Read::nothing_of(&subject)),
        }
        self.read_on(&mut reader);
        self.readers.push(reader);
    }

    fn hand_over(&mut self, number: usize) {
        self.cache.enter(None);
        assert!((0..WALLETS).all(|number| self.seen(number).is_none()), "who stands by remembers nothing");
        let amount = self.amount();
        self.log[number].push(amount);
        self.term = Term(self.term.0 + 1);
        self.cache.enter(Some(self.term));
    }

    /// Whoever is refused now is refused for what is recorded now.
    fn look(&mut self, number: usize) {
        let Some(seen) = self.seen(number) else { return };
        if self.cache.tentative(&[wallet(number)]).is_empty() {
            assert_eq!(seen, self.replayed(number), "an overtaken state of wallet {number}");
        }
    }

    /// Everything is answered, everybody has read.
    fn end(&mut self) {
        while !self.queue.is_empty() {
            self.answer();
        }
        (0..WALLETS).for_each(|number| self.begin_reading(number));
        // Nothing moves any more: once to read on, once to be remembered.
        for _ in 0..2 * self.readers.len() {
            self.come_back(0);
            if self.readers.is_empty() {
                break;
            }
        }
        for number in 0..WALLETS {
            assert!(self.cache.tentative(&[wallet(number)]).is_empty(), "nothing is on its way any more");
            assert_eq!(self.seen(number), Some(self.replayed(number)));
        }
    }
}

proptest! {
    #[test]
    fn whatever_the_order_each_answer_is_of_a_plain_replay(steps in prop::collection::vec(step(), 0..MOST_STEPS)) {
        let mut script = Script::new();
        for step in &steps {
            script.take(step);
        }
        script.end();
    }
}
