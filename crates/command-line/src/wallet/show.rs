//! Which addresses does a public descriptor stand for?

use super::{network, public};
use crate::{
    console::Console,
    error::CliError,
    exit::ExitCode,
    text::{Style, Text},
};
use clap::Args;
use edgecoder_seed_wallet::Network;
use serde_json::json;

/// Shows addresses.
#[derive(Debug, Args)]
pub struct Show {
    /// A public descriptor between apostrophes, or a file with what `wallet create` answered
    #[arg(value_name = "DESCRIPTOR|FILE")]
    descriptor: String,
    /// Of which network
    #[arg(long, default_value = "bitcoin", value_parser = network())]
    network: Network,
    /// How many addresses of each
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    count: u32,
}

impl Show {
    pub(super) fn run(self, console: &Console) -> Result<ExitCode, CliError> {
        let mut chains = Vec::new();
        for descriptor in public::named(&self.descriptor)? {
            let addresses = descriptor.addresses(self.network, self.count)?;
            chains.push((descriptor.to_string(), addresses));
        }
        let described = chains.iter().map(|(text, addresses)| json!({ "descriptor": text, "addresses": addresses }));
        let answer = json!({ "network": self.network.to_string(), "descriptors": described.collect::<Vec<_>>() });
        console.answer(&answer, |_| {
            chains.iter().fold(Text::new(), |told, (text, addresses)| {
                told.then(Text::line(Style::Bold, text)).then(public::listed(addresses))
            })
        })?;
        Ok(ExitCode::Success)
    }
}
