//! How many tasks per second are taken in, handed out and paid for, and how many tiles of the log are read, over real
//! sockets, durable and signed?
//!
//! `http_load [FOLDER]`: the folder decides the disk. Clients and coordinator share one process and its cores. Beside the
//! figures stand what the machine itself gives in the same run: an empty HTTP answer, a signature check, an fdatasync.

mod agent;
mod connection;
mod home;
mod raw;

use agent::Agent;
use connection::{Connection, Outcome};
use edgecoder_measuring::{Memory, forget_peak, peak};
use edgecoder_wire::tasks::{SourceFile, SubmitTask};
use home::Home;
use std::{
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

const CONNECTIONS: usize = 64;
/// How long one measurement lasts.
const LASTS: Duration = Duration::from_secs(3);
/// Odd, so that there is a middle one.
const ROUNDS: usize = 5;

/// What one round measured, each per second.
struct Round {
    echo: f64,
    verify: f64,
    syncs: f64,
    submitted: f64,
    finished: f64,
    tiles: f64,
    /// What clients and coordinator held at once while tasks were taken in, while they were finished, while tiles were read.
    held: [Memory; 3],
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".to_owned()));
    let dir = tempfile::tempdir_in(folder)?;
    let home = Home::open(dir.path()).await?;
    let mut agents = home.enrol(CONNECTIONS).await?;
    let body = submission();
    println!("{CONNECTIONS} connections, bodies of {} bytes, {ROUNDS} rounds of {} s", body.len(), LASTS.as_secs());
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let syncs = raw::syncs_per_second(dir.path())?;
        let verify = raw::verifies_per_second();
        let echo = raw::echoes_per_second(&body).await?;
        let (submitted, taking) = with_memory(submit_all(home.address, home.account_token(), &body)).await?;
        let (finished, finishing) = with_memory(finish_all(&mut agents)).await?;
        let (tiles, reading) = with_memory(read_tiles(home.address)).await?;
        let syncs = f64::midpoint(syncs, raw::syncs_per_second(dir.path())?);
        rounds.push(Round { echo, verify, syncs, submitted, finished, tiles, held: [taking, finishing, reading] });
    }
    report(&rounds);
    home.close().await
}

/// A rate, and what this process held at once meanwhile.
async fn with_memory(doing: impl Future<Output = Outcome<f64>>) -> Outcome<(f64, Memory)> {
    forget_peak();
    let rate = doing.await?;
    Ok((rate, peak()))
}

/// A program of one file, as people submit them.
fn submission() -> Vec<u8> {
    let content =
        "total = sum(n for n in range(2, 1000) if all(n % d for d in range(2, n)))\nprint(total)\n".to_owned();
    let files = vec![SourceFile { path: "main.py".to_owned(), content }];
    let task = SubmitTask { files, timeout_ms: Some(50), ..SubmitTask::default() };
    serde_json::to_vec(&task).expect("texts are JSON")
}

/// Answers per second of [`CONNECTIONS`] callers that each ask as soon as they were answered.
async fn all_ask<C, F>(callers: Vec<C>, ask: impl Fn(C, Instant) -> F) -> Outcome<f64>
where
    F: Future<Output = Outcome<u32>> + Send + 'static,
{
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for caller in callers {
        tasks.spawn(ask(caller, begun + LASTS));
    }
    let mut answered = 0;
    for of_one in tasks.join_all().await {
        answered += of_one?;
    }
    Ok(f64::from(answered) / begun.elapsed().as_secs_f64())
}

async fn connections(address: SocketAddr) -> Outcome<Vec<Connection>> {
    let mut open = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        open.push(Connection::open(address).await?);
    }
    Ok(open)
}

async fn submit_all(address: SocketAddr, token: &str, body: &[u8]) -> Outcome<f64> {
    let headers = [("authorization", format!("Bearer {token}"))];
    all_ask(connections(address).await?, |mut connection, end| {
        let (headers, body) = (headers.clone(), body.to_vec());
        async move {
            let mut taken = 0;
            while Instant::now() < end {
                connection.post("/submit", &headers, body.clone()).await?;
                taken += 1;
            }
            Ok(taken)
        }
    })
    .await
}

/// Pulls and answers until the time is over or nothing is left.
async fn finish_all(agents: &mut [Agent]) -> Outcome<f64> {
    let callers = agents.iter().map(Agent::clone).collect();
    all_ask(callers, |agent: Agent, end| async move {
        let (mut connection, mut finished) = (Connection::open(agent.address).await?, 0);
        while Instant::now() < end && agent.pull_and_finish(&mut connection).await? {
            finished += 1;
        }
        Ok(finished)
    })
    .await
}

/// Full tiles of leaf hashes, by turns: there are some after the first submissions.
async fn read_tiles(address: SocketAddr) -> Outcome<f64> {
    const TILES: u32 = 8;
    all_ask(connections(address).await?, |mut connection, end| async move {
        let mut read = 0;
        while Instant::now() < end {
            connection.get(&format!("/tile/0/{:03}", read % TILES)).await?;
            read += 1;
        }
        Ok(read)
    })
    .await
}

fn report(rounds: &[Round]) {
    let middle = |of: fn(&Round) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let (echo, verify, syncs) = (middle(|it| it.echo), middle(|it| it.verify), middle(|it| it.syncs));
    let (submitted, finished) = (middle(|it| it.submitted), middle(|it| it.finished));
    println!(
        "the machine: {echo:.0} HTTP echoes/s, {verify:.0} signature checks/s on one core, {syncs:.0} fdatasync/s"
    );
    let [taking, finishing, reading] = [0, 1, 2].map(|part| most(rounds, part));
    println!("submit:        {submitted:>8.0}/s, {:.2} of an echo; peak memory {taking}", submitted / echo);
    let tiles = middle(|it| it.tiles);
    println!("tile of 8 KiB: {tiles:>8.0}/s, {:.2} of an echo; peak memory {reading}", tiles / echo);
    println!("pull + result: {finished:>8.0}/s, {:.2} of two echoes; peak memory {finishing}", finished * 2.0 / echo);
}

/// The log grows from round to round, and what is held with it.
fn most(rounds: &[Round], part: usize) -> Memory {
    rounds.iter().map(|round| round.held[part]).max().unwrap_or_default()
}
