use super::*;
use crate::{
    Checkpoint,
    checkpoint::CheckpointError,
    cosignature::WitnessKey,
    note::{LogKey, Note, NoteError, VerifierKeyError},
};
use proptest::prelude::*;

const ORIGIN: &str = "example.org/ledger";

fn log(seed: u8) -> LogKey {
    LogKey::from_seed(ORIGIN, &[seed; 32]).unwrap()
}

fn witness(seed: u8) -> WitnessKey {
    WitnessKey::from_seed(&format!("witness.example/{seed}"), &[seed; 32]).unwrap()
}

fn vkey(seed: u8) -> String {
    witness(seed).cosigner_key().to_string()
}

/// The specification's example: two of three of one organization, and one of three of another.
fn example() -> Policy {
    let keys: Vec<_> = (10..16).map(vkey).collect();
    let [x1, x2, x3, y1, y2, y3] = &keys[..] else { panic!() };
    let text = format!(
        "log {}\n\nwitness X1 {x1}\nwitness X2 {x2}\nwitness X3 {x3}\ngroup X-witnesses 2 X1 X2 X3\n\n\
         witness Y1 {y1}\nwitness Y2 {y2}\nwitness Y3 {y3}\ngroup Y-witnesses any Y1 Y2 Y3\n\n\
         group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
        log(1).verifier_key()
    );
    text.parse().unwrap()
}

fn signed(key: &LogKey, origin: &str, witnesses: &[u8]) -> Note {
    let checkpoint = Checkpoint { origin: origin.to_owned(), size: 7, root: [3; 32] };
    let mut note = Note::parse(checkpoint.sign(key).unwrap().as_bytes()).unwrap();
    let text = note.text().to_owned();
    for seed in witnesses {
        note.add(witness(*seed).cosign(&text, u64::from(*seed))).unwrap();
    }
    note
}

#[test]
fn the_specifications_example_demands_two_of_the_first_and_one_of_the_second() {
    let policy = example();
    for (witnesses, has_quorum) in [
        (&[][..], false),
        (&[10, 11], false),
        (&[10, 13], false),
        (&[13, 14, 15], false),
        (&[10, 12, 15], true),
        (&[10, 11, 12, 13, 14, 15], true),
    ] {
        let note = signed(&log(1), ORIGIN, witnesses);
        let verdict = policy.judge(&note).unwrap();
        assert_eq!(verdict.has_quorum, has_quorum, "{witnesses:?}");
        let times: Vec<_> = verdict.cosigned.iter().map(|it| it.at).collect();
        assert_eq!(times, witnesses.iter().map(|seed| u64::from(*seed)).collect::<Vec<_>>());
    }
}

#[test]
fn what_no_log_of_the_policy_signed_is_not_believed_however_many_witnesses_did() {
    let note = signed(&log(2), ORIGIN, &[10, 11, 12, 13, 14, 15]);
    let unknown = JudgeError::Checkpoint(CheckpointError::Note(NoteError::UnknownKeys));
    assert_eq!(example().judge(&note), Err(unknown));
    let policy = example();
    let elsewhere = signed(&log(1), "example.org/other", &[]);
    assert!(matches!(policy.judge(&elsewhere), Err(JudgeError::OtherLog { .. })));
}

#[test]
fn a_wrong_cosignature_of_a_known_witness_condemns_the_checkpoint() {
    let mut note = signed(&log(1), ORIGIN, &[10, 12, 15]);
    note.add(witness(13).cosign("another text\n", 1)).unwrap();
    let name = "witness.example/13".to_owned();
    let bad = JudgeError::Checkpoint(CheckpointError::Note(NoteError::BadSignature { name }));
    assert_eq!(example().judge(&note), Err(bad));
    let mut note = signed(&log(1), ORIGIN, &[10, 12, 15]);
    note.add(witness(99).cosign("another text\n", 1)).unwrap();
    assert!(example().judge(&note).unwrap().has_quorum, "unknown witnesses are ignored");
}

#[test]
fn no_quorum_is_a_quorum_of_nobody_and_one_witness_may_be_enough() {
    let log_line = format!("log {}\n", log(1).verifier_key());
    let nobody: Policy = format!("{log_line}quorum none\n").parse().unwrap();
    assert!(nobody.judge(&signed(&log(1), ORIGIN, &[])).unwrap().has_quorum);
    let one: Policy = format!("{log_line}witness w {} https://w.example/\nquorum w\n", vkey(9)).parse().unwrap();
    assert_eq!(one.witnesses()[0].url.as_deref(), Some("https://w.example/"));
    assert!(!one.judge(&signed(&log(1), ORIGIN, &[])).unwrap().has_quorum);
    assert!(one.judge(&signed(&log(1), ORIGIN, &[9])).unwrap().has_quorum);
}

