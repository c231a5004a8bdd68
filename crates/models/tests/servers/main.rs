//! Does a real HTTP exchange with each kind of server end as promised, whatever the server does?

#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

mod answers;
mod choice;
mod failures;
mod journey;
mod limits;
mod ollama_only;

use edgecoder_events::ModelName;
use edgecoder_models::{ChatLimits, ChatRequest, Message, ModelError, ModelServer};
use edgecoder_testkit::{Answer, Script, ScriptedOllama, ScriptedOpenAi};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const MODEL: &str = "qwen2.5-coder:7b";

/// Waits that no test reaches, however slow the machine.
const PATIENT: ChatLimits = ChatLimits {
    deadline: Duration::from_mins(5),
    first_piece: Duration::from_mins(5),
    idle: Duration::from_mins(5),
    max_output_bytes: 64 * 1024,
};

/// Both kinds of server with the same script, and the clients of both.
struct Both {
    ollama: ScriptedOllama,
    openai: ScriptedOpenAi,
}

impl Both {
    async fn always(answer: Answer) -> Self {
        let script = || Script::always(MODEL, answer.clone());
        Self { ollama: ScriptedOllama::start(script()).await, openai: ScriptedOpenAi::start(script()).await }
    }

    fn clients(&self) -> [ModelServer; 2] {
        [ModelServer::ollama(&self.ollama.url()).unwrap(), ModelServer::openai(&self.openai.url(), None).unwrap()]
    }

    async fn wait_for_hang_ups(&self) {
        self.ollama.wait_for_hang_ups(1).await;
        self.openai.wait_for_hang_ups(1).await;
    }
}

fn model(name: &str) -> ModelName {
    ModelName::new(name).unwrap()
}

fn request(prompt: &str) -> ChatRequest {
    ChatRequest { model: model(MODEL), messages: vec![Message::user(prompt)], temperature: 0.0, max_tokens: 512 }
}

async fn complete(server: &ModelServer, limits: ChatLimits) -> Result<String, ModelError> {
    server.complete(request("hello"), limits, CancellationToken::new()).await
}
