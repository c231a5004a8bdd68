//! Is every way in which a server fails told by name?

use super::*;

/// What both clients say when their server always does this.
async fn errors_when(answer: Answer) -> [ModelError; 2] {
    let both = Both::always(answer).await;
    let [ollama, openai] = both.clients();
    [complete(&ollama, PATIENT).await.unwrap_err(), complete(&openai, PATIENT).await.unwrap_err()]
}

#[tokio::test]
async fn no_server_means_start_one() {
    let both = Both::always(Answer::Reply("ok".into())).await;
    let clients = both.clients();
    both.ollama.shutdown().await;
    both.openai.shutdown().await;
    for (server, advice) in clients.iter().zip(["start Ollama or set OLLAMA_HOST", "set OPENAI_BASE_URL"]) {
        let error = complete(server, PATIENT).await.unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with(&format!("no model server answers at {}", server.url())), "{text}");
        assert!(text.ends_with(advice), "{text}");
    }
}

#[tokio::test]
async fn a_model_that_is_not_installed_is_named_with_what_to_do() {
    let both = Both::always(Answer::Reply("ok".into())).await;
    for server in both.clients() {
        let request = ChatRequest { model: model("llama:1b"), ..request("hello") };
        let error = server.complete(request, PATIENT, CancellationToken::new()).await.unwrap_err();
        assert_eq!(error, ModelError::NotInstalled { model: model("llama:1b"), protocol: server.protocol() });
    }
    let error = ModelError::NotInstalled { model: model("llama:1b"), protocol: edgecoder_models::Protocol::Ollama };
    assert_eq!(error.to_string(), "model llama:1b is not installed: run ollama pull llama:1b");
}

#[tokio::test]
async fn each_status_has_its_meaning() {
    for error in errors_when(Answer::Status(503)).await {
        assert!(matches!(error, ModelError::Busy { .. }), "{error}");
    }
    for error in errors_when(Answer::Status(500)).await {
        assert!(matches!(error, ModelError::ServerFailed { status: 500, .. }), "{error}");
    }
    for error in errors_when(Answer::Status(400)).await {
        assert!(matches!(error, ModelError::Refused { status: 400, .. }), "{error}");
    }
}

#[tokio::test]
async fn nobody_is_followed_to_another_server() {
    let elsewhere = ScriptedOllama::start(Script::always(MODEL, Answer::Reply("gotcha".into()))).await;
    for error in errors_when(Answer::Redirect(format!("{}/api/chat", elsewhere.url()))).await {
        assert!(matches!(error, ModelError::Redirected { .. }), "{error}");
    }
    assert_eq!(elsewhere.requests(), [], "the prompt went to a server that nobody chose");
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_is_no_answer() {
    for error in errors_when(Answer::HangUpAfter("def f():".into())).await {
        assert_eq!(error, ModelError::BrokenOff);
    }
}

#[tokio::test]
async fn an_answer_that_ends_without_saying_so_is_no_answer() {
    for error in errors_when(Answer::Raw(String::new())).await {
        assert_eq!(error, ModelError::BrokenOff);
    }
}

#[tokio::test]
async fn an_error_in_the_middle_is_told_apart_from_a_lack_of_memory() {
    let fail = |error: &str| Answer::FailAfter { text: "def".into(), error: error.into() };
    for error in errors_when(fail("llama runner crashed")).await {
        assert_eq!(error, ModelError::FailedWhileAnswering);
    }
    for error in errors_when(fail("model requires more system memory (9.0 GiB) than is available")).await {
        assert_eq!(error, ModelError::TooLittleMemory);
    }
}

#[tokio::test]
async fn another_protocol_is_refused_without_repeating_what_was_said() {
    for error in errors_when(Answer::Raw("<html>your secret prompt</html>\n".into())).await {
        assert!(matches!(error, ModelError::BadProtocol { .. }), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_server_of_the_other_kind_is_found_out() {
    let both = Both::always(Answer::Reply("ok".into())).await;
    let mistaken = ModelServer::openai(&both.ollama.url(), None).unwrap();
    assert!(matches!(mistaken.health().await, Err(ModelError::BadProtocol { .. })));
    assert!(matches!(complete(&mistaken, PATIENT).await, Err(ModelError::BadProtocol { .. })));
}
