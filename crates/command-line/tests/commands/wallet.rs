//! Wallets of owners: the words on the owner's screen, and what is public of them everywhere else.

use crate::typed::{Outcome, PLAIN, Paper};
use clap::Parser;
use edgecoder_command_line::{Console, Echo, ExitCode, Output, Screen, WalletCommand};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::Value;
use std::{
    fs, io,
    path::Path,
    sync::{Arc, Mutex},
};
use zeroize::Zeroizing;

const WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
/// The account of these words in BIP 84.
const RECEIVE: &str = "wpkh([73c5da0a/84h/0h/0h]xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rA\
                       PshWcMLoP2fMFMKHPJ4ZeZXYVUhLv1VMrjPC7PW6V/0/*)#afwvtk2s";
const PRIVATE: &str = "wpkh(xprv9s21ZrQH143K3GJpoapnV8SFfukcVBSfeCficPSGfubmSFDxo1kuHnLisriDvSnRRuL2Qrg5ggqHKNVpxR86QEC\
                       8w35uxmGoggxtQTPvfUu/84h/0h/0h/0/*)";

#[derive(Debug, Parser)]
struct Typed {
    #[command(subcommand)]
    command: WalletCommand,
}

/// Who sits before the screen: from the prompt and the paper to what is typed; none breaks off.
type Person = fn(&str, &[String]) -> Option<String>;

/// A screen, and the paper on which its person writes every numbered word.
struct Desk {
    person: Person,
    paper: Vec<String>,
    seen: Arc<Mutex<String>>,
}

impl Screen for Desk {
    fn show(&mut self, text: &str) -> io::Result<()> {
        let is_number = |token: &str| token.strip_suffix('.').is_some_and(|digits| digits.parse::<u8>().is_ok());
        let tokens = text.split_whitespace().collect::<Vec<_>>();
        let numbered = tokens.windows(2).filter(|pair| is_number(pair[0])).map(|pair| pair[1].to_owned());
        let written = numbered.collect::<Vec<_>>();
        if !written.is_empty() {
            self.paper = written;
        }
        self.seen.lock().unwrap().push_str(text);
        Ok(())
    }

    fn ask(&mut self, prompt: &str, _: Echo) -> io::Result<Option<Zeroizing<String>>> {
        self.seen.lock().unwrap().push_str(prompt);
        Ok((self.person)(prompt, &self.paper).map(Zeroizing::new))
    }

