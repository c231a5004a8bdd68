//! Which server answers now, and which of its models is asked?

use edgecoder_events::ModelName;
use edgecoder_models::{Choice, InstalledModel, ModelError, ModelServer, Protocol, choose};
use edgecoder_service_kit::settings::{ModelSettings, model_setting};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The tag that Ollama reads into a name without one.
const OLLAMA_DEFAULT_TAG: &str = ":latest";

/// The settings, and what an operator chose since this process began.
pub struct Catalog {
    settings: ModelSettings,
    chosen: Mutex<Chosen>,
}

#[derive(Default)]
struct Chosen {
    ollama: Option<ModelName>,
    openai: Option<ModelName>,
}

/// A server that answered just now, and what it has.
pub struct Stock {
    pub server: ModelServer,
    pub installed: Vec<InstalledModel>,
    /// The model that is asked, whether it is installed or not.
    pub active: Option<ModelName>,
}

/// Why no model can be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoModel {
    /// The text says what to do.
    #[error("{0}")]
    NoServer(String),
    #[error("the model server at {url} does not say which of its models to ask: set {setting} or POST /model/swap")]
    NoneChosen { url: String, setting: &'static str },
    #[error(transparent)]
    Failed(#[from] ModelError),
}

impl Catalog {
    /// Begins with the models of the settings.
    pub fn new(settings: ModelSettings) -> Self {
        Self { settings, chosen: Mutex::default() }
    }

    /// The first server of the settings that answers.
    pub async fn server(&self) -> Result<ModelServer, NoModel> {
        match choose(&self.settings.servers).await {
            Choice::Server(server) => Ok(server),
            Choice::NoneAvailable { what_to_do } => Err(NoModel::NoServer(what_to_do)),
        }
    }

    /// The first server that answers, with what it has.
    pub async fn stock(&self) -> Result<Stock, NoModel> {
        let server = self.server().await?;
        let installed = server.list_models().await?;
        let active = self.named(server.protocol()).or_else(|| usual(server.protocol(), &installed));
        Ok(Stock { server, installed, active })
    }

    /// The server and the model to ask.
    pub async fn model(&self) -> Result<(ModelServer, ModelName), NoModel> {
        let server = self.server().await?;
        if let Some(model) = self.named(server.protocol()) {
            return Ok((server, model));
        }
        let (url, setting) = (server.url().to_owned(), model_setting(server.protocol()));
        let usual = usual(server.protocol(), &server.list_models().await?);
        usual.map(|model| (server, model)).ok_or(NoModel::NoneChosen { url, setting })
    }

    /// Makes `model` the one that servers of `protocol` are asked for.
    pub fn choose_model(&self, protocol: Protocol, model: ModelName) {
        *self.chosen().of(protocol) = Some(model);
    }

    fn named(&self, protocol: Protocol) -> Option<ModelName> {
        let chosen = self.chosen().of(protocol).clone();
        chosen.or_else(|| self.settings.model(protocol).cloned())
    }

    fn chosen(&self) -> MutexGuard<'_, Chosen> {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Chosen {
    fn of(&mut self, protocol: Protocol) -> &mut Option<ModelName> {
        match protocol {
            Protocol::Ollama => &mut self.ollama,
            Protocol::OpenAi => &mut self.openai,
        }
    }
}

impl Stock {
    /// Whether the server can answer with `model` at once.
    pub fn has(&self, model: &ModelName) -> bool {
        self.installed.iter().any(|it| is_same(self.server.protocol(), &it.name, model))
    }

    /// Whether `model` is the one that is asked.
    pub fn is_active(&self, model: &ModelName) -> bool {
        self.active.as_ref().is_some_and(|active| is_same(self.server.protocol(), active, model))
    }
}

/// The model that is asked where nobody named one. Ollama lists the newest first; from a long list of a server that is
/// not ours nothing is guessed, for its models cost different money.
fn usual(protocol: Protocol, installed: &[InstalledModel]) -> Option<ModelName> {
    match (protocol, installed) {
        (Protocol::Ollama, [first, ..]) | (Protocol::OpenAi, [first]) => Some(first.name.clone()),
        (Protocol::Ollama | Protocol::OpenAi, _) => None,
    }
}

fn is_same(protocol: Protocol, one: &ModelName, other: &ModelName) -> bool {
    match protocol {
        Protocol::Ollama => untagged(one) == untagged(other),
        Protocol::OpenAi => one == other,
    }
}

fn untagged(model: &ModelName) -> &str {
    model.as_str().strip_suffix(OLLAMA_DEFAULT_TAG).unwrap_or(model.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models(names: &[&str]) -> Vec<InstalledModel> {
        let model = |name: &&str| InstalledModel {
            name: ModelName::new(*name).unwrap(),
            parameter_size: None,
            quantization: None,
        };
        names.iter().map(model).collect()
    }

    #[test]
    fn where_nobody_named_a_model_only_ollama_is_guessed_from_a_list() {
        let name = |model: Option<ModelName>| model.map(|it| it.as_str().to_owned());
        assert_eq!(name(usual(Protocol::Ollama, &models(&["new", "old"]))).as_deref(), Some("new"));
        assert_eq!(usual(Protocol::Ollama, &[]), None);
        assert_eq!(name(usual(Protocol::OpenAi, &models(&["only"]))).as_deref(), Some("only"));
        assert_eq!(usual(Protocol::OpenAi, &models(&["cheap", "dear"])), None);
    }

    #[test]
    fn a_name_without_a_tag_is_the_latest_of_ollama() {
        let (bare, latest) = (ModelName::new("coder").unwrap(), ModelName::new("coder:latest").unwrap());
        assert!(is_same(Protocol::Ollama, &bare, &latest));
        assert!(!is_same(Protocol::Ollama, &bare, &ModelName::new("coder:7b").unwrap()));
        assert!(!is_same(Protocol::OpenAi, &bare, &latest));
    }
}
