//! Does every limit end an answer, and does the server notice?

use super::*;
use edgecoder_models::{ChatPiece, Wait};
use futures_util::StreamExt;

const SHORT: Duration = Duration::from_millis(50);

fn timed_out(wait: Wait) -> Result<String, ModelError> {
    Err(ModelError::TimedOut { wait, limit: SHORT })
}

#[tokio::test]
async fn a_model_that_says_nothing_is_given_up() {
    let both = Both::always(Answer::StallAfter(String::new())).await;
    for server in both.clients() {
        assert_eq!(complete(&server, ChatLimits { first_piece: SHORT, ..PATIENT }).await, timed_out(Wait::FirstPiece));
    }
    both.wait_for_hang_ups().await;
}

#[tokio::test]
async fn a_model_that_stops_in_the_middle_is_given_up() {
    let both = Both::always(Answer::StallAfter("def".into())).await;
    for server in both.clients() {
        assert_eq!(complete(&server, ChatLimits { idle: SHORT, ..PATIENT }).await, timed_out(Wait::NextPiece));
    }
    both.wait_for_hang_ups().await;
}

#[tokio::test]
async fn the_whole_answer_has_a_deadline() {
    let both = Both::always(Answer::StallAfter("def".into())).await;
    for server in both.clients() {
        assert_eq!(complete(&server, ChatLimits { deadline: SHORT, ..PATIENT }).await, timed_out(Wait::Whole));
    }
}

#[tokio::test]
async fn a_server_that_never_rests_does_not_outlive_the_deadline() {
    let both = Both::always(Answer::Endless("x".into())).await;
    for server in both.clients() {
        let limits = ChatLimits { deadline: SHORT, max_output_bytes: usize::MAX, ..PATIENT };
        assert_eq!(complete(&server, limits).await, timed_out(Wait::Whole));
    }
    both.wait_for_hang_ups().await;
}

#[tokio::test]
async fn an_answer_without_end_is_cut_at_the_limit() {
    let both = Both::always(Answer::Endless("again ".into())).await;
    for server in both.clients() {
        let limits = ChatLimits { max_output_bytes: 10_000, ..PATIENT };
        assert_eq!(complete(&server, limits).await, Err(ModelError::TooLong { limit: 10_000 }));
    }
    both.wait_for_hang_ups().await;
}

#[tokio::test]
async fn a_line_without_end_is_no_protocol() {
    let both = Both::always(Answer::Raw("x".repeat(3 * 1024 * 1024))).await;
    for server in both.clients() {
        let error = complete(&server, PATIENT).await.unwrap_err();
        assert!(error.to_string().ends_with("a line of its answer never ends"), "{error}");
    }
}

#[tokio::test]
async fn cancelling_ends_the_answer_and_the_connection() {
    let both = Both::always(Answer::StallAfter("def".into())).await;
    for server in both.clients() {
        let cancel = CancellationToken::new();
        let mut pieces = server.chat(request("hello"), PATIENT, cancel.clone());
        assert_eq!(pieces.next().await, Some(Ok(ChatPiece::Text("def".into()))));
        cancel.cancel();
        assert_eq!(pieces.next().await, Some(Err(ModelError::Cancelled)));
        assert_eq!(pieces.next().await, None);
    }
    both.wait_for_hang_ups().await;
}

#[tokio::test]
async fn dropping_an_answer_drops_its_connection() {
    let both = Both::always(Answer::StallAfter("def".into())).await;
    for server in both.clients() {
        let mut pieces = server.chat(request("hello"), PATIENT, CancellationToken::new());
        pieces.next().await.unwrap().unwrap();
    }
    both.wait_for_hang_ups().await;
}

#[tokio::test]
async fn a_prompt_that_is_too_long_is_not_sent() {
    let both = Both::always(Answer::Reply("ok".into())).await;
    for server in both.clients() {
        let request = request(&"x".repeat(2 * 1024 * 1024));
        let refusal = server.complete(request, PATIENT, CancellationToken::new()).await;
        assert!(matches!(refusal, Err(ModelError::PromptTooLong { .. })));
    }
    assert_eq!(both.ollama.requests().len() + both.openai.requests().len(), 0);
}
