use super::*;
use proptest::prelude::*;

/// The example in the documentation of Go's `golang.org/x/mod/sumdb/note`.
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETERS_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/// Made by the same Go package from the secret bytes 0, 1, 2 … 31.
const GO_KEY: &str = "example.org/ledger+5f5b716d+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const GO_TEXT: &str = "example.org/ledger\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
const GO_NOTE: &str = "example.org/ledger\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\
    — example.org/ledger X1txbZstJ/xcS9/U/aB5EUPP9w0yrYV+Z3yFbUQ/y4hIKMq94w1qiMpQ3RwwPaZbBjo2b15NAR+nW/3Mts71KeOfuQA=\n";

fn key(name: &str, seed: u8) -> LogKey {
    LogKey::from_seed(name, &[seed; 32]).unwrap()
}

fn verify(note: &str, trusted: &[VerifierKey]) -> Result<usize, NoteError> {
    Ok(Note::parse(note.as_bytes())?.verify(trusted)?.len())
}

/// A note over `text` with the signature lines of several keys.
fn signed(text: &str, keys: &[LogKey]) -> String {
    let lines = |key: &LogKey| key.sign(text).unwrap().signatures[0].to_string() + "\n";
    format!("{text}\n{}", keys.iter().map(lines).collect::<String>())
}

#[test]
fn the_published_example_is_believed() {
    assert_eq!(verify(PETERS_NOTE, &[PETER.parse().unwrap()]), Ok(1));
}

#[test]
fn another_implementation_writes_the_same_key_and_the_same_note() {
    let seed: Vec<u8> = (0..32).collect();
    let key = LogKey::from_seed("example.org/ledger", seed[..].try_into().unwrap()).unwrap();
    assert_eq!(key.verifier_key().to_string(), GO_KEY);
    assert_eq!(key.sign(GO_TEXT).unwrap().to_string(), GO_NOTE);
    assert_eq!(verify(GO_NOTE, &[GO_KEY.parse().unwrap()]), Ok(1));
}

#[test]
fn unknown_signatures_are_ignored_and_a_wrong_known_one_condemns() {
    let (log, witness) = (key("log", 1), key("witness", 2));
    let note = signed("text\n", &[key("log", 1), key("witness", 2)]);
    let (log, witness) = (log.verifier_key(), witness.verifier_key());
    assert_eq!(verify(&note, std::slice::from_ref(&log)), Ok(1));
    assert_eq!(verify(&note, &[log.clone(), witness.clone()]), Ok(2));
    assert_eq!(verify(&note, &[key("other", 1).verifier_key()]), Err(NoteError::UnknownKeys));
    let log_line = note.lines().nth(2).unwrap();
    let forged = note.replace(log_line, &Note::parse(&wrong(log_line)).unwrap().signatures[0].to_string());
    assert_eq!(verify(&forged, std::slice::from_ref(&witness)), Ok(1));
    assert_eq!(verify(&forged, &[witness, log]), Err(NoteError::BadSignature { name: "log".to_owned() }));
}

/// A note with the signature line changed in its last byte.
fn wrong(line: &str) -> Vec<u8> {
    let mut signature = line.parse::<NoteSignature>().unwrap();
    *signature.signature.last_mut().unwrap() ^= 1;
    Note { text: "any\n".to_owned(), signatures: vec![signature] }.to_string().into_bytes()
}

#[test]
fn the_same_signature_twice_is_one_signer() {
    let twice = signed("text\n", &[key("log", 1), key("log", 1)]);
    assert_eq!(verify(&twice, &[key("log", 1).verifier_key()]), Ok(1));
}

#[test]
fn changed_text_is_not_believed() {
    let forged = PETERS_NOTE.replace("cryptography", "cartography");
    let name = "PeterNeumann".to_owned();
    assert_eq!(verify(&forged, &[PETER.parse().unwrap()]), Err(NoteError::BadSignature { name }));
}

