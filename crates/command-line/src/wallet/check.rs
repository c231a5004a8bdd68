//! Are the words on an owner's paper those of the wallet?

use super::{Echo, Screen, broken_off, length, public};
use crate::{
    console::Console,
    error::CliError,
    exit::ExitCode,
    text::{Style, Text},
};
use clap::Args;
use edgecoder_seed_wallet::{Length, SeedWords, WordsError, is_listed};
use serde_json::json;
use std::io;
use zeroize::Zeroizing;

/// Words that no wallet is made of, before it ends.
const MAX_MISTAKES: u32 = 12;
/// Room for all words, so that they never move to another place in memory.
const WORDS_BYTES: usize = 1024;

const BEFORE: &str = "\n  Type the words from your paper, one by one or several in a line.\n  They are not shown, not kept, \
                      and sent to nobody.\n\n";

/// Checks a backup.
#[derive(Debug, Args)]
pub struct Check {
    /// The wallet's public descriptor between apostrophes, or a file with what `wallet create` answered
    #[arg(value_name = "DESCRIPTOR|FILE")]
    descriptor: String,
    /// How many words there are
    #[arg(long = "words", value_name = "COUNT", default_value = "12", value_parser = length())]
    length: Length,
}

impl Check {
    pub(super) fn run<S: Screen>(
        self,
        console: &Console,
        open: impl FnOnce() -> io::Result<S>,
    ) -> Result<ExitCode, CliError> {
        let descriptors = public::named(&self.descriptor)?;
        let mut screen = open().map_err(CliError::NoScreen)?;
        let typed = typed(self.length, &mut screen).map_err(CliError::NoScreen)?;
        drop(screen);
        let Some(typed) = typed else { return broken_off(console, "nothing was checked") };
        let words = match SeedWords::parse(&typed) {
            Ok(words) => words,
            Err(wrong) => return told(console, Some(wrong)),
        };
        let belongs = descriptors.iter().all(|descriptor| descriptor.belongs_to(&words));
        if belongs { fits(console) } else { told(console, None) }
    }
}

/// As many words as there should be, with spaces between them; none where the owner breaks off.
fn typed(length: Length, screen: &mut impl Screen) -> io::Result<Option<Zeroizing<String>>> {
    let mut words = Zeroizing::new(String::with_capacity(WORDS_BYTES));
    let (mut known, mut mistakes) = (0_usize, 0_u32);
    screen.show(BEFORE)?;
    while known < length.words() && mistakes < MAX_MISTAKES {
        let position = known.saturating_add(1);
        let prompt = format!("  word {position} of {}: ", length.words());
        let Some(line) = screen.ask(&prompt, Echo::Hidden)? else { return Ok(None) };
        for word in line.split_whitespace().take(length.words().saturating_sub(known)) {
            if !is_listed(word) {
                mistakes = mistakes.saturating_add(1);
                let position = known.saturating_add(1);
                screen.show(&format!("  word {position} is none of a wallet's: type it again, and the rest\n"))?;
                break;
            }
            words.push_str(word);
            words.push(' ');
            known = known.saturating_add(1);
        }
        if line.trim().is_empty() {
            mistakes = mistakes.saturating_add(1);
        }
    }
    Ok(Some(words))
}

fn fits(console: &Console) -> Result<ExitCode, CliError> {
    console.answer(&json!({ "belongs": true }), |_| {
        Text::line(Style::Good, "these are the words of this wallet: your paper is good")
    })?;
    Ok(ExitCode::Success)
}

fn told(console: &Console, wrong: Option<WordsError>) -> Result<ExitCode, CliError> {
    let why = match wrong {
        Some(wrong) => wrong.to_string(),
        None => "they are the words of another wallet".to_owned(),
    };
    console.answer(&json!({ "belongs": false, "why": why }), |_| {
        Text::new().styled(Style::Bad, "these are not the words of this wallet: ").plain(&why).end_line()
    })?;
    Ok(ExitCode::OtherWords)
}
