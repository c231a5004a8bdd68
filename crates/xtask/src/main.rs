//! What can be done to this repository? `cargo xtask check`, `test`, `bench`, `devnet`: CI and `just` run only these.

mod bench;
mod btcd;
mod cache;
mod check;
mod devnet;
mod first_build;
mod packages;
mod postgres;
mod process;
mod python;
mod suites;
mod tally;
mod workspace;

use anyhow::Result;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  check                format, clippy, floors; cargo-deny and cargo-machete where they are installed
  test [--only SUITE]  provide what the tests need, run every suite, close with the total
  bench [NAME]         run one bench, or all of them but the first build; bench --help names them
  bench portal FOLDER TASKS
                       the pages with another number of tasks than 100,000, on the disk of a folder
  devnet               a Bitcoin of our own, a pool that it dates, and blocks until Ctrl-C";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all went well.
fn run(arguments: &[&str]) -> Result<bool> {
    workspace::enter_root()?;
    match arguments {
        ["check"] => check::run(),
        ["test"] => suites::run(None),
        ["test", "--only", suite] => suites::run(Some(suite)),
        ["bench"] => bench::run(None, &[]),
        ["bench", "--help"] => {
            bench::help();
            Ok(true)
        }
        ["bench", name, given @ ..] => bench::run(Some(name), given),
        ["devnet"] => devnet::run(),
        _ => anyhow::bail!("this is not a command: {arguments:?}\n{USAGE}"),
    }
}