#[test]
fn blanks_and_comments_mean_nothing_and_names_are_what_they_are() {
    let text = format!("  # a comment\n\n \t\n\twitness\tK {} \n  # quorum none\nquorum \t K\n", vkey(1));
    assert_eq!(text.parse::<Policy>().unwrap().witnesses()[0].name, "K");
    let kelvin = format!("witness K {}\nquorum \u{212a}\n", vkey(1));
    assert_eq!(kelvin.parse::<Policy>().unwrap_err().fault, PolicyFault::UnknownName("\u{212a}".to_owned()));
}

#[test]
fn what_is_no_policy_is_refused_with_its_line() {
    let (a, b, log) = (vkey(1), vkey(2), log(1).verifier_key());
    let taken = |name: &str| PolicyFault::NameTaken(name.to_owned());
    let unknown = |name: &str| PolicyFault::UnknownName(name.to_owned());
    for (text, line, fault) in [
        (String::new(), 0, PolicyFault::NotPlainText),
        ("quorum none".to_owned(), 0, PolicyFault::NotPlainText),
        ("quorum none\r\n".to_owned(), 0, PolicyFault::NotPlainText),
        ("quorum none\x7f\n".to_owned(), 0, PolicyFault::NotPlainText),
        ("# nothing\n".to_owned(), 1, PolicyFault::Quorum),
        ("quorum none\nquorum none\n".to_owned(), 2, PolicyFault::Quorum),
        ("quorum\n".to_owned(), 1, PolicyFault::Line),
        ("quorum a b\n".to_owned(), 1, PolicyFault::Line),
        ("Quorum none\n".to_owned(), 1, PolicyFault::Line),
        ("quorum w\n".to_owned(), 1, unknown("w")),
        (format!("quorum w\nwitness w {a}\n"), 1, unknown("w")),
        (format!("witness none {a}\n"), 1, taken("none")),
        (format!("witness w {a}\nwitness w {b}\n"), 2, taken("w")),
        (format!("witness w {a}\nwitness v {a}\n"), 2, PolicyFault::DuplicateKey),
        (format!("log {log}\nlog {log}\n"), 2, PolicyFault::DuplicateKey),
        (format!("log {a}\n"), 1, PolicyFault::Key(VerifierKeyError::OtherType { wanted: 1 })),
        (format!("witness w {log}\n"), 1, PolicyFault::Key(VerifierKeyError::OtherType { wanted: 4 })),
        ("group g any\n".to_owned(), 1, PolicyFault::Threshold),
        ("group g any g\n".to_owned(), 1, unknown("g")),
        (format!("witness w {a}\ngroup w any w\n"), 2, taken("w")),
        (format!("witness w {a}\ngroup g all none\n"), 2, unknown("none")),
        (format!("witness w {a}\ngroup g any w w\n"), 2, PolicyFault::MemberTwice("w".to_owned())),
        (format!("witness w {a}\ngroup g any w\ngroup h any w\n"), 3, PolicyFault::MemberTwice("w".to_owned())),
        (format!("witness w {a}\ngroup g 0 w\n"), 2, PolicyFault::Threshold),
        (format!("witness w {a}\ngroup g 2 w\n"), 2, PolicyFault::Threshold),
        (format!("witness w {a}\ngroup g 01 w\n"), 2, PolicyFault::Threshold),
    ] {
        assert_eq!(text.parse::<Policy>(), Err(PolicyError { line, fault }), "{text}");
    }
    assert_eq!(Policy::parse(b"# \xff\nquorum none\n").unwrap_err().fault, PolicyFault::NotPlainText);
    assert_eq!(Policy::parse(&vec![b'\n'; MAX_POLICY_BYTES + 1]).unwrap_err().fault, PolicyFault::TooLarge);
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in "((log|witness|group|quorum|none|any|all|a|b|1|2|#)[ \t\n]){0,20}") {
        let _ = text.parse::<Policy>();
    }

    #[test]
    fn more_witnesses_never_take_a_quorum_away(some: [bool; 6], more: [bool; 6]) {
        let policy = example();
        let names = ["X1", "X2", "X3", "Y1", "Y2", "Y3"];
        let chosen = |of: [bool; 6]| names.into_iter().zip(of).filter(|(_, it)| *it).map(|(name, _)| name).collect::<Vec<_>>();
        let both = std::array::from_fn(|index| some[index] || more[index]);
        prop_assert!(!policy.is_quorum(&chosen(some)) || policy.is_quorum(&chosen(both)));
        let expected = both[..3].iter().filter(|it| **it).count() >= 2 && both[3..].contains(&true);
        prop_assert_eq!(policy.is_quorum(&chosen(both)), expected);
    }
}
