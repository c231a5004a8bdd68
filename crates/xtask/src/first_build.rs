//! What does the first build of the product cost who has cloned it? Core time, time on the wall, memory, crates.

use crate::{
    process::{self, Leashed},
    workspace::Workspace,
};
use anyhow::{Context, Result, ensure};
use edgecoder_measuring::{Memory, resident_of_group};
use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// The bench that this is.
pub const NAME: &str = "build";
/// A build that is not done by then is ended.
const AT_MOST: Duration = Duration::from_hours(1);
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// What we hold ourselves to.
const GOAL_MINUTES: f64 = 20.0;

/// The shell knows how long those had a core that it waited for, and that they waited for. `$1` cargo.
const BUILD: &str = r#""$1" build --release --locked --package edgecoder; ended=$?; times; exit "$ended""#;

/// Builds everything into an empty folder, which is gone afterwards. Crates are fetched meanwhile where they are missing,
/// which takes hardly any core time.
pub fn measure() -> Result<bool> {
    let workspace = Workspace::read()?;
    let folder = workspace.target_folder.join(format!("first-build-{}", std::process::id()));
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    println!("== {NAME}");
    let crates = crates()?;
    let (begun, times) = (Instant::now(), folder.join("times"));
    let mut building = start(&folder, &times)?;
    let mut held = Memory::default();
    while !building.has_ended()? {
        ensure!(begun.elapsed() < AT_MOST, "it was not built within {} s", AT_MOST.as_secs());
        held = held.max(resident_of_group(building.group()));
        thread::sleep(LOOK_EVERY);
    }
    let wall = begun.elapsed();
    if !building.wait()?.success() {
        return Ok(false);
    }
    let said = fs::read_to_string(&times).context("reading what the shell says of core time")?;
    let [user, system] = core_minutes(&said).with_context(|| format!("no core times are in {said:?}"))?;
    println!(
        "{crates} crates: {:.1} CPU minutes ({user:.1} user, {system:.1} system), goal {GOAL_MINUTES}; {:.1} minutes on the \
         wall; peak memory {held}, what compilers share counted for each",
        user + system,
        wall.as_secs_f64() / 60.0
    );
    Ok(true)
}

/// The build in a folder that goes with it; nothing that was compiled before is found.
fn start(folder: &Path, times: &Path) -> Result<Leashed> {
    let mut command = Command::new("sh");
    command.args(["-c", BUILD, NAME]).arg(process::cargo().get_program());
    command.env("LC_ALL", "C").env("CARGO_TARGET_DIR", folder).env("RUSTC_WRAPPER", "");
    command.stdout(File::create(times).context("making the file of core times")?);
    Leashed::start(&mut command, Some(folder))
}

/// How many crates are compiled for the product on this machine, our own among them.
fn crates() -> Result<usize> {
    let mut tree = process::cargo();
    tree.args(["tree", "--locked", "--package", "edgecoder", "--edges", "normal,build", "--prefix", "none"]);
    let listed = process::output_of(tree.args(["--format", "{p}"]))?;
    Ok(distinct(&listed))
}

fn distinct(listed: &str) -> usize {
    let names = listed.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty());
    names.collect::<BTreeSet<_>>().len()
}

/// User and system time of the shell's children: what `times` says in its last line, as `12m3.45s 1m0.50s`.
fn core_minutes(times: &str) -> Option<[f64; 2]> {
    let (user, system) = times.trim_end().lines().next_back()?.split_once(' ')?;
    Some([minutes(user)?, minutes(system)?])
}

fn minutes(time: &str) -> Option<f64> {
    let (minutes, seconds) = time.trim().strip_suffix('s')?.split_once('m')?;
    Some(minutes.parse::<f64>().ok()? + seconds.parse::<f64>().ok()? / 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_time_is_that_of_the_children() {
        let [user, system] = core_minutes("0m0.01s 0m0.02s\n19m30.000000s 1m15.500000s\n").unwrap();
        assert!((user - 19.5).abs() < 1e-9 && (system - 1.258_333_333).abs() < 1e-6, "{user} {system}");
        assert!(core_minutes("").is_none() && core_minutes("0m1.0s\n").is_none());
    }

    #[test]
    fn a_crate_that_is_listed_twice_counts_once() {
        assert_eq!(distinct("serde v1.0.0\nmemchr v2.0.0\n\nserde v1.0.0 (*)\nserde v2.0.0\n"), 3);
    }
}
