//! Do all tests pass? Provides what they need, runs every suite, and closes with one line each and the total.

mod browser;
mod btcd;
mod log_tools;
mod openapi;
mod opentimestamps;
mod product;
mod python_verifier;
mod rust;
mod sandbox_process;
mod system;
mod vectors;

use crate::{postgres::Server, process, tally::Tally};
use anyhow::{Result, bail};
use std::{path::PathBuf, process::Command, time::Duration};

/// How long a running suite may say nothing before it counts as stuck. The longest single test takes two minutes.
const PATIENCE: Duration = Duration::from_mins(10);

/// What the tests find in their environment, and what is kept running meanwhile.
#[derive(Default)]
pub struct Supplies {
    environment: Vec<(&'static str, String)>,
    postgres: Option<Server>,
    /// A Python that has the validator.
    openapi_validator: Option<PathBuf>,
    /// Whether journeys have a browser.
    browser: bool,
}

impl Supplies {
    /// Sets a variable for every suite that follows.
    fn export(&mut self, name: &'static str, value: String) {
        self.environment.push((name, value));
    }

    /// A command that sees the variables.
    fn outfit(&self, mut command: Command) -> Command {
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Something that tests need; it says what was found, or why it cannot be had.
struct Need {
    name: &'static str,
    provide: fn(&mut Supplies) -> Result<String>,
}

const NEEDS: [Need; 8] = [
    Need { name: "postgres", provide: provide_postgres },
    Need { name: "vectors", provide: vectors::provide },
    Need { name: "sandbox-process", provide: sandbox_process::provide },
    Need { name: "openapi", provide: openapi::provide },
    Need { name: "log-tools", provide: log_tools::provide },
    Need { name: "btcd", provide: btcd::provide },
    Need { name: "opentimestamps", provide: opentimestamps::provide },
    Need { name: "browser", provide: browser::provide },
];

/// Tests that one runner counts.
struct Suite {
    name: &'static str,
    run: fn(&mut Supplies) -> Result<Tally>,
}

const SUITES: [Suite; 5] = [
    Suite { name: "rust", run: rust::run },
    Suite { name: "system", run: system::run },
    Suite { name: "browser", run: browser::run },
    Suite { name: "python-verifier", run: python_verifier::run },
    Suite { name: "openapi", run: openapi::run },
];

/// Runs everything, or one suite with what it needs, or the tests that are named after one need.
pub fn run(only: Option<&str>) -> Result<bool> {
    let mut supplies = Supplies::default();
    let mut closing = Closing::default();
    if let Some(need) = NEEDS.iter().find(|need| Some(need.name) == only) {
        closing.provide(need, &mut supplies);
        let counted = match SUITES.iter().find(|suite| suite.name == need.name) {
            Some(own) => (own.run)(&mut supplies),
            None => rust::run_named_after(&mut supplies, need.name),
        };
        closing.count(need.name, counted);
        return Ok(closing.print());
    }
    let chosen: Vec<_> = SUITES.iter().filter(|suite| only.is_none_or(|only| only == suite.name)).collect();
    if chosen.is_empty() {
        let names: Vec<_> = NEEDS.iter().map(|need| need.name).chain(SUITES.iter().map(|suite| suite.name)).collect();
        bail!("no such suite; there are: {}", names.join(", "));
    }
    for need in &NEEDS {
        closing.provide(need, &mut supplies);
    }
    for suite in chosen {
        closing.count(suite.name, (suite.run)(&mut supplies));
    }
    drop(supplies);
    Ok(closing.print())
}

fn provide_postgres(supplies: &mut Supplies) -> Result<String> {
    let server = Server::start()?;
    supplies.export("EDGECODER_TEST_POSTGRES", server.url());
    let found = format!("{} on port {}", server.version, server.port);
    supplies.postgres = Some(server);
    Ok(found)
}

/// The lines that close a run.
#[derive(Default)]
struct Closing {
    lines: Vec<String>,
    total: Tally,
}

impl Closing {
    fn provide(&mut self, need: &Need, supplies: &mut Supplies) {
        match (need.provide)(supplies) {
            Ok(found) => self.lines.push(line(need.name, &format!("ready: {found}"))),
            Err(reason) => {
                self.lines.push(line(need.name, &format!("skipped: {reason:#}")));
                self.total += Tally::one_skipped();
            }
        }
    }

    fn count(&mut self, suite: &str, result: Result<Tally>) {
        match result {
            Ok(tally) => {
                self.lines.push(line(suite, &tally.to_string()));
                self.total += tally;
            }
            Err(error) => {
                self.lines.push(line(suite, &format!("failed: {error:#}")));
                self.total += Tally::one_failed();
            }
        }
    }

    /// Prints the lines; in CI nothing may have been left out. Whether nothing failed.
    fn print(self) -> bool {
        let in_ci = process::setting("CI").is_some_and(|value| value == "true");
        let total = if in_ci { self.total.without_excuses() } else { self.total };
        println!("\n{}\n{total}", self.lines.join("\n"));
        total.failed == 0
    }
}

/// One line, whatever a reason brings along.
fn line(name: &str, what: &str) -> String {
    let words: Vec<_> = what.split_whitespace().collect();
    format!("suite {name:<16} {}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_that_cannot_be_had_is_skipped_by_name_with_the_reason() {
        let need = Need { name: "vectors", provide: |_| bail!("go is\n\tnot installed") };
        let mut closing = Closing::default();
        closing.provide(&need, &mut Supplies::default());
        assert_eq!(closing.lines, ["suite vectors          skipped: go is not installed"]);
        assert_eq!(closing.total, Tally::one_skipped());
    }

    #[test]
    fn a_suite_that_cannot_run_has_failed() {
        let mut closing = Closing::default();
        closing.count("rust", Err(anyhow::anyhow!("no cargo")));
        assert_eq!(closing.total, Tally::one_failed());
    }

    #[test]
    fn an_unknown_suite_is_refused_before_anything_starts() {
        let error = run(Some("rusty")).unwrap_err().to_string();
        assert!(error.contains("rust, system"), "{error}");
    }
}
