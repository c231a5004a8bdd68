//! Does a node take the server that answers, and say what to do when none does?

use super::*;
use edgecoder_models::{Choice, Protocol, Provider, ServerSettings, choose};

fn settings(both: &Both, provider: Provider) -> ServerSettings {
    ServerSettings {
        provider,
        ollama_host: Some(both.ollama.url()),
        openai_base_url: Some(both.openai.url()),
        openai_api_key: None,
    }
}

async fn chosen(settings: &ServerSettings) -> Result<Protocol, String> {
    match choose(settings).await {
        Choice::Server(server) => Ok(server.protocol()),
        Choice::NoneAvailable { what_to_do } => Err(what_to_do),
    }
}

#[tokio::test]
async fn ollama_is_asked_first_and_the_other_server_next() {
    let both = Both::always(Answer::Reply("ok".into())).await;
    let local = settings(&both, Provider::EdgecoderLocal);
    assert_eq!(chosen(&local).await, Ok(Protocol::Ollama));
    let openai = settings(&both, Provider::OpenAi);
    assert_eq!(chosen(&openai).await, Ok(Protocol::OpenAi));
    let only_ollama = settings(&both, Provider::OllamaLocal);
    both.ollama.shutdown().await;
    assert_eq!(chosen(&local).await, Ok(Protocol::OpenAi));
    let what_to_do = chosen(&only_ollama).await.unwrap_err();
    assert!(what_to_do.contains("start Ollama or set OLLAMA_HOST"), "{what_to_do}");
}

#[tokio::test]
async fn without_any_server_there_is_no_model_rather_than_a_pretended_one() {
    let nothing = ServerSettings { provider: Provider::OpenAi, ..ServerSettings::default() };
    assert_eq!(chosen(&nothing).await, Err("no model server is named: set OPENAI_BASE_URL".to_owned()));
}
