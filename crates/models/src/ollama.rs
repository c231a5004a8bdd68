//! How does Ollama put it? Its addresses, requests and answer lines.

use crate::{
    ChatEnd, ChatRequest, Message, ModelError, Protocol, StopReason,
    chat::{LineFault, Said},
};
use edgecoder_events::ModelName;
use reqwest::Url;
use serde::{Deserialize, Serialize};

pub const CHAT: &str = "/api/chat";
pub const TAGS: &str = "/api/tags";
pub const SHOW: &str = "/api/show";
pub const PULL: &str = "/api/pull";
pub const VERSION: &str = "/api/version";

/// Where Ollama listens when nobody says otherwise.
pub const DEFAULT_HOST: &str = "http://127.0.0.1:11434";
const DEFAULT_PORT: u16 = 11434;

/// A context window costs memory, and another size than last time costs a reload: so few sizes, within these.
const CONTEXT_TOKENS: std::ops::RangeInclusive<u32> = 4096..=65536;
/// Code and English have more than three bytes for each token.
const BYTES_PER_TOKEN: usize = 3;

/// Reads what people put into `OLLAMA_HOST`: a whole URL, `host`, `host:port`, or the address that the *server*
/// binds (`0.0.0.0`), which means this machine.
pub fn address(host: &str) -> Result<Url, ModelError> {
    let host = host.trim();
    let text = if host.contains("://") { host.to_owned() } else { format!("http://{host}") };
    let mut url = crate::server::parse_url(&text, Protocol::Ollama)?;
    if !host.contains("://") && !names_a_port(host) {
        set(url.set_port(Some(DEFAULT_PORT)))?;
    }
    match url.host_str() {
        Some("0.0.0.0") => set(url.set_host(Some("127.0.0.1")).map_err(|_| ()))?,
        Some("[::]") => set(url.set_host(Some("[::1]")).map_err(|_| ()))?,
        _ => {}
    }
    Ok(url)
}

/// Port 80 is dropped from an http URL when it is parsed, but somebody who wrote it meant it.
fn names_a_port(host: &str) -> bool {
    let authority = host.split('/').next().unwrap_or_default();
    authority.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

fn set(done: Result<(), ()>) -> Result<(), ModelError> {
    done.map_err(|()| ModelError::BadAddress { protocol: Protocol::Ollama, problem: "it has no host" })
}

#[derive(Serialize)]
pub struct ChatBody<'a> {
    model: &'a ModelName,
    messages: &'a [Message],
    stream: bool,
    options: Options,
}

#[derive(Serialize)]
struct Options {
    temperature: f32,
    num_predict: u32,
    num_ctx: u32,
}

impl<'a> From<&'a ChatRequest> for ChatBody<'a> {
    fn from(request: &'a ChatRequest) -> Self {
        Self {
            model: &request.model,
            messages: &request.messages,
            stream: true,
            options: Options {
                temperature: request.temperature,
                num_predict: request.max_tokens,
                num_ctx: context_tokens(request),
            },
        }
    }
}

/// Ollama silently forgets the beginning of what does not fit into its context: asks for one that fits.
fn context_tokens(request: &ChatRequest) -> u32 {
    let prompt = u32::try_from(request.prompt_bytes() / BYTES_PER_TOKEN).unwrap_or(u32::MAX);
    let wanted = prompt.saturating_add(request.max_tokens).min(*CONTEXT_TOKENS.end());
    wanted.next_power_of_two().max(*CONTEXT_TOKENS.start())
}

