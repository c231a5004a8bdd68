use super::*;
use edgecoder_domain::wallet::{Wallet, WalletRefusal};
use edgecoder_events::{
    AccountId, MicroCredits, SteadyMillis, StreamName, UnixMillis,
    credit::{AccountOpened, CreditsIssued, IssueReason},
};
use edgecoder_ledger::note::LogKey;
use edgecoder_store::{Backend, Limits, StoreSettings};
use futures_util::FutureExt;
use rand::{SeedableRng, rngs::StdRng};
use std::pin::{Pin, pin};

const ORIGIN: &str = "example.org/commands";
const MOST_EVENTS: usize = 4;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> UnixMillis {
        UnixMillis(1_700_000_000_000)
    }

    fn steady(&self) -> SteadyMillis {
        SteadyMillis::default()
    }
}

async fn store() -> Store {
    let settings = StoreSettings {
        backend: Backend::Memory,
        origin: ORIGIN.to_owned(),
        log_key: LogKey::from_seed(ORIGIN, &[7; 32]).unwrap(),
        clock: Arc::new(Noon),
        rng: Box::new(StdRng::seed_from_u64(1)),
        checkpoint_file: None,
        limits: Limits { append_events: MOST_EVENTS, ..Limits::default() },
    };
    Store::open(settings).await.unwrap()
}

fn commands(store: &Store) -> Commands {
    Commands::new(store.clone(), Arc::new(Noon))
}

fn ann() -> AccountId {
    AccountId::new("ann").unwrap()
}

fn wallet() -> Subject {
    Subject::Wallet(ann())
}

fn request() -> Request {
    Request::new(Actor::system("test"), [wallet()])
}

fn of_ann(event: Event) -> NewEvent {
    NewEvent { stream: StreamName::credits(&ann()), event }
}

/// Pays into ann's wallet by a command that is about another one.
async fn pay_unseen(commands: &Commands, micros: u64) -> Result<Done, CommandError<WalletRefusal>> {
    let about = Subject::Wallet(AccountId::new("bob").unwrap());
    commands.run(Request::new(Actor::system("test"), [about]), |_| Ok(vec![issued(micros)])).await
}

/// Is refused; what ann's wallet held in the eyes of the decision that was answered.
async fn refused_seeing(commands: &Commands) -> u64 {
    let mut seen = None;
    let refused = commands.run(request(), |view| {
        seen = Some(view.wallet(&ann()).available().micros());
        Err(WalletRefusal::NoSuchAccount)
    });
    assert!(matches!(refused.await, Err(CommandError::Refused(WalletRefusal::NoSuchAccount))));
    seen.unwrap()
}

/// Waits until the log has moved beyond `size`.
async fn recorded_after(store: &Store, size: u64) {
    store.follow(Position(size)).next_batch().await.unwrap();
}

fn issued(micros: u64) -> NewEvent {
    let amount = MicroCredits::from_micros(micros);
    of_ann(CreditsIssued { account: ann(), amount, reason: IssueReason::Faucet }.into())
}

async fn issue(commands: &Commands, micros: u64) -> Result<Done, CommandError<WalletRefusal>> {
    commands.run(request(), |_| Ok(vec![issued(micros)])).await
}

async fn held(commands: &Commands) -> u64 {
    commands.look(&[wallet()], |view| view.wallet(&ann()).available().micros()).await.unwrap()
}

#[tokio::test]
async fn a_command_that_was_overtaken_is_decided_anew_on_what_the_other_recorded() {
    let store = store().await;
    let (slow, fast) = (commands(&store), commands(&store));
    issue(&slow, 1).await.unwrap();
    issue(&fast, 2).await.unwrap();
    let mut seen = vec![];
    let done = slow.run(request(), |view| {
        seen.push(view.wallet(&ann()).available().micros());
        Ok::<_, WalletRefusal>(vec![issued(4)])
    });
    assert!(done.await.unwrap().receipt.is_some());
    assert_eq!(seen, [1, 3], "first as remembered, then as it is");
    assert_eq!(held(&commands(&store)).await, 7);
}

