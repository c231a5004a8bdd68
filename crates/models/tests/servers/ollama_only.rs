//! What can only Ollama be asked?

use super::*;
use edgecoder_models::{PullProgress, PullStage};
use futures_util::{StreamExt, TryStreamExt};

async fn ollama_with_library() -> (ScriptedOllama, ModelServer) {
    let mut script = Script::always(MODEL, Answer::Reply("ok".into()));
    script.library.push("tiny:1b".into());
    let server = ScriptedOllama::start(script).await;
    let client = ModelServer::ollama(&server.url()).unwrap();
    (server, client)
}

#[tokio::test]
async fn a_pull_tells_its_progress_and_installs_the_model() {
    let (_server, client) = ollama_with_library().await;
    let pull = client.pull(model("tiny:1b"), CancellationToken::new());
    let steps: Vec<PullProgress> = pull.try_collect().await.unwrap();
    assert!(steps.is_sorted_by_key(|step| step.completed_bytes));
    let all = PullProgress { stage: PullStage::Installed, completed_bytes: 1000, total_bytes: 1000 };
    assert_eq!(steps.last(), Some(&all));
    assert!(client.list_models().await.unwrap().iter().any(|found| found.name == model("tiny:1b")));
}

#[tokio::test]
async fn a_model_that_nobody_has_cannot_be_pulled() {
    let (_server, client) = ollama_with_library().await;
    let pull = client.pull(model("nobody:1b"), CancellationToken::new());
    let error = pull.try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(error, ModelError::NoSuchModel { model: model("nobody:1b") });
}

#[tokio::test]
async fn a_model_is_described() {
    let (_server, client) = ollama_with_library().await;
    let described = client.describe(&model(MODEL)).await.unwrap();
    assert_eq!(described.parameter_size.as_deref(), Some("7.6B"));
    assert_eq!(described.quantization.as_deref(), Some("Q4_K_M"));
    assert!(matches!(client.describe(&model("tiny:1b")).await, Err(ModelError::NotInstalled { .. })));
}

#[tokio::test]
async fn other_servers_say_that_they_cannot() {
    let server = ScriptedOpenAi::start(Script::always(MODEL, Answer::Reply("ok".into()))).await;
    let client = ModelServer::openai(&server.url(), None).unwrap();
    let refused = client.pull(model(MODEL), CancellationToken::new()).next().await.unwrap();
    assert!(matches!(refused, Err(ModelError::Unsupported { .. })));
    assert!(matches!(client.describe(&model(MODEL)).await, Err(ModelError::Unsupported { .. })));
}
