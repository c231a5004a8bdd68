//! What does the sandbox cost? Prints it beside the native interpreter on the same machine.
//!
//! `cargo run --release -p edgecoder-sandbox --example figures`

use edgecoder_events::{agent::SandboxMode, task::Language};
use edgecoder_measuring::{Memory, children_of, peak, peak_of};
use edgecoder_sandbox::{ChildCommand, Job, JobFile, Limits, Run, RunReport, Sandbox, SandboxSettings, child_main};
use std::{
    error::Error,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

const RUNS: u32 = 20;
/// Less than this is lost in the noise of starting a process.
const MEASURABLE: Duration = Duration::from_millis(5);
/// What is measured is a waiting interpreter: it gets the time to become one.
const REST: Duration = Duration::from_millis(150);
/// How often it is looked how much memory an interpreter holds, and its preparation, which is a thousand times as long.
const LOOK_AT_RUN_EVERY: Duration = Duration::from_millis(2);
const LOOK_AT_PREPARATION_EVERY: Duration = Duration::from_millis(200);
const CHILD: &str = "sandbox-child";
const PYTHON_LOOP: &str = "total = 0\nfor i in range(1_000_000):\n    total += i\nprint(total)\n";
const JAVASCRIPT_LOOP: &str = "let total = 0;\nfor (let i = 0; i < 1_000_000; i++) total += i;\nconsole.log(total);\n";
const TWO_TESTS: &str = "import unittest\nfrom sums import add\n\nclass Sums(unittest.TestCase):\n    \
    def test_two(self):\n        self.assertEqual(add(1, 1), 2)\n\n    \
    def test_zero(self):\n        self.assertEqual(add(0, 0), 0)\n";

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(CHILD) {
        return child_main();
    }
    let runtime = tokio::runtime::Runtime::new().expect("a tokio runtime can be built at the start of a program");
    match runtime.block_on(print_figures()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("figures: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn print_figures() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let runtime_dir = std::env::args_os().nth(1).map_or_else(|| dir.path().join("runtime"), PathBuf::from);
    let sandbox = open(&runtime_dir)?;
    let began = Instant::now();
    let preparing = sandbox.prepare(|progress| println!("  {:?} {} %", progress.step, progress.percent));
    let (prepared, held) = watched(preparing, LOOK_AT_PREPARATION_EVERY).await;
    prepared?;
    println!("prepare Python, once per machine   {:>9.1?}   peak memory {held}", began.elapsed());
    sandbox.shutdown().await;
    for (language, loop_code, native) in
        [(Language::Python, PYTHON_LOOP, ["python3", "-c"]), (Language::Javascript, JAVASCRIPT_LOOP, ["node", "-e"])]
    {
        println!("{language:?}");
        // Of its own, so that no interpreter of the other language waits beside those whose memory is told.
        let sandbox = open(&runtime_dir)?;
        sandbox.prepare(|_| {}).await?;
        print_scripts(&sandbox, language, native).await?;
        print_loop(&sandbox, language, loop_code, native).await?;
        sandbox.shutdown().await;
    }
    println!("who starts them, beside them: peak memory {}", peak());
    Ok(())
}

fn open(runtime_dir: &Path) -> Result<Sandbox, Box<dyn Error>> {
    Ok(Sandbox::new(SandboxSettings {
        mode: SandboxMode::Wasm,
        runtime_dir: runtime_dir.to_owned(),
        child: ChildCommand { exe: std::env::current_exe()?, args: vec![CHILD.into()] },
        spare_children: 2,
    })?)
}

async fn print_scripts(sandbox: &Sandbox, language: Language, native: [&str; 2]) -> Result<(), Box<dyn Error>> {
    let empty = script(language, "");
    let first = measure(sandbox, &empty).await?;
    let (warm, held) = (median(sandbox, &empty).await?, memory_of(sandbox, &empty).await?);
    println!("  cold script                      {first:>9.1?}");
    let natively = middle((0..RUNS).map(|_| native_run(native, "")).collect::<Result<_, _>>()?);
    println!("  warm script                      {warm:>9.1?}   native {natively:.1?}; goal 25 ms; peak memory {held}");
    if language == Language::Python {
        let (took, held) = (median(sandbox, &tests()).await?, memory_of(sandbox, &tests()).await?);
        println!("  two unittest tests               {took:>9.1?}   goal 150 ms; peak memory {held}");
    }
    Ok(())
}

async fn print_loop(
    sandbox: &Sandbox,
    language: Language,
    code: &str,
    native: [&str; 2],
) -> Result<(), Box<dyn Error>> {
    let (sandboxed, native_loop) = loops(sandbox, language, code, native).await?;
    let held = memory_of(sandbox, &script(language, code)).await?;
    print!("  1 M iterations                   {sandboxed:>9.1?}   ");
    if native_loop < MEASURABLE {
        println!("native too short to compare: it is compiled while it runs; peak memory {held}");
    } else {
        let times = sandboxed.as_secs_f64() / native_loop.as_secs_f64();
        println!("native {native_loop:.1?}, {times:.1} times; goal 5; peak memory {held}");
    }
    Ok(())
}

/// What the loop costs beyond an empty program, in the sandbox and natively; measured in turns, so that whatever else
/// the machine does slows both.
async fn loops(
    sandbox: &Sandbox,
    language: Language,
    code: &str,
    native: [&str; 2],
) -> Result<(Duration, Duration), Box<dyn Error>> {
    let (mut sandboxed, mut natively) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        tokio::time::sleep(REST).await;
        let empty = measure(sandbox, &script(language, "")).await?;
        tokio::time::sleep(REST).await;
        sandboxed.push(measure(sandbox, &script(language, code)).await?.saturating_sub(empty));
        natively.push(native_run(native, code)?.saturating_sub(native_run(native, "")?));
    }
    Ok((middle(sandboxed), middle(natively)))
}

/// The most that one interpreter held at once while it did a job. A run of its own: looking would slow one that is timed.
async fn memory_of(sandbox: &Sandbox, job: &Job) -> Result<Memory, Box<dyn Error>> {
    tokio::time::sleep(REST).await;
    let (run, held) = watched(measure(sandbox, job), LOOK_AT_RUN_EVERY).await;
    run.map(|_| held)
}

/// What something came to, and the most that one child of this process held meanwhile.
async fn watched<T>(doing: impl Future<Output = T>, look_every: Duration) -> (T, Memory) {
    let mut doing = std::pin::pin!(doing);
    let mut held = Memory::default();
    loop {
        tokio::select! {
            done = &mut doing => return (done, held),
            () = tokio::time::sleep(look_every) => {
                held = held.max(children_of(std::process::id()).into_iter().map(peak_of).max().unwrap_or_default());
            }
        }
    }
}

fn script(language: Language, code: &str) -> Job {
    let path = if language == Language::Python { "main.py" } else { "main.js" };
    job(language, &[(path, code)], Run::Script { path: path.into() })
}

fn tests() -> Job {
    let files = [("test_sums.py", TWO_TESTS), ("sums.py", "def add(a, b):\n    return a + b\n")];
    job(Language::Python, &files, Run::Tests { paths: vec!["test_sums.py".into()] })
}

fn job(language: Language, files: &[(&str, &str)], run: Run) -> Job {
    let files = files.iter().map(|(path, code)| JobFile { path: (*path).into(), bytes: (*code).into() }).collect();
    Job { language, files, run, args: vec![], stdin: vec![], limits: Limits::default() }
}

async fn median(sandbox: &Sandbox, job: &Job) -> Result<Duration, Box<dyn Error>> {
    let mut durations = Vec::new();
    for _ in 0..RUNS {
        tokio::time::sleep(REST).await;
        durations.push(measure(sandbox, job).await?);
    }
    Ok(middle(durations))
}

fn middle(mut durations: Vec<Duration>) -> Duration {
    durations.sort();
    durations[durations.len() / 2]
}

async fn measure(sandbox: &Sandbox, job: &Job) -> Result<Duration, Box<dyn Error>> {
    let began = Instant::now();
    let report = sandbox.run(job.clone(), CancellationToken::new()).await?;
    let took = began.elapsed();
    if report.succeeded() { Ok(took) } else { Err(complaint(&report).into()) }
}

fn complaint(report: &RunReport) -> String {
    format!("a run ended with {:?}, exit code {}: {}{}", report.reason, report.exit_code, report.stdout, report.stderr)
}

fn native_run([program, flag]: [&str; 2], code: &str) -> Result<Duration, Box<dyn Error>> {
    let began = Instant::now();
    Command::new(program).args([flag, code]).output()?;
    Ok(began.elapsed())
}
