//! Do answers arrive as they were said?

use super::*;
use edgecoder_models::{ChatPiece, StopReason};
use futures_util::StreamExt;
use secrecy::SecretString;
use serde_json::json;

#[tokio::test]
async fn an_answer_arrives_in_pieces_and_whole() {
    let text = "Grüße: \"quoted\"\n\tand 素数 twice";
    let both = Both::always(Answer::Reply(text.into())).await;
    for server in both.clients() {
        let mut pieces = server.chat(request("hello"), PATIENT, CancellationToken::new());
        let mut heard = Vec::new();
        let mut end = None;
        while let Some(piece) = pieces.next().await {
            match piece.unwrap() {
                ChatPiece::Text(text) => heard.push(text),
                ChatPiece::End(reason) => end = Some(reason),
            }
        }
        assert!(heard.len() > 1, "it came in one piece");
        assert_eq!(heard.concat(), text);
        assert_eq!(end.unwrap().reason, StopReason::Finished);
    }
}

#[tokio::test]
async fn what_is_asked_arrives_as_each_protocol_writes_it() {
    let both = Both::always(Answer::Reply("ok".into())).await;
    for server in both.clients() {
        complete(&server, PATIENT).await.unwrap();
    }
    let messages = json!([{ "role": "user", "content": "hello" }]);
    let options = json!({ "temperature": 0.0, "num_predict": 512, "num_ctx": 4096 });
    let to_ollama = json!({ "model": MODEL, "messages": messages, "stream": true, "options": options });
    assert_eq!(both.ollama.requests()[0].body, to_ollama);
    let to_openai =
        json!({ "model": MODEL, "messages": messages, "stream": true, "temperature": 0.0, "max_tokens": 512 });
    assert_eq!(both.openai.requests()[0].body, to_openai);
}

#[tokio::test]
async fn an_answer_cut_off_by_max_tokens_is_not_taken_for_whole() {
    let both = Both::always(Answer::CutShort("def f(".into())).await;
    for server in both.clients() {
        assert_eq!(complete(&server, PATIENT).await, Err(ModelError::CutShort { max_tokens: 512 }));
    }
}

#[tokio::test]
async fn models_are_listed_and_health_is_told() {
    let both = Both::always(Answer::Reply("ok".into())).await;
    let [ollama, openai] = both.clients();
    assert_eq!(ollama.health().await.unwrap().version.as_deref(), Some("0.0.0-scripted"));
    openai.health().await.unwrap();
    for server in [&ollama, &openai] {
        assert_eq!(server.list_models().await.unwrap()[0].name, model(MODEL));
    }
    assert_eq!(ollama.list_models().await.unwrap()[0].parameter_size.as_deref(), Some("7.6B"));
}

#[tokio::test]
async fn the_key_is_shown_to_its_server_and_a_wrong_one_is_refused() {
    let server = ScriptedOpenAi::start_with_key(Script::always(MODEL, Answer::Reply("ok".into())), "right").await;
    let client = |key: &str| ModelServer::openai(&server.url(), Some(SecretString::from(key))).unwrap();
    assert_eq!(complete(&client("right"), PATIENT).await.as_deref(), Ok("ok"));
    let refused = ModelError::KeyRefused { url: server.url() };
    assert_eq!(complete(&client("wrong"), PATIENT).await, Err(refused.clone()));
    assert_eq!(client("wrong").health().await, Err(refused));
    assert!(!format!("{:?}", client("right")).contains("right"), "a log could show the key");
}