#[tokio::test]
async fn who_is_overtaken_again_and_again_is_told_to_come_back() {
    let store = store().await;
    let commands = commands(&store);
    let mut decisions = 0;
    let refused = commands.run(request(), |_| {
        decisions += 1;
        let overtaking = Append::new(Actor::system("other"), vec![issued(1)]);
        drop(store.reserve().now_or_never().unwrap().unwrap().submit(overtaking));
        Ok::<_, WalletRefusal>(vec![issued(1_000)])
    });
    assert!(matches!(refused.await, Err(CommandError::Busy)));
    assert_eq!(decisions, MAX_CONFLICTS);
    assert_eq!(held(&commands).await, MAX_CONFLICTS as u64, "nothing of it was recorded");
}

#[tokio::test]
async fn what_an_append_that_failed_had_changed_is_forgotten() {
    let store = store().await;
    let commands = commands(&store);
    issue(&commands, 1).await.unwrap();
    let before = store.head();
    let too_many = commands.run(request(), |_| Ok::<_, WalletRefusal>(vec![issued(1); MOST_EVENTS + 1])).await;
    assert!(matches!(too_many, Err(CommandError::Append(AppendError::TooLarge { .. }))), "{too_many:?}");
    assert_eq!((held(&commands).await, store.head()), (1, before));
    issue(&commands, 2).await.unwrap();
    assert_eq!(held(&commands).await, 3);
}

#[tokio::test]
async fn a_name_that_was_used_before_is_decided_on_its_history_after_all() {
    let store = store().await;
    issue(&commands(&store), 5).await.unwrap();
    let request = Request::new(Actor::system("test"), []).beginning(wallet());
    let (fresh, mut seen) = (commands(&store), vec![]);
    let done = fresh.run(request, |view| {
        seen.push(view.wallet(&ann()).clone());
        Ok::<_, WalletRefusal>(vec![issued(1)])
    });
    assert!(done.await.unwrap().receipt.is_some());
    assert_eq!(seen[0], Wallet::default());
    assert_eq!((seen.len(), seen[1].available().micros()), (2, 5));
}

#[tokio::test]
async fn what_is_so_already_and_what_is_refused_record_nothing() {
    let store = store().await;
    let commands = commands(&store);
    let before = store.head();
    let nothing = commands.run(request(), |_| Ok::<_, WalletRefusal>(vec![])).await.unwrap();
    assert!(nothing.receipt.is_none() && nothing.events.is_empty());
    let refused = commands.run(request(), |_| Err(WalletRefusal::NoSuchAccount)).await;
    assert!(matches!(refused, Err(CommandError::Refused(WalletRefusal::NoSuchAccount))));
    assert_eq!(store.head(), before);
}

#[tokio::test]
async fn a_receipt_says_where_each_event_stands() {
    let store = store().await;
    let events = vec![of_ann(AccountOpened { account: ann() }.into()), issued(1)];
    let done = commands(&store).run(request(), |_| Ok::<_, WalletRefusal>(events.clone())).await.unwrap();
    let opened = done.position_of(|event| matches!(event, Event::AccountOpened(_)));
    let given = done.position_of(|event| matches!(event, Event::CreditsIssued(_)));
    assert_eq!((given.0, done.position()), (opened.0 + 1, given));
    assert_eq!(store.head().size, given.0 + 1);
}

/// Whether a command has come as far as it can without the disk's answer.
fn is_waiting(command: Pin<&mut impl Future>) -> bool {
    command.now_or_never().is_none()
}

/// Lets somebody else change the wallet first, so that what is decided meanwhile comes to nothing.
fn overtake(store: &Store) {
    let overtaking = Append::new(Actor::system("other"), vec![issued(1)]);
    drop(store.reserve().now_or_never().unwrap().unwrap().submit(overtaking));
}

#[tokio::test]
async fn it_is_so_already_and_no_are_answered_when_the_disk_has_why() {
    let store = store().await;
    let commands = commands(&store);
    held(&commands).await;
    let mut first = pin!(issue(&commands, 3));
    assert!(is_waiting(first.as_mut()));
    let mut already = pin!(commands.run(request(), |_| Ok::<_, WalletRefusal>(vec![])));
    let mut refused = pin!(commands.run(request(), |_| Err(WalletRefusal::NoSuchAccount)));
    assert!(is_waiting(already.as_mut()) && is_waiting(refused.as_mut()));
    let (first, already, refused) = tokio::join!(first, already, refused);
    assert!(first.unwrap().receipt.is_some() && already.unwrap().receipt.is_none());
    assert!(matches!(refused, Err(CommandError::Refused(WalletRefusal::NoSuchAccount))));
}

