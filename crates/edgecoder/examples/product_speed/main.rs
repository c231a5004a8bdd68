//! How soon is the product ready, and what does it need while nobody asks anything of it?
//!
//! `product_speed [EXECUTABLE]`: without one, that which cargo built beside this program. Beside the figures stand those
//! of a server that does nothing, started in turns with the product, and of a process that only waits.

mod bare;
mod house;
mod running;

use edgecoder_measuring::{Memory, children_of, peak_of, resident_of};
use house::House;
use running::Running;
use std::{
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Odd, so that there is a middle one.
const STARTS: usize = 15;
/// Longer than an interpreter waits for its next job before it ends itself.
const SETTLING: Duration = Duration::from_secs(75);
/// For so long it is watched whether anything is appended.
const IDLE: Duration = Duration::from_mins(1);

fn main() -> Outcome<()> {
    match std::env::args().nth(1).as_deref() {
        Some(bare::SERVER) => bare::serve(),
        Some(bare::PROCESS) => bare::wait(),
        Some(named) => measure(Path::new(named)),
        None => measure(&built_beside_this()?),
    }
}

fn built_beside_this() -> Outcome<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(Path::parent).ok_or("this program lies in no folder of cargo's")?;
    let built = folder.join("edgecoder").with_extension(std::env::consts::EXE_EXTENSION);
    if built.is_file() {
        return Ok(built);
    }
    Err(format!("there is no {}: cargo build --release --package edgecoder makes it", built.display()).into())
}

fn measure(executable: &Path) -> Outcome<()> {
    starts(executable)?;
    idle(executable)
}

/// One start until it was ready.
struct Start {
    took: Duration,
    held: Memory,
}

impl Start {
    /// Asks it to end as soon as it is known.
    fn of(running: Running) -> Outcome<Self> {
        let start = Self { took: running.ready_after, held: peak_of(running.id()) };
        running.stop()?;
        Ok(start)
    }
}

fn starts(executable: &Path) -> Outcome<()> {
    let (mut first, mut again, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let house = House::new(executable)?;
        first.push(Start::of(house.start()?)?);
        again.push(Start::of(house.start()?)?);
        bare.push(Start::of(start_bare(bare::SERVER)?)?);
    }
    println!("start to ready, the middle of {STARTS}, the quickest and the slowest");
    print_starts("all in one, the first start of a machine", first);
    print_starts("all in one, started again", again);
    print_starts("a server that does nothing", bare);
    Ok(())
}

fn print_starts(what: &str, mut starts: Vec<Start>) {
    starts.sort_by_key(|start| start.took);
    let held = starts.iter().map(|start| start.held).max().unwrap_or_default();
    let ms = |index: usize| starts[index].took.as_secs_f64() * 1e3;
    let (middle, least, most) = (ms(STARTS / 2), ms(0), ms(STARTS - 1));
    println!("  {what:<42} {middle:>6.1} ms, {least:.1} to {most:.1} ms; peak memory {held}");
}

fn start_bare(what: &str) -> Outcome<Running> {
    Running::start(Command::new(std::env::current_exe()?).arg(what))
}

fn idle(executable: &Path) -> Outcome<()> {
    let house = House::new(executable)?;
    let running = house.start()?;
    house.run_a_task()?;
    println!("memory held");
    print_held("all in one, after its first task", running.id());
    thread::sleep(SETTLING);
    let before = house.entries()?;
    thread::sleep(IDLE);
    let appended = house.entries()?.saturating_sub(before);
    print_held("all in one, idle", running.id());
    println!("  entries appended in {} s of idleness: {appended}; goal 0", IDLE.as_secs());
    running.stop()?;
    let bare = start_bare(bare::PROCESS)?;
    print_held("a process that only waits", bare.id());
    bare.stop()
}

fn print_held(what: &str, process: u32) {
    let (own, interpreters) = (resident_of(process), children_of(process));
    let count = interpreters.len();
    let theirs: Memory = interpreters.into_iter().map(resident_of).sum();
    let peak = peak_of(process);
    println!("  {what:<42} {own:>6}, and {theirs} in {count} waiting interpreters; peak memory {peak}");
}
