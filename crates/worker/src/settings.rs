//! What was this worker told? Its name, its coordinators, how much it takes on, and with what it works.

use edgecoder_discovery::{Dns, DnsError};
use edgecoder_events::{AgentId, agent::SandboxMode, node::AgentMode};
use edgecoder_outbound::is_this_machine;
use edgecoder_service_kit::settings::{ModelSettings, SettingError, Settings};
use reqwest::Url;
use secrecy::SecretString;
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// The most subtasks that one worker runs at once.
pub const MAX_CONCURRENT_TASKS: u16 = 64;
/// The most coordinators that one worker knows.
const MAX_COORDINATORS: usize = 16;
/// How long leases may still run when the worker is told to stop.
const DRAIN_GRACE: Duration = Duration::from_secs(20);
/// Where Linux shows mains and batteries; other systems show nothing there.
const POWER_SUPPLIES: &str = "/sys/class/power_supply";

/// Everything that a worker is told.
#[derive(Debug, Clone)]
pub struct WorkerSettings {
    pub agent_id: AgentId,
    /// Needed for the first registration.
    pub registration_token: Option<SecretString>,
    pub data_dir: PathBuf,
    /// Its DNS records name coordinators; those are asked first.
    pub coordinator_domain: Option<String>,
    /// Asked about the domain instead of the machine's own name servers.
    pub name_server: Option<SocketAddr>,
    /// Asked in this order; the next one where one is gone. Never empty without a domain.
    pub coordinators: Vec<Url>,
    pub max_concurrent_tasks: u16,
    pub mode: AgentMode,
    pub os: String,
    pub client_type: String,
    pub sandbox_mode: SandboxMode,
    /// A task that asks for no model is written with the one that they name for the server that answers.
    pub models: ModelSettings,
    pub drain_grace: Duration,
    /// Whether snapshots at addresses of this machine are fetched: only in development, as an address is a stranger's.
    pub local_snapshots: bool,
    /// Where programs are looked up, as `PATH` says it.
    pub program_path: Option<String>,
    /// Where the system shows its power supplies.
    pub power_supplies: PathBuf,
}

impl WorkerSettings {
    /// Reads the settings by their environment names.
    ///
    /// # Errors
    /// [`SettingError`] names the setting.
    pub fn read(settings: &Settings, data_dir: PathBuf) -> Result<Self, SettingError> {
        let mode = match settings.text("AGENT_MODE").as_deref() {
            None | Some("swarm-only") => AgentMode::SwarmOnly,
            Some("ide-enabled") => AgentMode::IdeEnabled,
            Some(value) => return Err(invalid("AGENT_MODE", value, "swarm-only or ide-enabled")),
        };
        let (coordinator_domain, coordinators) = (settings.text("COORDINATOR_DOMAIN"), coordinators(settings)?);
        Ok(Self {
            local_snapshots: coordinator_domain.is_none() && coordinators.iter().all(is_this_machine),
            agent_id: settings.parsed("AGENT_ID", "1 to 64 letters, digits and ._-")?.ok_or_else(nameless)?,
            registration_token: settings.secret("AGENT_REGISTRATION_TOKEN"),
            data_dir,
            coordinator_domain,
            name_server: settings.parsed("COORDINATOR_NAME_SERVER", "an address like 127.0.0.1:53")?,
            coordinators,
            max_concurrent_tasks: max_concurrent_tasks(settings)?,
            mode,
            os: settings.text("AGENT_OS").unwrap_or_else(|| std::env::consts::OS.to_owned()),
            client_type: settings.text("AGENT_CLIENT_TYPE").unwrap_or_else(|| "edgecoder-native".to_owned()),
            sandbox_mode: sandbox_mode(settings, mode)?,
            models: ModelSettings::read(settings)?,
            drain_grace: DRAIN_GRACE,
            program_path: settings.text("PATH"),
            power_supplies: POWER_SUPPLIES.into(),
        })
    }
}

impl WorkerSettings {
    /// Where coordinators are looked up, and by whom; none without a domain.
    ///
    /// # Errors
    /// [`DnsError`] where this machine's name servers are not known.
    pub fn discovery(&self) -> Result<Option<(edgecoder_discovery::Settings, Dns)>, DnsError> {
        let Some(domain) = self.coordinator_domain.clone() else { return Ok(None) };
        let dns = self.name_server.map_or_else(Dns::of_this_machine, Dns::at)?;
        let cache_file = self.data_dir.join("coordinators.json");
        Ok(Some((edgecoder_discovery::Settings { domain, cache_file }, dns)))
    }
}

fn nameless() -> SettingError {
    SettingError::Missing { name: "AGENT_ID".into(), expected: "the name under which it was enrolled".into() }
}

fn invalid(name: &str, value: &str, expected: &str) -> SettingError {
    SettingError::Invalid { name: name.into(), value: value.into(), expected: expected.into() }
}

fn coordinators(settings: &Settings) -> Result<Vec<Url>, SettingError> {
    let (name, expected) = ("COORDINATOR_URL", "addresses like http://127.0.0.1:4301 with commas between, at most 16");
    let text = match (settings.text(name), settings.text("COORDINATOR_DOMAIN")) {
        (Some(text), _) => text,
        (None, Some(_)) => return Ok(vec![]),
        (None, None) => "http://127.0.0.1:4301".to_owned(),
    };
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let usable = |url: &Url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    let urls: Option<Vec<Url>> = parts.iter().map(|part| part.parse().ok().filter(usable)).collect();
    urls.filter(|urls| (1..=MAX_COORDINATORS).contains(&urls.len())).ok_or_else(|| invalid(name, &text, expected))
}

