//! Model servers on this machine that say what a script says, over the protocols of real ones.

use edgecoder_testkit::{Script, ScriptedOllama, ScriptedOpenAi};
use tokio::runtime::Runtime;

/// A scripted server and the threads that it runs on.
pub struct ModelServer {
    server: Protocol,
    // After the server, which ends on it.
    _runtime: Runtime,
}

enum Protocol {
    Ollama(ScriptedOllama),
    OpenAi(ScriptedOpenAi),
}

impl ModelServer {
    pub fn ollama(script: Script) -> Self {
        let runtime = Runtime::new().unwrap();
        let server = Protocol::Ollama(runtime.block_on(ScriptedOllama::start(script)));
        Self { server, _runtime: runtime }
    }

    /// Refuses callers without this key.
    pub fn openai(script: Script, key: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let server = Protocol::OpenAi(runtime.block_on(ScriptedOpenAi::start_with_key(script, key)));
        Self { server, _runtime: runtime }
    }

    /// What the setting of its protocol is to be.
    pub fn url(&self) -> String {
        match &self.server {
            Protocol::Ollama(server) => server.url(),
            Protocol::OpenAi(server) => server.url(),
        }
    }

    /// The first words of every prompt so far.
    pub fn prompts(&self) -> Vec<String> {
        let requests = match &self.server {
            Protocol::Ollama(server) => server.requests(),
            Protocol::OpenAi(server) => server.requests(),
        };
        let first_words = |prompt: &str| prompt.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
        requests.iter().map(|request| first_words(request.prompt())).filter(|words| !words.is_empty()).collect()
    }
}
