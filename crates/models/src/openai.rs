//! How do OpenAI-compatible servers put it? Their addresses, requests and answer lines.

use crate::{
    ChatEnd, ChatRequest, Message, ModelError, Protocol, StopReason,
    chat::{LineFault, Said},
};
use edgecoder_events::ModelName;
use reqwest::Url;
use serde::{Deserialize, Serialize};

pub const CHAT: &str = "/chat/completions";
pub const MODELS: &str = "/models";

/// Reads `OPENAI_BASE_URL`. A URL without a path means its `/v1`; one with a path is taken as it is.
pub fn address(base: &str) -> Result<Url, ModelError> {
    let mut url = crate::server::parse_url(base.trim(), Protocol::OpenAi)?;
    if url.path() == "/" {
        url.set_path("/v1");
    }
    Ok(url)
}

#[derive(Serialize)]
pub struct ChatBody<'a> {
    model: &'a ModelName,
    messages: &'a [Message],
    stream: bool,
    temperature: f32,
    max_tokens: u32,
}

impl<'a> From<&'a ChatRequest> for ChatBody<'a> {
    fn from(request: &'a ChatRequest) -> Self {
        Self {
            model: &request.model,
            messages: &request.messages,
            stream: true,
            temperature: request.temperature,
            max_tokens: request.max_tokens,
        }
    }
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<ChunkChoice>,
    usage: Option<Usage>,
    error: Option<ServerError>,
}

#[derive(Deserialize)]
struct ChunkChoice {
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
    reasoning_content: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct ServerError {
    #[serde(default)]
    message: String,
}

/// Reads one line of a stream of server-sent events.
pub fn read_chat_line(line: &[u8]) -> Result<Said, LineFault> {
    let Some(event) = line.strip_prefix(b"data:") else {
        return if is_between_events(line) { Ok(Said::default()) } else { Err(LineFault::NotTheProtocol) };
    };
    if event.trim_ascii() == b"[DONE]" {
        return Ok(Said { end: Some(ChatEnd::without_counts(StopReason::Finished)), ..Said::default() });
    }
    let chunk: Chunk = serde_json::from_slice(event).map_err(|_| LineFault::NotTheProtocol)?;
    if let Some(error) = chunk.error {
        return Err(LineFault::of_server_message(&error.message));
    }
    let Some(choice) = chunk.choices.into_iter().next() else {
        return Ok(Said::default());
    };
    let end = choice.finish_reason.map(|reason| ChatEnd {
        reason: if reason == "length" { StopReason::CutShort } else { StopReason::Finished },
        prompt_tokens: chunk.usage.as_ref().and_then(|usage| usage.prompt_tokens),
        output_tokens: chunk.usage.as_ref().and_then(|usage| usage.completion_tokens),
    });
    Ok(Said {
        text: choice.delta.content.unwrap_or_default(),
        thought_bytes: choice.delta.reasoning_content.map_or(0, |thought| thought.len()),
        end,
    })
}

/// Empty lines, comments that keep the connection alive, and the other fields of server-sent events.
fn is_between_events(line: &[u8]) -> bool {
    line.is_empty() || [b":".as_slice(), b"event:", b"id:", b"retry:"].iter().any(|start| line.starts_with(start))
}

#[derive(Deserialize)]
pub struct Models {
    pub data: Vec<Model>,
}

#[derive(Deserialize)]
pub struct Model {
    pub id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_without_path_means_version_one() {
        for (base, url) in [
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1"),
            ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1/"),
            ("https://models.example/openai/v1", "https://models.example/openai/v1"),
        ] {
            assert_eq!(address(base).map(|url| url.to_string()), Ok(url.to_owned()));
        }
        assert!(address("127.0.0.1:8000").is_err());
    }

    #[test]
    fn lines_of_a_chat_are_read_as_such_servers_write_them() {
        let text =
            br#"data: {"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"hi"}}]}"#;
        assert_eq!(read_chat_line(text).unwrap().text, "hi");
        let end = br#"data: {"choices":[{"delta":{},"finish_reason":"length"}]}"#;
        assert_eq!(read_chat_line(end).unwrap().end, Some(ChatEnd::without_counts(StopReason::CutShort)));
        for quiet in ["", ": keep-alive", "event: message", r#"data: {"choices":[],"usage":{"prompt_tokens":1}}"#] {
            assert_eq!(read_chat_line(quiet.as_bytes()), Ok(Said::default()), "{quiet}");
        }
        let error = br#"data: {"error":{"message":"CUDA out of memory","code":500}}"#;
        assert_eq!(read_chat_line(error), Err(LineFault::TooLittleMemory));
        assert_eq!(read_chat_line(b"{\"choices\":[]}"), Err(LineFault::NotTheProtocol));
    }
}
