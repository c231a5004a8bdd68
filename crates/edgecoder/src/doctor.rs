//! Does this machine have what EdgeCoder needs, and what would make it better?

use crate::{
    answer,
    data_dir::DataDir,
    run::listen::{self, Port},
};
use anyhow::Result;
use edgecoder_auditor::{Place, Reader, SCHEMA};
use edgecoder_discovery::{Discovery, discover};
use edgecoder_events::{agent::SandboxMode, task::Language};
use edgecoder_models::{Choice, choose};
use edgecoder_sandbox::{ChildCommand, Sandbox, SandboxSettings};
use edgecoder_service_kit::{
    SystemClock, chance,
    settings::{ModelSettings, Settings},
};
use edgecoder_wire::runtime::Health;
use edgecoder_worker::WorkerSettings;
use serde::Serialize;
use std::{process::ExitCode, time::Duration};

/// How long a service that runs already may take to say how it is.
const HEALTH_WAIT: Duration = Duration::from_secs(3);
/// How long a database may take to let us in.
const DATABASE_WAIT: Duration = Duration::from_secs(5);

/// What was found about one thing.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    detail: String,
}

/// A service that may have a port already: as it calls itself, and where it says how it is.
#[derive(Clone, Copy)]
struct Asked {
    name: &'static str,
    health: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Good,
    /// Something optional is missing.
    Missing,
    /// EdgeCoder can not run so.
    Bad,
}

/// Looks at everything; fails only where EdgeCoder could not run.
pub async fn run(settings: &Settings, json: bool) -> Result<ExitCode> {
    let mut findings = vec![data_directory(settings)];
    findings.extend(ports(settings).await);
    findings.extend(coordinators(settings).await);
    findings.extend(sandbox(settings));
    findings.push(model_server(settings).await);
    findings.push(ledger(settings).await);
    if json {
        answer::line(serde_json::to_string(&findings)?)?;
    } else {
        for finding in &findings {
            let Finding { check, state, detail } = finding;
            answer::line(format_args!("{:<8} {check:<22} {detail}", state.word()))?;
        }
    }
    let is_bad = findings.iter().any(|finding| finding.state == State::Bad);
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Missing => "missing",
            Self::Bad => "BAD",
        }
    }
}

fn data_directory(settings: &Settings) -> Finding {
    let (state, detail) = match DataDir::locate(settings).and_then(DataDir::make) {
        Ok(data) => (State::Good, format!("{} can be written to", data.path().display())),
        Err(error) => (State::Bad, format!("{error:#}")),
    };
    Finding { check: "data directory", state, detail }
}

async fn ports(settings: &Settings) -> Vec<Finding> {
    let wanted = [
        ("coordinator port", listen::COORDINATOR, Asked { name: "coordinator", health: "/health/runtime" }),
        ("inference port", listen::INFERENCE, Asked { name: "inference", health: "/health" }),
        ("control plane port", listen::CONTROL_PLANE, Asked { name: "control-plane", health: "/health" }),
        ("portal port", listen::PORTAL, Asked { name: "portal", health: "/health" }),
    ];
    let mut findings = Vec::new();
    for (check, port, service) in wanted {
        let bound = listen::bind(settings, port).await;
        let (state, detail) = match bound.and_then(|listener| listen::url(&listener)) {
            Ok(url) => (State::Good, format!("{url} is free")),
            Err(error) => match running(settings, port, service).await {
                Some(running) => running,
                None => (State::Missing, format!("{error:#}")),
            },
        };
        findings.push(Finding { check, state, detail });
    }
    findings
}

/// How the service of ours is that has the port already, where one answers there under its name.
async fn running(settings: &Settings, port: Port, service: Asked) -> Option<(State, String)> {
    let url = listen::configured_url(settings, port).ok()?;
    let client = edgecoder_outbound::direct().timeout(HEALTH_WAIT).build().ok()?;
    let answer = client.get(format!("{url}{}", service.health)).send().await.ok()?;
    let health: Health = serde_json::from_slice(&answer.bytes().await.ok()?).ok()?;
    let Health { ok, service: name, version, problems } = health;
    if name != service.name {
        return None;
    }
    Some(if ok {
        (State::Good, format!("EdgeCoder {version} is running: its {name} answers at {url}"))
    } else {
        (State::Bad, format!("the {name} that is running at {url} can not work: {}", problems.join("; ")))
    })
}

