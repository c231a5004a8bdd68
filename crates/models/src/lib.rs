//! What does the language model say? Model servers, the prompts they get, and reading what comes back.
//!
//! [`ModelServer`] speaks two protocols over HTTP: Ollama's own and the OpenAI-compatible one. Every wait, line and
//! answer has a limit, dropping a stream drops its connection, and nothing is retried here: the caller decides, by the
//! [`ModelError`]. Prompts and replies are never logged, nor part of an error.
//!
//! [`prompts`] builds what is asked; [`text`] reads plans, code and files out of the replies.

mod chat;
mod endpoint;
mod error;
mod lines;
mod ollama;
mod openai;
mod patience;
pub mod prompts;
mod pull;
mod server;
mod server_choice;
pub mod text;

pub use chat::{ChatEnd, ChatLimits, ChatPiece, ChatRequest, ChatStream, Message, Role, StopReason};
pub use error::{ModelError, Protocol, Wait};
pub use pull::{PullProgress, PullStage, PullStream};
pub use server::{InstalledModel, ModelServer, ServerHealth};
pub use server_choice::{Choice, Provider, ServerSettings, UnknownProvider, choose};
