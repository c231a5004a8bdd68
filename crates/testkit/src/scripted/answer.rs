//! How does an answer go out, piece by piece, in the form of a protocol?

use super::{running::Stage, script::Answer};
use axum::{
    Json,
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use futures_util::{Stream, StreamExt, stream};
use serde_json::Value;
use std::{io, sync::Arc};

/// So many characters make a piece, as a model's token would.
const PIECE_CHARS: usize = 7;

/// How a protocol writes the parts of an answer.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub content_type: &'static str,
    pub piece: fn(&str) -> String,
    pub end: fn(reason: &str) -> String,
    pub failure: fn(&str) -> String,
    pub error: fn(&str) -> Value,
}

/// What comes after the last piece.
enum Then {
    Close,
    HangUp,
    Stall,
}

impl Form {
    /// An error instead of an answer.
    pub fn refuse(self, status: u16, message: &str) -> Response {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json((self.error)(message))).into_response()
    }

    /// Does what the script says.
    pub fn perform(self, answer: Option<Answer>, stage: &Arc<Stage>) -> Response {
        let Some(answer) = answer else { return self.refuse(500, "the script has no answer to this prompt") };
        let pieces = |text: &str| pieces_of(text).map(|piece| (self.piece)(&piece)).collect::<Vec<_>>();
        let ended = |text: &str, reason| [pieces(text), vec![(self.end)(reason)]].concat();
        match answer {
            Answer::Reply(text) => self.stream(ended(&text, "stop"), Then::Close, stage),
            Answer::CutShort(text) => self.stream(ended(&text, "length"), Then::Close, stage),
            Answer::Status(status) => self.refuse(status, "as the script says"),
            Answer::Redirect(address) => Redirect::temporary(&address).into_response(),
            Answer::HangUpAfter(text) => self.stream(pieces(&text), Then::HangUp, stage),
            Answer::StallAfter(text) => self.stream(pieces(&text), Then::Stall, stage),
            Answer::FailAfter { text, error } => {
                self.stream([pieces(&text), vec![(self.failure)(&error)]].concat(), Then::Close, stage)
            }
            Answer::Endless(text) => self.body(stream::iter(pieces(&text).into_iter().cycle().map(Ok)), stage),
            Answer::Raw(text) => self.stream(vec![text], Then::Close, stage),
        }
    }

    /// Sends lines that are ready, all of them.
    pub fn send_all(self, lines: Vec<String>, stage: &Arc<Stage>) -> Response {
        self.stream(lines, Then::Close, stage)
    }

    fn stream(self, lines: Vec<String>, then: Then, stage: &Arc<Stage>) -> Response {
        let closing = stage.closing.clone();
        let last = stream::once(async move {
            match then {
                Then::Close => None,
                Then::HangUp => Some(Err(io::Error::other("as the script says"))),
                Then::Stall => {
                    closing.cancelled().await;
                    None
                }
            }
        });
        self.body(stream::iter(lines).map(Ok).chain(last.filter_map(|line| async { line })), stage)
    }

    fn body(self, lines: impl Stream<Item = io::Result<String>> + Send + 'static, stage: &Arc<Stage>) -> Response {
        let lines = lines.take_until(stage.closing.clone().cancelled_owned());
        let watched = watch_for_hang_up(lines, HangUp { stage: stage.clone(), done: false });
        ([(header::CONTENT_TYPE, self.content_type)], Body::from_stream(watched)).into_response()
    }
}

fn pieces_of(text: &str) -> impl Iterator<Item = String> {
    let chars = text.chars().collect::<Vec<_>>();
    chars.chunks(PIECE_CHARS).map(|piece| piece.iter().collect()).collect::<Vec<String>>().into_iter()
}

/// Tells the stage when it is dropped before the answer was complete.
struct HangUp {
    stage: Arc<Stage>,
    done: bool,
}

impl Drop for HangUp {
    fn drop(&mut self) {
        if !self.done {
            self.stage.note_hang_up();
        }
    }
}

fn watch_for_hang_up(
    lines: impl Stream<Item = io::Result<String>> + Send + 'static,
    hang_up: HangUp,
) -> impl Stream<Item = io::Result<String>> + Send + 'static {
    stream::unfold((lines.boxed(), hang_up), |(mut lines, mut hang_up)| async move {
        let line = lines.next().await;
        hang_up.done = !matches!(line, Some(Ok(_)));
        // Lets a caller's hanging up be noticed between two pieces of an answer without end.
        tokio::task::yield_now().await;
        line.map(|line| (line, (lines, hang_up)))
    })
}
