//! Which model server does this node use?

use crate::{ModelError, ModelServer, ollama};
use secrecy::SecretString;
use std::str::FromStr;

/// What `LOCAL_MODEL_PROVIDER` may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Provider {
    /// Whatever answers: Ollama first, then the OpenAI-compatible server.
    #[default]
    EdgecoderLocal,
    /// Ollama or nothing.
    OllamaLocal,
    /// The OpenAI-compatible server or nothing.
    OpenAi,
}

/// `LOCAL_MODEL_PROVIDER` is none of the known words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected edgecoder-local, ollama-local or openai, got {0:?}")]
pub struct UnknownProvider(String);

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(word: &str) -> Result<Self, UnknownProvider> {
        match word {
            "edgecoder-local" => Ok(Self::EdgecoderLocal),
            "ollama-local" => Ok(Self::OllamaLocal),
            "openai" => Ok(Self::OpenAi),
            other => Err(UnknownProvider(other.chars().take(40).collect())),
        }
    }
}

/// What the settings say about model servers.
#[derive(Debug, Clone, Default)]
pub struct ServerSettings {
    /// `LOCAL_MODEL_PROVIDER`.
    pub provider: Provider,
    /// `OLLAMA_HOST`.
    pub ollama_host: Option<String>,
    /// `OPENAI_BASE_URL`.
    pub openai_base_url: Option<String>,
    /// `OPENAI_API_KEY`.
    pub openai_api_key: Option<SecretString>,
}

/// The model server of this node, if it has one.
#[derive(Debug, Clone)]
pub enum Choice {
    /// It answered just now.
    Server(ModelServer),
    /// Nothing answered. This node runs programs that people bring, but has no model to write any.
    NoneAvailable { what_to_do: String },
}

/// Asks the servers that the settings name, in order, and takes the first that answers.
pub async fn choose(settings: &ServerSettings) -> Choice {
    let mut faults: Vec<String> = Vec::new();
    for candidate in candidates(settings) {
        match answering(candidate).await {
            Ok(server) => return Choice::Server(server),
            Err(fault) => faults.push(fault.to_string()),
        }
    }
    if faults.is_empty() {
        faults.push("no model server is named: set OPENAI_BASE_URL".to_owned());
    }
    Choice::NoneAvailable { what_to_do: faults.join("; ") }
}

fn candidates(settings: &ServerSettings) -> Vec<Result<ModelServer, ModelError>> {
    let ollama = || ModelServer::ollama(settings.ollama_host.as_deref().unwrap_or(ollama::DEFAULT_HOST));
    let openai = settings.openai_base_url.iter().map(|url| ModelServer::openai(url, settings.openai_api_key.clone()));
    match settings.provider {
        Provider::EdgecoderLocal => std::iter::once(ollama()).chain(openai).collect(),
        Provider::OllamaLocal => vec![ollama()],
        Provider::OpenAi => openai.collect(),
    }
}

async fn answering(candidate: Result<ModelServer, ModelError>) -> Result<ModelServer, ModelError> {
    let server = candidate?;
    server.health().await?;
    Ok(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_one_of_three_words() {
        assert_eq!("ollama-local".parse(), Ok(Provider::OllamaLocal));
        assert!("echo".parse::<Provider>().is_err());
    }
}