fn max_concurrent_tasks(settings: &Settings) -> Result<u16, SettingError> {
    let (name, expected) = ("MAX_CONCURRENT_TASKS", "a number from 1 to 64");
    let number = settings.parsed(name, expected)?.unwrap_or(1);
    if (1..=MAX_CONCURRENT_TASKS).contains(&number) {
        Ok(number)
    } else {
        Err(invalid(name, &number.to_string(), expected))
    }
}

fn sandbox_mode(settings: &Settings, mode: AgentMode) -> Result<SandboxMode, SettingError> {
    let name = "SANDBOX_MODE";
    match (settings.text(name).as_deref(), mode) {
        (None | Some("wasm"), _) => Ok(SandboxMode::Wasm),
        (Some("process"), _) => Ok(SandboxMode::Process),
        (Some("docker"), _) => Ok(SandboxMode::Docker),
        (Some("none"), AgentMode::IdeEnabled) => Ok(SandboxMode::None),
        (Some("none"), AgentMode::SwarmOnly) => {
            Err(invalid(name, "none", "wasm, process or docker: work of strangers is never run unconfined"))
        }
        (Some(value), _) => Err(invalid(name, value, "wasm, process, docker or none")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<WorkerSettings, SettingError> {
        let told = |settings: Settings, (name, value): &(&str, &str)| settings.with_flag(name, Some(value));
        WorkerSettings::read(&pairs.iter().fold(Settings::of_flags([]), told), PathBuf::from("data"))
    }

    #[test]
    fn a_name_is_all_that_a_worker_on_the_coordinators_machine_needs() {
        let settings = read(&[("AGENT_ID", "ann"), ("OLLAMA_MODEL", "")]).unwrap();
        assert_eq!(settings.coordinators, ["http://127.0.0.1:4301".parse().unwrap()]);
        assert_eq!((settings.max_concurrent_tasks, settings.sandbox_mode), (1, SandboxMode::Wasm));
        assert_eq!((settings.mode, settings.models.ollama_model), (AgentMode::SwarmOnly, None));
    }

    #[test]
    fn several_coordinators_stand_with_commas_between() {
        let settings = read(&[("AGENT_ID", "ann"), ("COORDINATOR_URL", "https://a.example, https://b.example:4301/x")]);
        let hosts: Vec<_> = settings.unwrap().coordinators.iter().map(ToString::to_string).collect();
        assert_eq!(hosts, ["https://a.example/", "https://b.example:4301/x"]);
    }

    #[test]
    fn a_domain_takes_the_place_of_the_default_address_and_stands_beside_a_set_one() {
        let domain = ("COORDINATOR_DOMAIN", "swarm.example");
        assert!(read(&[("AGENT_ID", "ann"), domain]).unwrap().coordinators.is_empty());
        let both = read(&[("AGENT_ID", "ann"), domain, ("COORDINATOR_URL", "https://a.example")]).unwrap();
        assert_eq!((both.coordinators.len(), both.coordinator_domain.as_deref()), (1, Some("swarm.example")));
    }

    #[test]
    fn this_machines_own_snapshots_are_fetched_only_where_every_coordinator_is_on_it() {
        let allowed = |name, value| read(&[("AGENT_ID", "ann"), (name, value)]).unwrap().local_snapshots;
        assert!(allowed("COORDINATOR_URL", "http://127.0.0.1:1,http://localhost:2"));
        assert!(!allowed("COORDINATOR_URL", "http://127.0.0.1:1,https://a.example"));
        assert!(!allowed("COORDINATOR_DOMAIN", "swarm.example"));
    }

    #[test]
    fn a_bad_value_is_refused_by_its_name() {
        for (name, value) in [
            ("AGENT_ID", "a/b"),
            ("AGENT_MODE", "all"),
            ("COORDINATOR_URL", "ftp://a"),
            ("COORDINATOR_URL", ","),
            ("COORDINATOR_NAME_SERVER", "dns.example"),
            ("MAX_CONCURRENT_TASKS", "0"),
            ("MAX_CONCURRENT_TASKS", "65"),
            ("SANDBOX_MODE", "vm"),
            ("SANDBOX_MODE", "none"),
            ("LOCAL_MODEL_PROVIDER", "cloud"),
            ("OLLAMA_MODEL", "a b"),
            ("OPENAI_MODEL", "a b"),
        ] {
            let told = [("AGENT_ID", "ann"), (name, value)];
            let error = read(&told).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{name} is ")), "{error}");
        }
        assert_eq!(
            read(&[]).unwrap_err().to_string(),
            "AGENT_ID is not set, expected the name under which it was enrolled"
        );
    }

    #[test]
    fn only_a_machine_of_ones_own_may_go_without_a_sandbox() {
        let told = [("AGENT_ID", "ann"), ("SANDBOX_MODE", "none"), ("AGENT_MODE", "ide-enabled")];
        assert_eq!(read(&told).unwrap().sandbox_mode, SandboxMode::None);
    }
}
