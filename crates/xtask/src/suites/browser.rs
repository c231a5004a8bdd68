//! The suite `browser`: the pages, used by people in a browser. Playwright and axe from npm, Chromium from the machine.

use super::{PATIENCE, Supplies, product};
use crate::{
    packages,
    process::{self, find, output_of, setting},
    tally::Tally,
    workspace::Workspace,
};
use anyhow::{Context, Result, ensure};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

const JOURNEYS: &str = "tests/browser";
/// What the journeys read.
const CHROMIUM: &str = "EDGECODER_TEST_CHROMIUM";
const ARTIFACTS: &str = "EDGECODER_TEST_ARTIFACTS";
/// The packages bring no browser of their own.
const NO_DOWNLOAD: &str = "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD";
/// As distributions name it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Finds or installs Chromium, and the packages that the lock file names, as npm is set up on this machine.
pub fn provide(supplies: &mut Supplies) -> Result<String> {
    let chromium = chromium()?;
    let version = output_of(Command::new(&chromium).arg("--version"))?;
    ensure!(find("npm").is_some(), "npm is not installed, which brings Playwright: install Node.js");
    let mut npm = Command::new("npm");
    output_of(
        npm.args(["ci", "--prefer-offline", "--no-fund", "--no-audit"]).env(NO_DOWNLOAD, "1").current_dir(JOURNEYS),
    )?;
    let playwright = output_of(playwright()?.arg("--version"))?;
    supplies.export(CHROMIUM, chromium.display().to_string());
    supplies.export(ARTIFACTS, Workspace::read()?.target_folder.join("browser").display().to_string());
    supplies.browser = true;
    Ok(format!("{version}, Playwright {}", playwright.trim_start_matches("Version ")))
}

fn chromium() -> Result<PathBuf> {
    if let Some(named) = setting(CHROMIUM) {
        ensure!(Path::new(&named).is_file(), "{CHROMIUM} names {named}, which is not there");
        return Ok(named.into());
    }
    let found = || NAMES.iter().find_map(|name| find(name));
    if found().is_none() {
        packages::install("chromium", "chromium")?;
    }
    found().with_context(|| format!("no Chromium is on the path; or set {CHROMIUM} to one"))
}

fn playwright() -> Result<Command> {
    let program = Path::new(JOURNEYS).canonicalize()?.join("node_modules/.bin/playwright");
    let mut command = Command::new(program);
    command.current_dir(JOURNEYS);
    Ok(command)
}

/// Runs every journey; none where the browser could not be had, which its own line says.
pub fn run(supplies: &mut Supplies) -> Result<Tally> {
    if !supplies.browser {
        return Ok(Tally::default());
    }
    product::build(supplies)?;
    let mut journeys = supplies.outfit(playwright()?);
    journeys.arg("test");
    let mut tally = Tally::default();
    let count = |line: &str| tally += Tally::of_playwright_line(line);
    let status = process::run_and_read(&mut journeys, PATIENCE, count)?;
    if !status.success() && tally.failed == 0 {
        tally += Tally::one_failed();
    }
    ensure!(tally.found() > 0, "{JOURNEYS} has no journeys");
    Ok(tally)
}
