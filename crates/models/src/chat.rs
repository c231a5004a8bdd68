//! What is asked of a model, within which limits, and how does its answer arrive piece by piece?

use crate::{ModelError, endpoint::AnswerLines};
use edgecoder_events::ModelName;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use serde::Serialize;
use std::{fmt, time::Duration};

/// The most bytes that the messages of one request have together.
pub const MAX_PROMPT_BYTES: usize = 1024 * 1024;

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    System,
    User,
    Assistant,
}

/// One message of a conversation.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    pub role: Role,
    pub content: String,
}

impl Message {
    /// A message with the rules of the conversation.
    pub fn system(content: impl Into<String>) -> Self {
        Self { role: Role::System, content: content.into() }
    }

    /// A message from the one who asks.
    pub fn user(content: impl Into<String>) -> Self {
        Self { role: Role::User, content: content.into() }
    }

    /// A message that the model gave earlier.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self { role: Role::Assistant, content: content.into() }
    }
}

/// Shows how long the message is, never what it says: it may end in a log.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} message of {} bytes", self.role, self.content.len())
    }
}

/// What a model is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatRequest {
    pub model: ModelName,
    pub messages: Vec<Message>,
    /// 0 for the same answer every time, 1 for variety.
    pub temperature: f32,
    /// The longest answer, in the model's own tokens.
    pub max_tokens: u32,
}

impl ChatRequest {
    pub(crate) fn check_size(&self) -> Result<(), ModelError> {
        let got = self.prompt_bytes();
        if got > MAX_PROMPT_BYTES {
            return Err(ModelError::PromptTooLong { got, limit: MAX_PROMPT_BYTES });
        }
        Ok(())
    }

    pub(crate) fn prompt_bytes(&self) -> usize {
        self.messages.iter().map(|message| message.content.len()).sum()
    }
}

/// How long and how much an answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatLimits {
    /// The whole answer.
    pub deadline: Duration,
    /// Until the first piece: a large model is loaded from disk before it speaks.
    pub first_piece: Duration,
    /// Between two pieces.
    pub idle: Duration,
    /// Everything the model says, thoughts too.
    pub max_output_bytes: usize,
}

impl Default for ChatLimits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_mins(10),
            first_piece: Duration::from_mins(3),
            idle: Duration::from_mins(1),
            max_output_bytes: 256 * 1024,
        }
    }
}

/// Why the model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// It had nothing to add.
    Finished,
    /// It reached `max_tokens`.
    CutShort,
}

/// The end of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatEnd {
    pub reason: StopReason,
    /// As counted by the server, where it counts.
    pub prompt_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
}

impl ChatEnd {
    pub(crate) const fn without_counts(reason: StopReason) -> Self {
        Self { reason, prompt_tokens: None, output_tokens: None }
    }
}

/// A part of an answer. [`ChatPiece::End`] comes last, and always when there was no error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatPiece {
    Text(String),
    End(ChatEnd),
}

/// An answer on its way. Dropping it drops the connection, and the server stops working on it.
pub type ChatStream = BoxStream<'static, Result<ChatPiece, ModelError>>;

/// What one line of either protocol says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub text: String,
    /// The bytes of thoughts, which nobody is shown but which count.
    pub thought_bytes: usize,
    pub end: Option<ChatEnd>,
}

/// Reads one line of a protocol; `Err` says what is wrong with it.
pub(crate) type ReadLine = fn(&[u8]) -> Result<Said, LineFault>;

/// What a line of an answer can be instead of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineFault {
    NotTheProtocol,
    ServerError,
    TooLittleMemory,
}

impl LineFault {
    /// Tells a lack of memory, which the user can act on, from other errors that a server reports.
    pub(crate) fn of_server_message(message: &str) -> Self {
        if mentions_memory(message) { Self::TooLittleMemory } else { Self::ServerError }
    }
}

pub(crate) fn mentions_memory(message: &str) -> bool {
    ["system memory", "out of memory"].iter().any(|words| message.contains(words))
}

/// An answer that has begun.
pub(crate) struct Answer {
    lines: AnswerLines,
    read_line: ReadLine,
    budget: OutputBudget,
    end: Option<ChatEnd>,
    over: bool,
}

impl Answer {
    pub(crate) fn new(lines: AnswerLines, read_line: ReadLine, max_output_bytes: usize) -> Self {
        let budget = OutputBudget { limit: max_output_bytes, used: 0 };
        Self { lines, read_line, budget, end: None, over: false }
    }

    pub(crate) fn pieces(self) -> ChatStream {
        stream::try_unfold(
            self,
            |mut answer| async move { Ok(answer.next_piece().await?.map(|piece| (piece, answer))) },
        )
        .boxed()
    }

    async fn next_piece(&mut self) -> Result<Option<ChatPiece>, ModelError> {
        while !self.over {
            if let Some(end) = self.end {
                self.over = true;
                return Ok(Some(ChatPiece::End(end)));
            }
            let said = self.lines.next(self.read_line).await?.ok_or(ModelError::BrokenOff)?;
            if said != Said::default() {
                self.lines.heard();
            }
            self.budget.spend(said.text.len() + said.thought_bytes)?;
            self.end = said.end;
            if !said.text.is_empty() {
                return Ok(Some(ChatPiece::Text(said.text)));
            }
        }
        Ok(None)
    }
}

/// How much the model may still say.
struct OutputBudget {
    limit: usize,
    used: usize,
}

impl OutputBudget {
    fn spend(&mut self, bytes: usize) -> Result<(), ModelError> {
        self.used = self.used.saturating_add(bytes);
        if self.used > self.limit { Err(ModelError::TooLong { limit: self.limit }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_in_a_log_does_not_show_what_it_says() {
        let shown = format!("{:?}", Message::user("my secret plan"));
        assert_eq!(shown, "User message of 14 bytes");
    }
}
