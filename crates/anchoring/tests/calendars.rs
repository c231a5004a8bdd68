//! Do calendars date a digest, and is what they promised put into the proof?
#![expect(clippy::unwrap_used, reason = "this file is a test, its helpers too")]

use edgecoder_anchoring::{
    calendar::{CalendarError, CalendarSettings, Calendars},
    ots::{Attestation, DetachedTimestamp, Op, OtsError, Timestamp},
};
use edgecoder_testkit::ScriptedCalendar;
use rand::{SeedableRng, rngs::StdRng};

const DIGEST: [u8; 32] = [3; 32];

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

async fn three() -> [ScriptedCalendar; 3] {
    let start = async || ScriptedCalendar::start().await.unwrap();
    [start().await, start().await, start().await]
}

fn all_of(calendars: &[ScriptedCalendar], enough: usize) -> Calendars {
    let servers = calendars.iter().map(|calendar| calendar.url().parse().unwrap()).collect();
    Calendars::new(CalendarSettings { servers, enough, trusted: Vec::new() }).unwrap()
}

fn block(height: u64) -> Vec<u8> {
    Timestamp::along([Op::Sha256], Timestamp::of(Attestation::Bitcoin { height })).to_bytes()
}

fn keep_all(calendar: &ScriptedCalendar, height: u64) {
    for commitment in calendar.open_promises() {
        calendar.keep_promise(&commitment, block(height));
    }
}

fn kinds(proof: &DetachedTimestamp) -> (usize, usize) {
    let attested = proof.attested();
    let blocks = attested.iter().filter(|one| matches!(one.attestation, Attestation::Bitcoin { .. })).count();
    (blocks, attested.len() - blocks)
}

#[tokio::test]
async fn every_calendar_promises_and_keeps_its_promise_when_it_can() {
    let calendars = three().await;
    let asked = all_of(&calendars, 2);
    let mut proof = asked.stamp(DIGEST, &mut rng()).await.unwrap().proof;
    assert_eq!(kinds(&proof), (0, 3));
    let report = asked.upgrade(&mut proof, &mut rng()).await.unwrap();
    assert_eq!((report.kept, report.waiting.len()), (0, 3));
    keep_all(&calendars[0], 100);
    assert_eq!(asked.upgrade(&mut proof, &mut rng()).await.unwrap().kept, 1);
    assert_eq!(kinds(&proof), (1, 2));
    calendars[1..].iter().for_each(|calendar| keep_all(calendar, 101));
    assert_eq!(asked.upgrade(&mut proof, &mut rng()).await.unwrap().kept, 2);
    assert_eq!(kinds(&proof), (3, 0));
    assert_eq!(DetachedTimestamp::parse(&proof.to_bytes()).unwrap(), proof);
}

#[tokio::test]
async fn calendars_never_see_the_digest() {
    let calendars = three().await;
    all_of(&calendars, 3).stamp(DIGEST, &mut rng()).await.unwrap();
    for calendar in &calendars {
        let [commitment] = calendar.open_promises().try_into().unwrap();
        assert_eq!(commitment.len(), 4 + 32 + 8);
        assert!(!commitment.windows(32).any(|bytes| bytes == DIGEST));
    }
}

#[tokio::test]
async fn a_calendar_that_fails_for_a_moment_is_asked_again() {
    let calendars = three().await;
    calendars[0].fail_next(2);
    let stamped = all_of(&calendars, 3).stamp(DIGEST, &mut rng()).await.unwrap();
    assert_eq!((stamped.answered.len(), stamped.failed.len()), (3, 0));
}

#[tokio::test]
async fn one_that_stays_away_is_missed_only_where_too_few_are_left() {
    let calendars = three().await;
    calendars[0].fail_next(usize::MAX);
    let stamped = all_of(&calendars, 2).stamp(DIGEST, &mut rng()).await.unwrap();
    assert_eq!((stamped.answered.len(), stamped.failed.len()), (2, 1));
    let refused = all_of(&calendars, 3).stamp(DIGEST, &mut rng()).await.unwrap_err();
    assert!(matches!(refused, CalendarError::TooFew { answered: 2, asked: 3, enough: 3, .. }), "{refused}");
}

#[tokio::test]
async fn nonsense_from_a_calendar_is_not_taken() {
    let calendars = three().await;
    calendars[0].answer_with(vec![0x55]);
    calendars[1].answer_with(vec![8; 20_000]);
    let stamped = all_of(&calendars, 1).stamp(DIGEST, &mut rng()).await.unwrap();
    assert_eq!(stamped.answered.len(), 1);
    let nonsense = |error: &CalendarError| {
        matches!(error, CalendarError::BadAnswer { problem: OtsError::UnknownOperation(0x55), .. })
    };
    assert!(stamped.failed.iter().any(nonsense));
    assert!(stamped.failed.iter().any(|error| error.to_string().contains("longer than 10000 bytes")));
}

#[tokio::test]
async fn a_promise_in_the_name_of_an_unknown_server_is_not_followed_up() {
    let [ours, stranger, _] = three().await;
    ours.promise_for(&stranger.url());
    let ours = [ours];
    let asked = all_of(&ours, 1);
    let mut proof = asked.stamp(DIGEST, &mut rng()).await.unwrap().proof;
    let report = asked.upgrade(&mut proof, &mut rng()).await.unwrap();
    assert_eq!((report.kept, report.untrusted.len()), (0, 1));
    assert_eq!(report.untrusted[0].as_str(), stranger.url());
}

#[tokio::test]
async fn more_answers_than_calendars_cannot_be_asked_for() {
    let settings = CalendarSettings { servers: Vec::new(), enough: 1, trusted: Vec::new() };
    assert!(Calendars::new(settings).is_err());
}
