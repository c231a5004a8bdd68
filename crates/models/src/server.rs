//! What can a model server be asked?

use crate::{
    ChatLimits, ChatPiece, ChatRequest, ChatStream, ModelError, Protocol, PullStream, StopReason,
    chat::Answer,
    endpoint::{Ask, Endpoint},
    ollama, openai,
    patience::Patience,
    pull::{self, Pull},
};
use edgecoder_events::ModelName;
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Url;
use secrecy::SecretString;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// More models than this of one server are not listed.
const MAX_MODELS: usize = 1000;

/// A large model over a slow line: half a day for the whole, two minutes for the next sign of life.
const PULL_LIMITS: ChatLimits = ChatLimits {
    deadline: Duration::from_hours(12),
    first_piece: Duration::from_mins(2),
    idle: Duration::from_mins(2),
    max_output_bytes: 0, // counts what a model says, and here none speaks
};

/// A model that a server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledModel {
    pub name: ModelName,
    /// As the server puts it: `7.6B`.
    pub parameter_size: Option<String>,
    /// As the server puts it: `Q4_K_M`.
    pub quantization: Option<String>,
}

/// What a server that answers says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerHealth {
    /// Only Ollama tells.
    pub version: Option<String>,
}

/// A server that runs language models. Cloning is cheap and shares its connections.
#[derive(Debug, Clone)]
pub enum ModelServer {
    Ollama(OllamaServer),
    OpenAi(OpenAiServer),
}

/// An Ollama server.
#[derive(Debug, Clone)]
pub struct OllamaServer(Endpoint);

/// A server that speaks as OpenAI does.
#[derive(Debug, Clone)]
pub struct OpenAiServer(Endpoint);

impl ModelServer {
    /// The Ollama server at `host`, in any form that `OLLAMA_HOST` may have.
    pub fn ollama(host: &str) -> Result<Self, ModelError> {
        let url = ollama::address(host)?;
        Ok(Self::Ollama(OllamaServer(Endpoint::new(&url, Protocol::Ollama, None)?)))
    }

    /// The OpenAI-compatible server at `base`, in the form of `OPENAI_BASE_URL`.
    pub fn openai(base: &str, key: Option<SecretString>) -> Result<Self, ModelError> {
        let url = openai::address(base)?;
        Ok(Self::OpenAi(OpenAiServer(Endpoint::new(&url, Protocol::OpenAi, key)?)))
    }

    /// The address that is asked, with no slash at its end.
    pub fn url(&self) -> &str {
        self.endpoint().url()
    }

    /// The protocol that is spoken.
    pub fn protocol(&self) -> Protocol {
        self.endpoint().protocol()
    }

    /// Asks whether the server answers and speaks its protocol.
    pub async fn health(&self) -> Result<ServerHealth, ModelError> {
        match self {
            Self::Ollama(server) => {
                let version: ollama::Version = server.0.get(ollama::VERSION).await?;
                Ok(ServerHealth { version: Some(version.version) })
            }
            Self::OpenAi(server) => {
                server.0.get::<openai::Models>(openai::MODELS).await.map(|_| ServerHealth { version: None })
            }
        }
    }

    /// Lists the models that can be asked, leaving out those whose name is no [`ModelName`].
    pub async fn list_models(&self) -> Result<Vec<InstalledModel>, ModelError> {
        match self {
            Self::Ollama(server) => server.models_at(ollama::TAGS).await,
            Self::OpenAi(server) => {
                let list: openai::Models = server.0.get(openai::MODELS).await?;
                Ok(list.data.into_iter().filter_map(|model| installed(model.id, None)).take(MAX_MODELS).collect())
            }
        }
    }

    /// Describes one model.
    ///
    /// # Errors
    /// [`ModelError::NotInstalled`]; [`ModelError::Unsupported`] from OpenAI-compatible servers.
    pub async fn describe(&self, model: &ModelName) -> Result<InstalledModel, ModelError> {
        let Self::Ollama(server) = self else { return Err(self.unsupported("describe a model")) };
        let ask = Ask { path: ollama::SHOW, model: Some(model) };
        let show: ollama::Show = server.0.post(ask, &ollama::ShowBody { model }).await?;
        Ok(InstalledModel {
            name: model.clone(),
            parameter_size: show.details.parameter_size,
            quantization: show.details.quantization_level,
        })
    }

