//! What can owners do with wallets of their own? They make them here, and tell nobody the words.

mod check;
mod create;
mod public;
mod screen;
mod show;
mod terminal;

pub use screen::{Echo, Screen};
pub use terminal::Terminal;

use crate::{
    console::Console,
    error::CliError,
    exit::ExitCode,
    text::{Style, Text},
};
use clap::{
    Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use edgecoder_seed_wallet::{Length, Network};
use rand::CryptoRng;
use std::io;

/// Make a bitcoin wallet whose words only its owner has; no service is asked.
#[derive(Debug, Subcommand)]
pub enum WalletCommand {
    /// Make the words of a new wallet on this machine: shown once, kept nowhere, sent to nobody
    Create(create::Create),
    /// Show the addresses that a public descriptor stands for
    Show(show::Show),
    /// Check the words that were written down: are they those of this wallet?
    Check(check::Check),
}

impl WalletCommand {
    /// Carries the command out. `open` gives the owner's own screen, for what must not be in the answer.
    ///
    /// # Errors
    /// There is no screen, the words were not confirmed, or the descriptor can not be used.
    pub fn run<S: Screen>(
        self,
        console: &Console,
        rng: &mut impl CryptoRng,
        open: impl FnOnce() -> io::Result<S>,
    ) -> Result<ExitCode, CliError> {
        match self {
            Self::Create(asked) => asked.run(console, rng, open),
            Self::Show(asked) => asked.run(console),
            Self::Check(asked) => asked.run(console, open),
        }
    }
}

const NETWORKS: [&str; 4] = ["bitcoin", "testnet", "signet", "regtest"];
const LENGTHS: [&str; 2] = ["12", "24"];

fn network() -> impl TypedValueParser<Value = Network> {
    PossibleValuesParser::new(NETWORKS).try_map(|name| name.parse::<Network>())
}

fn length() -> impl TypedValueParser<Value = Length> {
    PossibleValuesParser::new(LENGTHS).map(|words| match words.as_str() {
        "24" => Length::TwentyFour,
        _ => Length::Twelve,
    })
}

/// What is left to say where the owner ended it before it was done.
fn broken_off(console: &Console, what: &str) -> Result<ExitCode, CliError> {
    console.remark(&Text::line(Style::Notice, format!("broken off: {what}")))?;
    Ok(ExitCode::Interrupted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, Command};

    #[test]
    fn every_network_and_length_that_can_be_typed_is_one() {
        for name in NETWORKS {
            let command = Command::new("x").arg(Arg::new("network").value_parser(network()));
            let matches = command.try_get_matches_from(["x", name]).unwrap();
            assert_eq!(matches.get_one::<Network>("network").unwrap().to_string(), name);
        }
        for words in LENGTHS {
            let command = Command::new("x").arg(Arg::new("words").value_parser(length()));
            let matches = command.try_get_matches_from(["x", words]).unwrap();
            assert_eq!(matches.get_one::<Length>("words").unwrap().words().to_string(), words);
        }
    }
}