    fn wipe(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The word that a prompt asks for, as it stands on the paper; nothing where it only asks for Enter.
fn right_word(prompt: &str, paper: &[String]) -> String {
    let position = prompt.trim().strip_prefix("word ").and_then(|rest| rest.split(' ').next());
    position.map_or_else(String::new, |position| paper[position.parse::<usize>().unwrap() - 1].clone())
}

#[expect(clippy::unnecessary_wraps, reason = "an owner may also break off")]
fn careful(prompt: &str, paper: &[String]) -> Option<String> {
    Some(right_word(prompt, paper))
}

/// Types a command; the outcome, and everything that stood on the screen.
fn typed(output: Output, person: Person, words: &[&str]) -> (Outcome, String) {
    let (out, err) = (Paper::default(), Paper::default());
    let console = Console::to(output, out.clone(), err.clone());
    let seen = Arc::new(Mutex::new(String::new()));
    let desk = Desk { person, paper: vec![], seen: seen.clone() };
    let Typed { command } = Typed::try_parse_from(std::iter::once(&"wallet").chain(words)).unwrap();
    let ended = command.run(&console, &mut StdRng::seed_from_u64(7), || Ok(desk));
    let outcome = Outcome { ended, out: out.read(), err: err.read() };
    let seen = seen.lock().unwrap().clone();
    (outcome, seen)
}

/// The words that stood on the screen, in their order.
fn words_on(screen: &str) -> Vec<String> {
    let tokens = screen.split_whitespace().collect::<Vec<_>>();
    let numbered = tokens.windows(2).filter(|pair| pair[0].ends_with('.') && pair[0].len() <= 3);
    let words = numbered.filter(|pair| pair[0].trim_end_matches('.').parse::<u8>().is_ok());
    words.map(|pair| pair[1].to_owned()).collect()
}

#[test]
fn words_stand_on_the_owner_s_screen_and_in_no_stream() {
    for (count, number) in [("12", 12), ("24", 24)] {
        for output in [PLAIN, Output::Json] {
            let (outcome, screen) = typed(output, careful, &["create", "--words", count]);
            assert_eq!(outcome.ended.unwrap(), ExitCode::Success);
            let words = words_on(&screen);
            assert_eq!(words.len(), number, "{screen}");
            let streams = format!("{} {}", outcome.out, outcome.err);
            let said = streams.split(|c: char| !c.is_ascii_alphabetic()).collect::<Vec<_>>();
            for pair in words.windows(2) {
                assert!(!said.windows(2).any(|two| two == pair), "{pair:?} in {streams}");
            }
            assert!(!streams.contains("prv"), "{streams}");
        }
    }
}

#[test]
fn what_create_answered_shows_the_addresses_again_and_knows_other_words() {
    let folder = tempfile::tempdir().unwrap();
    for (output, name) in [(PLAIN, "told.txt"), (Output::Json, "told.json")] {
        let (made, screen) = typed(output, careful, &["create", "--network", "regtest"]);
        let file = folder.path().join(name);
        fs::write(&file, &made.out).unwrap();
        let file = file.to_str().unwrap();

        let (shown, nothing) = typed(Output::Json, careful, &["show", file, "--network", "regtest"]);
        let shown: Value = serde_json::from_str(&shown.out).unwrap();
        let chains = shown["descriptors"].as_array().unwrap();
        assert_eq!(chains.len(), 2, "receive and change");
        let addresses = chains.iter().flat_map(|chain| chain["addresses"].as_array().unwrap());
        let told_before = addresses.filter(|address| made.out.contains(address.as_str().unwrap()));
        assert_eq!(told_before.count(), 5);
        assert!(nothing.is_empty(), "showing what is public needs no screen");

        assert_eq!(words_on(&screen).len(), 12);
        let (other, _) = typed(output, zoo, &["check", file]);
        assert_eq!(other.ended.unwrap(), ExitCode::OtherWords);
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an owner may also break off")]
fn zoo(prompt: &str, _: &[String]) -> Option<String> {
    Some(if prompt.contains("word 12") { "wrong" } else { "zoo" }.to_owned())
}

#[test]
fn a_wrong_word_is_named_by_its_position_and_asked_for_again() {
    #[expect(clippy::unnecessary_wraps, reason = "an owner may also break off")]
    fn muddled(prompt: &str, paper: &[String]) -> Option<String> {
        // The third word is typed wrongly, then not at all, then rightly.
        static ASKED: Mutex<u32> = Mutex::new(0);
        if !prompt.contains("word 3 ") {
            return Some(right_word(prompt, paper));
        }
        let mut asked = ASKED.lock().unwrap();
        *asked += 1;
        match *asked {
            1 => Some("abandon".to_owned()),
            2 => Some(String::new()),
            _ => Some(right_word(prompt, paper).to_uppercase()),
        }
    }
    let (outcome, screen) = typed(PLAIN, muddled, &["create"]);
    assert_eq!(outcome.ended.unwrap(), ExitCode::Success);
    assert!(screen.contains("word 3 is another one"), "{screen}");
    assert_eq!(screen.matches("Write them on paper").count(), 2, "Enter alone shows them once more");
}

#[test]
fn after_six_wrong_words_no_wallet_is_made() {
    let (outcome, screen) = typed(PLAIN, |_, _| Some("wrong".to_owned()), &["create"]);
    assert!(outcome.refusal().starts_with("the words were not confirmed"));
    assert_eq!(outcome.ended.unwrap_err().exit_code(), ExitCode::Error);
    assert_eq!(outcome.out, "");
    assert_eq!(screen.matches("word 1 of 12").count(), 6);
}

#[test]
fn breaking_off_makes_nothing() {
    let at_once: Person = |_, _| None;
    let later: Person = |prompt, paper| (!prompt.contains("word 5 ")).then(|| right_word(prompt, paper));
    for person in [at_once, later] {
        let (outcome, _) = typed(PLAIN, person, &["create"]);
        assert_eq!(outcome.ended.unwrap(), ExitCode::Interrupted);
        assert_eq!(outcome.out, "");
        assert!(outcome.err.starts_with("broken off: no wallet was made"), "{}", outcome.err);
    }
}

#[test]
fn without_a_terminal_there_are_no_words() {
    let (out, err) = (Paper::default(), Paper::default());
    let console = Console::to(Output::Json, out.clone(), err.clone());
    let Typed { command } = Typed::try_parse_from(["wallet", "create"]).unwrap();
    let nowhere = || Err::<Desk, _>(io::Error::from(io::ErrorKind::NotFound));
    let refused = command.run(&console, &mut StdRng::seed_from_u64(7), nowhere).unwrap_err();
    assert_eq!(refused.exit_code(), ExitCode::Usage);
    assert_eq!(out.read() + &err.read(), "");
}

#[test]
fn a_public_descriptor_shows_the_addresses_of_the_standard() {
    let (shown, _) = typed(PLAIN, careful, &["show", RECEIVE, "--count", "2"]);
    let expected = format!(
        "{RECEIVE}\n    0  bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu\n    1  \
         bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g\n"
    );
    assert_eq!(shown.out, expected);
    let (other, _) = typed(PLAIN, careful, &["show", RECEIVE, "--network", "signet"]);
    assert_eq!(other.refusal(), "its key is of the network bitcoin: name that one");
}

#[test]
fn what_is_private_is_refused_by_name_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("private.txt");
    fs::write(&file, format!("receive {RECEIVE}\nbackup {PRIVATE}\n")).unwrap();
    for given in [PRIVATE, file.to_str().unwrap()] {
        for command in ["show", "check"] {
            let (outcome, screen) = typed(PLAIN, careful, &[command, given]);
            assert!(outcome.refusal().starts_with("this is private"), "{}", outcome.refusal());
            let everything = format!("{}{}{}{screen}", outcome.refusal(), outcome.out, outcome.err);
            assert!(!everything.contains("xprv"), "{everything}");
        }
    }
}

#[test]
fn words_in_the_place_of_a_descriptor_are_not_said_again() {
    assert!(!Path::new(WORDS).exists());
    let (outcome, _) = typed(PLAIN, careful, &["show", WORDS]);
    let everything = format!("{}{}{}", outcome.refusal(), outcome.out, outcome.err);
    assert!(!everything.contains("abandon"), "{everything}");
}

#[test]
fn a_backup_is_good_with_its_own_words_alone() {
    let right: Person = |_, _| Some(WORDS.to_owned());
    let (outcome, screen) = typed(PLAIN, right, &["check", RECEIVE]);
    assert_eq!(outcome.ended.unwrap(), ExitCode::Success);
    assert!(!format!("{}{}{screen}", outcome.out, outcome.err).contains("abandon"));

    let swapped: Person = |_, _| Some("about ".to_owned() + &"abandon ".repeat(11));
    for (person, why) in [(zoo as Person, "they are the words of another wallet"), (swapped, "together they are none")]
    {
        let (outcome, _) = typed(PLAIN, person, &["check", RECEIVE]);
        assert_eq!(outcome.ended.unwrap(), ExitCode::OtherWords);
        assert!(outcome.out.contains(why), "{}", outcome.out);
    }
}

#[test]
fn a_word_that_no_wallet_has_is_asked_for_again() {
    #[expect(clippy::unnecessary_wraps, reason = "an owner may also break off")]
    fn slip(prompt: &str, _: &[String]) -> Option<String> {
        static SLIPPED: Mutex<bool> = Mutex::new(false);
        let mut slipped = SLIPPED.lock().unwrap();
        if prompt.contains("word 4 ") && !*slipped {
            *slipped = true;
            return Some("abandom".to_owned());
        }
        Some(if prompt.contains("word 12 ") { "about" } else { "abandon" }.to_owned())
    }
    let (outcome, screen) = typed(PLAIN, slip, &["check", RECEIVE]);
    assert_eq!(outcome.ended.unwrap(), ExitCode::Success);
    assert!(screen.contains("word 4 is none of a wallet's"), "{screen}");
    assert!(!screen.contains("abandom"));
}