#[derive(Deserialize)]
struct ChatLine {
    message: Option<Spoken>,
    #[serde(default)]
    done: bool,
    done_reason: Option<String>,
    prompt_eval_count: Option<u64>,
    eval_count: Option<u64>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Spoken {
    #[serde(default)]
    content: String,
    #[serde(default)]
    thinking: String,
}

/// Reads one line of a streamed chat.
pub fn read_chat_line(line: &[u8]) -> Result<Said, LineFault> {
    if line.is_empty() {
        return Ok(Said::default());
    }
    let line: ChatLine = serde_json::from_slice(line).map_err(|_| LineFault::NotTheProtocol)?;
    if let Some(error) = line.error {
        return Err(LineFault::of_server_message(&error));
    }
    let reason =
        if line.done_reason.as_deref() == Some("length") { StopReason::CutShort } else { StopReason::Finished };
    let end =
        line.done.then_some(ChatEnd { reason, prompt_tokens: line.prompt_eval_count, output_tokens: line.eval_count });
    let Some(message) = line.message else {
        return if end.is_some() { Ok(Said { end, ..Said::default() }) } else { Err(LineFault::NotTheProtocol) };
    };
    Ok(Said { text: message.content, thought_bytes: message.thinking.len(), end })
}

#[derive(Deserialize)]
pub struct Version {
    pub version: String,
}

#[derive(Deserialize)]
pub struct Tags {
    pub models: Vec<Tag>,
}

#[derive(Deserialize)]
pub struct Tag {
    pub name: String,
    pub details: Option<Details>,
}

/// What `/api/tags` and `/api/show` say about a model.
#[derive(Deserialize)]
pub struct Details {
    pub parameter_size: Option<String>,
    pub quantization_level: Option<String>,
}

#[derive(Serialize)]
pub struct ShowBody<'a> {
    pub model: &'a ModelName,
}

#[derive(Deserialize)]
pub struct Show {
    pub details: Details,
}

#[derive(Serialize)]
pub struct PullBody<'a> {
    pub model: &'a ModelName,
    pub stream: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ollama_host_is_read_in_every_form_that_ollama_takes() {
        for (host, url) in [
            ("http://127.0.0.1:11434", "http://127.0.0.1:11434/"),
            ("https://models.example/ollama/", "https://models.example/ollama/"),
            ("gpu-box", "http://gpu-box:11434/"),
            ("gpu-box:80", "http://gpu-box/"),
            ("0.0.0.0", "http://127.0.0.1:11434/"),
            ("0.0.0.0:9000", "http://127.0.0.1:9000/"),
            ("[::]:9000", "http://[::1]:9000/"),
            ("[::1]", "http://[::1]:11434/"),
        ] {
            assert_eq!(address(host).map(|url| url.to_string()), Ok(url.to_owned()), "{host}");
        }
        for bad in ["", "file:///etc/passwd", "http://", "http://user:secret@host"] {
            assert!(address(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_long_prompt_gets_a_context_that_holds_it() {
        let request = |bytes: usize, max_tokens| ChatRequest {
            model: ModelName::new("m").unwrap(),
            messages: vec![Message::user("x".repeat(bytes))],
            temperature: 0.0,
            max_tokens,
        };
        assert_eq!(context_tokens(&request(300, 512)), 4096);
        assert_eq!(context_tokens(&request(12_000, 2048)), 8192);
        assert_eq!(context_tokens(&request(3_000_000, u32::MAX)), 65536);
    }

    #[test]
    fn lines_of_a_chat_are_read_as_ollama_writes_them() {
        let text = br#"{"model":"m","created_at":"x","message":{"role":"assistant","content":"hi"},"done":false}"#;
        assert_eq!(read_chat_line(text).unwrap().text, "hi");
        let end = br#"{"message":{"role":"assistant","content":""},"done":true,"done_reason":"length","eval_count":7}"#;
        let end = read_chat_line(end).unwrap().end.unwrap();
        assert_eq!((end.reason, end.output_tokens), (StopReason::CutShort, Some(7)));
        let memory = br#"{"error":"model requires more system memory (9 GiB) than is available"}"#;
        assert_eq!(read_chat_line(memory), Err(LineFault::TooLittleMemory));
        assert_eq!(read_chat_line(b"{}"), Err(LineFault::NotTheProtocol));
        assert_eq!(read_chat_line(b"<html>"), Err(LineFault::NotTheProtocol));
    }
}