    /// Asks a model and streams its answer.
    pub fn chat(&self, request: ChatRequest, limits: ChatLimits, cancel: CancellationToken) -> ChatStream {
        let server = self.clone();
        let answer = async move { server.begin_answer(&request, limits, cancel).await.map(Answer::pieces) };
        stream::once(answer).try_flatten().boxed()
    }

    /// Asks a model and waits for its whole answer.
    ///
    /// # Errors
    /// Those of [`Self::chat`], and [`ModelError::CutShort`]: half an answer is none.
    pub async fn complete(
        &self,
        request: ChatRequest,
        limits: ChatLimits,
        cancel: CancellationToken,
    ) -> Result<String, ModelError> {
        let max_tokens = request.max_tokens;
        let mut pieces = self.chat(request, limits, cancel);
        let mut reply = String::new();
        while let Some(piece) = pieces.next().await {
            match piece? {
                ChatPiece::Text(text) => reply.push_str(&text),
                ChatPiece::End(end) if end.reason == StopReason::CutShort => {
                    return Err(ModelError::CutShort { max_tokens });
                }
                ChatPiece::End(_) => {}
            }
        }
        Ok(reply)
    }

    /// Installs a model and streams the progress, which ends with [`crate::PullStage::Installed`].
    ///
    /// # Errors
    /// [`ModelError::Unsupported`] from OpenAI-compatible servers.
    pub fn pull(&self, model: ModelName, cancel: CancellationToken) -> PullStream {
        let Self::Ollama(OllamaServer(endpoint)) = self.clone() else { return pull::unsupported(self.protocol()) };
        let pull = async move {
            let patience = Patience::starting_now(PULL_LIMITS, cancel);
            let body = ollama::PullBody { model: &model, stream: true };
            let ask = Ask { path: ollama::PULL, model: Some(&model) };
            let lines = endpoint.stream(ask, &body, patience).await?;
            Ok::<_, ModelError>(Pull::new(lines, model).progress())
        };
        stream::once(pull).try_flatten().boxed()
    }

    async fn begin_answer(
        &self,
        request: &ChatRequest,
        limits: ChatLimits,
        cancel: CancellationToken,
    ) -> Result<Answer, ModelError> {
        request.check_size()?;
        let patience = Patience::starting_now(limits, cancel);
        let model = Some(&request.model);
        let (lines, read_line): (_, crate::chat::ReadLine) = match self {
            Self::Ollama(server) => {
                let ask = Ask { path: ollama::CHAT, model };
                (server.0.stream(ask, &ollama::ChatBody::from(request), patience).await?, ollama::read_chat_line)
            }
            Self::OpenAi(server) => {
                let ask = Ask { path: openai::CHAT, model };
                (server.0.stream(ask, &openai::ChatBody::from(request), patience).await?, openai::read_chat_line)
            }
        };
        Ok(Answer::new(lines, read_line, limits.max_output_bytes))
    }

    fn endpoint(&self) -> &Endpoint {
        match self {
            Self::Ollama(OllamaServer(endpoint)) | Self::OpenAi(OpenAiServer(endpoint)) => endpoint,
        }
    }

    fn unsupported(&self, what: &'static str) -> ModelError {
        ModelError::Unsupported { protocol: self.protocol(), what }
    }
}

impl OllamaServer {
    async fn models_at(&self, path: &'static str) -> Result<Vec<InstalledModel>, ModelError> {
        let tags: ollama::Tags = self.0.get(path).await?;
        Ok(tags.models.into_iter().filter_map(|tag| installed(tag.name, tag.details)).take(MAX_MODELS).collect())
    }
}

fn installed(name: String, details: Option<ollama::Details>) -> Option<InstalledModel> {
    let name = ModelName::new(name).ok()?;
    let (parameter_size, quantization) = details.map_or((None, None), |d| (d.parameter_size, d.quantization_level));
    Some(InstalledModel { name, parameter_size, quantization })
}

/// Reads the address of a server, which may be told to strangers: so it has no password in it.
pub fn parse_url(text: &str, protocol: Protocol) -> Result<Url, ModelError> {
    let bad = |problem| ModelError::BadAddress { protocol, problem };
    let url = Url::parse(text).map_err(|_| bad("expected http://host:port"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(bad("expected http://host:port"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("a password does not belong into it"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("expected nothing after its path"));
    }
    Ok(url)
}