/// What a worker would be told here.
fn worker(settings: &Settings, data: &DataDir) -> Result<WorkerSettings> {
    let named = settings.clone().with_flag("AGENT_ID", Some("doctor"));
    Ok(WorkerSettings::read(&named, data.join("worker"))?)
}

/// Where a worker would look for its coordinator; nothing to say without a domain.
async fn coordinators(settings: &Settings) -> Option<Finding> {
    settings.text("COORDINATOR_DOMAIN")?;
    let looked_up = async {
        let data = DataDir::make(DataDir::locate(settings)?)?;
        let Some((place, dns)) = worker(settings, &data)?.discovery()? else { return Ok(Discovery::default()) };
        anyhow::Ok(discover(&place, &dns, &SystemClock, &mut chance::system()).await)
    };
    let (state, detail) = match looked_up.await {
        Ok(found) => {
            let urls: Vec<_> = found.candidates.iter().map(|it| format!("{} ({})", it.url, it.source)).collect();
            let problems = found.problems.iter().map(ToString::to_string);
            let told: Vec<_> = urls.iter().cloned().chain(problems).collect();
            match (urls.is_empty(), told.is_empty()) {
                (false, _) => (State::Good, told.join("; ")),
                (true, false) => (State::Bad, told.join("; ")),
                (true, true) => (State::Bad, "the domain names no coordinator: see docs/operators/running.md".into()),
            }
        }
        Err(error) => (State::Bad, format!("{error:#}")),
    };
    Some(Finding { check: "coordinators", state, detail })
}

fn sandbox(settings: &Settings) -> Vec<Finding> {
    let opened = || -> Result<Sandbox> {
        let data = DataDir::make(DataDir::locate(settings)?)?;
        let worker = worker(settings, &data)?;
        let child = ChildCommand { exe: std::env::current_exe()?, args: vec![crate::SANDBOX_CHILD.into()] };
        let (mode, runtime_dir): (SandboxMode, _) = (worker.sandbox_mode, data.join("sandbox"));
        Ok(Sandbox::new(SandboxSettings { mode, runtime_dir, child, spare_children: 0 })?)
    };
    let sandbox = match opened() {
        Ok(sandbox) => sandbox,
        Err(error) => return vec![Finding { check: "sandbox", state: State::Bad, detail: format!("{error:#}") }],
    };
    let languages = [("sandbox for Python", Language::Python), ("sandbox for JavaScript", Language::Javascript)];
    let look = |(check, language)| match sandbox.supports(language) {
        Ok(()) => Finding { check, state: State::Good, detail: "can be confined".into() },
        Err(why) => Finding { check, state: State::Bad, detail: why.to_string() },
    };
    languages.into_iter().map(look).collect()
}

async fn model_server(settings: &Settings) -> Finding {
    let servers = match ModelSettings::read(settings) {
        Ok(read) => read.servers,
        Err(error) => return Finding { check: "model server", state: State::Bad, detail: error.to_string() },
    };
    let (state, detail) = match choose(&servers).await {
        Choice::Server(server) => (State::Good, format!("{} answers", server.url())),
        Choice::NoneAvailable { what_to_do } => (State::Missing, what_to_do),
    };
    Finding { check: "model server", state, detail }
}

async fn ledger(settings: &Settings) -> Finding {
    let (state, detail) = match (settings.text("DATABASE_URL"), DataDir::locate(settings)) {
        (Some(url), _) => in_postgres(url).await,
        (None, Ok(dir)) if dir.join("ledger.db").exists() => {
            (State::Good, "in SQLite; check it with: audit verify".into())
        }
        (None, Ok(_)) => (State::Good, "none yet: the first start begins one".into()),
        (None, Err(error)) => (State::Bad, format!("{error:#}")),
    };
    Finding { check: "ledger", state, detail }
}

async fn in_postgres(url: String) -> (State, String) {
    let place = Place::Postgres { url, schema: SCHEMA.to_owned() };
    match tokio::time::timeout(DATABASE_WAIT, Reader::open(&place)).await {
        Ok(Ok(_)) => (State::Good, "in PostgreSQL (DATABASE_URL), which answers".into()),
        Ok(Err(error)) => (State::Bad, format!("PostgreSQL (DATABASE_URL) does not take us: {error}")),
        Err(_) => (State::Bad, "PostgreSQL (DATABASE_URL) does not answer".into()),
    }
}
