//! How does an owner come to words that nobody else has seen?

use super::{Echo, Screen, broken_off, length, network, public};
use crate::{
    console::Console,
    error::CliError,
    exit::ExitCode,
    text::{Style, Text},
};
use clap::Args;
use edgecoder_seed_wallet::{Length, Network, PublicWallet, SeedWords};
use rand::CryptoRng;
use serde_json::json;
use std::{
    fmt::{self, Write},
    io,
};
use zeroize::Zeroizing;

/// Wrong words before it ends.
const MAX_MISTAKES: u32 = 6;
/// So that the text of the words never moves to another place in memory: 24 words take half of it.
const SCREEN_BYTES: usize = 1024;
const WORDS_IN_A_LINE: usize = 4;
/// Addresses to compare.
const FIRST_ADDRESSES: u32 = 5;

const BEFORE: &str = "\n  These words are the wallet. Write them on paper, in this order.\n  Who reads them can spend its \
                      money; who loses them has lost it.\n  They are kept nowhere and are not shown again.\n\n";
const WRITTEN_DOWN: &str = "\n  Are they written down? Press Enter: they are wiped from here, and you type them back. ";
const TYPE_BACK: &str = "\n  Type the words from your paper, one by one.\n  \
                         Enter alone shows them all once more; Ctrl-C ends it and makes nothing.\n\n";

/// Makes a wallet.
#[derive(Debug, Args)]
pub struct Create {
    /// How many words
    #[arg(long = "words", value_name = "COUNT", default_value = "12", value_parser = length())]
    length: Length,
    /// For which network
    #[arg(long, default_value = "bitcoin", value_parser = network())]
    network: Network,
}

/// How the conversation about the words ended.
enum Ended {
    Confirmed,
    NotConfirmed,
    BrokenOff,
}

impl Create {
    pub(super) fn run<S: Screen>(
        self,
        console: &Console,
        rng: &mut impl CryptoRng,
        open: impl FnOnce() -> io::Result<S>,
    ) -> Result<ExitCode, CliError> {
        let mut screen = open().map_err(CliError::NoScreen)?;
        let words = SeedWords::fresh(self.length, rng);
        let ended = hand_over(&words, &mut screen).map_err(CliError::NoScreen)?;
        drop(screen);
        match ended {
            Ended::Confirmed => {
                let wallet = PublicWallet::of(&words, self.network);
                drop(words);
                tell(console, &wallet, self.network)
            }
            Ended::NotConfirmed => Err(CliError::WordsNotConfirmed),
            Ended::BrokenOff => broken_off(console, "no wallet was made, the words that were shown are nobody's"),
        }
    }
}

fn hand_over(words: &SeedWords, screen: &mut impl Screen) -> io::Result<Ended> {
    if !shown_once(words, screen)? {
        return Ok(Ended::BrokenOff);
    }
    let mut mistakes = 0_u32;
    for position in 1..=words.count() {
        let prompt = format!("  word {position} of {}: ", words.count());
        loop {
            let Some(typed) = screen.ask(&prompt, Echo::Shown)? else { return Ok(Ended::BrokenOff) };
            if words.is(position, &typed) {
                break;
            }
            mistakes = mistakes.saturating_add(1);
            if mistakes == MAX_MISTAKES {
                return Ok(Ended::NotConfirmed);
            }
            if typed.is_empty() {
                if !shown_once(words, screen)? {
                    return Ok(Ended::BrokenOff);
                }
            } else {
                screen.show(&format!("  word {position} is another one: correct your paper, or type it again\n"))?;
            }
        }
    }
    Ok(Ended::Confirmed)
}

/// Shows the words until the owner goes on, and wipes them then; whether the owner went on.
fn shown_once(words: &SeedWords, screen: &mut impl Screen) -> io::Result<bool> {
    let mut text = Zeroizing::new(String::with_capacity(SCREEN_BYTES));
    write_words(&mut text, words).expect("a text takes what is written to it");
    screen.wipe()?;
    screen.show(&text)?;
    let went_on = screen.ask(WRITTEN_DOWN, Echo::Hidden)?.is_some();
    screen.wipe()?;
    if went_on {
        screen.show(TYPE_BACK)?;
    }
    Ok(went_on)
}

fn write_words(text: &mut String, words: &SeedWords) -> fmt::Result {
    text.push_str(BEFORE);
    for (position, word) in (1_usize..).zip(words.in_order()) {
        write!(text, "  {position:>2}. {word:<8}")?;
        if position.is_multiple_of(WORDS_IN_A_LINE) {
            text.push('\n');
        }
    }
    Ok(())
}

fn tell(console: &Console, wallet: &PublicWallet, network: Network) -> Result<ExitCode, CliError> {
    let addresses = wallet.receive.addresses(network, FIRST_ADDRESSES)?;
    let answer = json!({
        "network": network.to_string(),
        "fingerprint": wallet.receive.fingerprint(),
        "receive": wallet.receive.to_string(),
        "change": wallet.change.to_string(),
        "addresses": addresses,
    });
    console.answer(&answer, |_| {
        let told = Text::new()
            .styled(Style::Good, "The wallet is made.")
            .plain(format!(" What follows is public: it shows what comes in on {network}, and can spend nothing."))
            .end_line()
            .then(named("fingerprint", &wallet.receive.fingerprint()))
            .then(named("receive", &wallet.receive.to_string()))
            .then(named("change", &wallet.change.to_string()));
        told.then(public::listed(&addresses))
    })?;
    if !console.is_json() {
        console.remark(&what_next())?;
    }
    Ok(ExitCode::Success)
}

fn named(name: &str, value: &str) -> Text {
    Text::new().styled(Style::Dim, format!("{name:<12}")).plain(value).end_line()
}

fn what_next() -> Text {
    let lines = [
        "give the descriptor behind `receive`, never the words, where EdgeCoder asks for your wallet (the portal, page \
         Wallet): it must show these same addresses",
        "keep this answer, in a file if you like; the addresses again: edgecoder wallet show FILE",
        "test your paper, now or in a year: edgecoder wallet check FILE",
    ];
    lines.iter().fold(Text::new(), |text, line| text.then(Text::line(Style::Dim, line)))
}