#[tokio::test]
async fn what_was_decided_on_an_append_that_failed_is_decided_anew() {
    let store = store().await;
    let commands = commands(&store);
    held(&commands).await;
    let mut tries = 0;
    let mut first = pin!(commands.run(request(), |_| {
        tries += 1;
        if tries == 1 {
            overtake(&store);
        }
        Ok::<_, WalletRefusal>(if tries == 1 { vec![issued(1_000)] } else { vec![] })
    }));
    assert!(is_waiting(first.as_mut()));
    let mut seen = vec![];
    let already = commands.run(request(), |view| {
        seen.push(view.wallet(&ann()).available().micros());
        Ok::<_, WalletRefusal>(vec![])
    });
    let (first, already) = tokio::join!(first, already);
    assert!(first.unwrap().receipt.is_none() && already.unwrap().receipt.is_none());
    assert_eq!(seen, [1_000, 1], "first as it was on its way, then as it is");
}

#[tokio::test]
async fn who_leaves_before_the_disk_answers_leaves_no_state_behind() {
    let store = store().await;
    let commands = commands(&store);
    held(&commands).await;
    {
        let mut leaving = pin!(commands.run(request(), |_| {
            overtake(&store);
            Ok::<_, WalletRefusal>(vec![issued(1_000)])
        }));
        assert!(is_waiting(leaving.as_mut()));
    }
    issue(&commands, 2).await.unwrap();
    assert_eq!(held(&commands).await, 3, "the append that nobody waited for came to nothing");
}

/// Gives a command as far as it comes without the disk, and leaves.
fn leave(command: impl Future) {
    assert!(is_waiting(pin!(command)), "it is over before anybody could leave");
}

#[tokio::test]
async fn who_leaves_while_the_disk_writes_hides_nothing_from_who_looks() {
    let store = store().await;
    let commands = commands(&store);
    held(&commands).await;
    let before = store.head().size;
    leave(issue(&commands, 5));
    assert_eq!(held(&commands).await, 5, "it is on its way, whoever waits");
    recorded_after(&store, before).await;
    assert_eq!(held(&commands).await, 5);
}

#[tokio::test]
async fn who_is_refused_after_another_left_is_refused_for_what_was_recorded() {
    let store = store().await;
    let commands = commands(&store);
    held(&commands).await;
    leave(issue(&commands, 5));
    assert_eq!(refused_seeing(&commands).await, 5);
    leave(issue(&commands, 2));
    leave(commands.run(request(), |_| Err::<Vec<NewEvent>, _>(WalletRefusal::NoSuchAccount)));
    assert_eq!(refused_seeing(&commands).await, 7);
}

#[tokio::test]
async fn a_stream_that_is_written_without_being_known_is_read_when_that_is_on_the_disk() {
    let store = store().await;
    let commands = commands(&store);
    let mut paying = pin!(pay_unseen(&commands, 5));
    assert!(is_waiting(paying.as_mut()));
    let (paid, looked, refused) = tokio::join!(paying, held(&commands), refused_seeing(&commands));
    assert!(paid.unwrap().receipt.is_some());
    assert_eq!((looked, refused), (5, 5));
    leave(pay_unseen(&commands, 2));
    assert_eq!((held(&commands).await, refused_seeing(&commands).await), (7, 7));
}

#[tokio::test]
async fn who_waits_to_read_a_stream_is_not_kept_waiting_by_those_who_do_not_know_it() {
    let store = store().await;
    let commands = commands(&store);
    let (mut first, mut looking) = (pin!(pay_unseen(&commands, 1)), pin!(held(&commands)));
    assert!(is_waiting(first.as_mut()) && is_waiting(looking.as_mut()));
    let mut second = pin!(pay_unseen(&commands, 2));
    assert!(is_waiting(second.as_mut()));
    assert_eq!(looking.await, 1, "the second is not on its way yet");
    second.await.unwrap();
    assert_eq!(held(&commands).await, 3);
}

#[tokio::test]
async fn a_reader_who_leaves_keeps_nobody_waiting() {
    let store = store().await;
    let commands = commands(&store);
    let mut first = pin!(pay_unseen(&commands, 1));
    assert!(is_waiting(first.as_mut()));
    leave(held(&commands));
    let (first, second) = tokio::join!(first, pay_unseen(&commands, 2));
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(held(&commands).await, 3);
}
