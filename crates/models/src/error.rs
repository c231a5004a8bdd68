//! What went wrong with a model server, and what can its user do about it?

use edgecoder_events::ModelName;
use std::{fmt, time::Duration};

/// The language that a model server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Ollama,
    OpenAi,
}

impl Protocol {
    const fn how_to_reach_it(self) -> &'static str {
        match self {
            Self::Ollama => "start Ollama or set OLLAMA_HOST",
            Self::OpenAi => "start the server or set OPENAI_BASE_URL",
        }
    }

    fn how_to_get(self, model: &ModelName) -> String {
        match self {
            Self::Ollama => format!("run ollama pull {model}"),
            Self::OpenAi => "choose one that the server lists".to_owned(),
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ollama => "Ollama",
            Self::OpenAi => "OpenAI-compatible",
        })
    }
}

/// The part of an answer that was waited for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Nothing came at all: the model may still be loading.
    FirstPiece,
    /// The answer began and then stood still.
    NextPiece,
    /// The answer went on, but the whole took too long.
    Whole,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstPiece => "did not begin to answer",
            Self::NextPiece => "stopped in the middle of its answer and did not go on",
            Self::Whole => "did not finish its answer",
        })
    }
}

/// Why there is no answer. No variant carries a word of the prompt or of the reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    #[error("the {protocol} address is not usable: {problem}")]
    BadAddress { protocol: Protocol, problem: &'static str },
    #[error("no model server answers at {url}: {}", .protocol.how_to_reach_it())]
    NotAnswering { url: String, protocol: Protocol },
    #[error("model {model} is not installed: {}", .protocol.how_to_get(.model))]
    NotInstalled { model: ModelName, protocol: Protocol },
    #[error("model {model} cannot be pulled: the library of models does not have it, check its name")]
    NoSuchModel { model: ModelName },
    #[error("the model does not fit into the memory of its machine: choose a smaller one")]
    TooLittleMemory,
    #[error("the model server at {url} does not accept the key: check OPENAI_API_KEY")]
    KeyRefused { url: String },
    #[error("the model server at {url} is busy: try again later")]
    Busy { url: String },
    #[error("the model server at {url} sends callers elsewhere, which is not followed: set its final address")]
    Redirected { url: String },
    #[error("the model server at {url} failed with status {status}: see its own log")]
    ServerFailed { url: String, status: u16 },
    #[error("the model server reported an error in the middle of its answer: see its own log")]
    FailedWhileAnswering,
    #[error("the model server at {url} does not take the request, status {status}: check the model and the limits")]
    Refused { url: String, status: u16 },
    #[error("the model {wait} within {} ms: try again, wait longer, or choose a smaller model", .limit.as_millis())]
    TimedOut { wait: Wait, limit: Duration },
    #[error("the connection broke before the answer was complete: try again")]
    BrokenOff,
    #[error("the answer is longer than {limit} bytes: ask for less or raise the limit")]
    TooLong { limit: usize },
    #[error("the answer was cut off after {max_tokens} tokens: ask for less or raise max_tokens")]
    CutShort { max_tokens: u32 },
    #[error("the prompt has {got} bytes, at most {limit} are sent: shorten it")]
    PromptTooLong { got: usize, limit: usize },
    #[error("what answers at {url} does not speak the {protocol} protocol: {problem}")]
    BadProtocol { url: String, protocol: Protocol, problem: &'static str },
    #[error("{protocol} servers cannot {what} on request: do it on the server itself")]
    Unsupported { protocol: Protocol, what: &'static str },
    #[error("the request was cancelled")]
    Cancelled,
}