#[test]
fn the_text_may_have_blank_lines() {
    let note = key("log", 1).sign("a\n\nb\n").unwrap();
    assert_eq!(Note::parse(note.to_string().as_bytes()).unwrap().text(), "a\n\nb\n");
}

#[test]
fn malformed_notes_are_refused() {
    let line = "— log AAAAAAA=\n";
    let many = |count: usize| format!("text\n\n{}", line.repeat(count));
    assert!(Note::parse(many(MAX_SIGNATURES).as_bytes()).is_ok());
    for (note, error) in [
        (many(MAX_SIGNATURES + 1), NoteError::TooManySignatures),
        (format!("text\n{line}"), NoteError::NoSignatures),
        ("text\n\n".to_owned(), NoteError::NoSignatures),
        (format!("text\n\n{}", line.trim_end()), NoteError::NoSignatures),
        (format!("te\rxt\n\n{line}"), NoteError::NotPlainText),
        (format!("text\n\n{line}x\n"), NoteError::SignatureLine { line: 2 }),
        (format!("text\n\n{}", line.replace('—', "-")), NoteError::SignatureLine { line: 1 }),
        (format!("text\n\n{}", line.replace("log", "l+g")), NoteError::SignatureLine { line: 1 }),
        (format!("text\n\n{}", line.replace("log", "l\u{a0}g")), NoteError::SignatureLine { line: 1 }),
        (format!("text\n\n{}", line.replace("AAAAAAA=", "AAAA")), NoteError::SignatureLine { line: 1 }),
        (format!("text\n\n{}", line.replace("A=", "B=")), NoteError::SignatureLine { line: 1 }),
        ("x".repeat(MAX_NOTE_BYTES + 1), NoteError::TooLong),
    ] {
        assert_eq!(Note::parse(note.as_bytes()), Err(error), "{note:.40}");
    }
    assert_eq!(Note::parse(b"\xff\n\n"), Err(NoteError::NotPlainText));
}

#[test]
fn what_cannot_stand_in_a_note_is_not_signed() {
    for text in ["", "no newline", "control\r\n"] {
        assert!(key("log", 1).sign(text).is_err(), "{text:?}");
    }
    for name in ["", "a b", "a+b", "a\nb"] {
        assert_eq!(LogKey::from_seed(name, &[1; 32]).err(), Some(NameError), "{name:?}");
    }
}

#[test]
fn a_verifier_key_has_one_form() {
    assert_eq!(PETER.parse::<VerifierKey>().unwrap().to_string(), PETER);
    for (text, error) in [
        ("PeterNeumann", VerifierKeyError::Form),
        (&PETER.replace("c74f", "C74F"), VerifierKeyError::WrongId),
        (&PETER.replace("c74f20a3", "c74f20a4"), VerifierKeyError::WrongId),
        (&PETER.replace("+ARpc", "+AhPc"), VerifierKeyError::OtherType { wanted: 1 }),
        (&PETER.replace("10TW", "10T"), VerifierKeyError::Form),
        ("a+00000000+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", VerifierKeyError::UnusableKey),
    ] {
        assert_eq!(text.parse::<VerifierKey>(), Err(error), "{text}");
    }
}

#[test]
fn debug_output_keeps_the_secret() {
    let shown = format!("{:?}", key("log", 0xab));
    assert!(!shown.contains("ab, ab") && !shown.contains("171") && !shown.contains("abab"), "{shown}");
}

proptest! {
    #[test]
    fn what_is_read_is_printed_again(text in "[a-z—\n ]{0,30}", lines in "(— [a-z]{1,3} [A-D]{8}\n){0,3}") {
        let bytes = format!("{text}\n\n{lines}");
        if let Ok(note) = Note::parse(bytes.as_bytes()) {
            prop_assert_eq!(note.to_string(), bytes);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..100), text in "[ab+—\n =]{0,60}") {
        let _ = Note::parse(&bytes);
        let _ = Note::parse(text.as_bytes());
        let _ = text.parse::<VerifierKey>();
    }
}
