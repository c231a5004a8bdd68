//! How is one witness asked about one checkpoint? C2SP tlog-witness, from the log's side.

use edgecoder_ledger::{
    note::{Note, NoteError, NoteSignature},
    policy::PolicyWitness,
    witness::{AddCheckpoint, MAX_REQUEST_BYTES, log_id},
};
use edgecoder_outbound::{BodyError, body_within, client_of, direct};
use reqwest::{Client, Response, StatusCode, Url};
use std::time::Duration;

const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest answer: as many lines as a note has.
const MAX_ANSWER_BYTES: usize = 65_536;

/// What a witness answers.
pub(super) enum Answer {
    /// It cosigned.
    Cosigned(NoteSignature),
    /// It cosigned another size last.
    OtherSize(u64),
    /// It says that this is not what it cosigned before.
    Contradicted(String),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("the witness does not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    #[error("the witness answered {0}")]
    Refused(StatusCode),
    #[error("the witness's answer is not what was expected")]
    Malformed,
    #[error("the witness's cosignature: {0}")]
    Signature(#[from] NoteError),
}

/// A client for one witness. That an address is none is told when it is asked.
///
/// # Errors
/// Where the machine has no usable TLS roots.
pub(super) fn client(url: &str) -> Result<Client, reqwest::Error> {
    let client = url.parse::<Url>().map_or_else(|_| direct(), |url| client_of(&url));
    client.timeout(ANSWER_TIMEOUT).build()
}

/// Asks a witness to cosign.
///
/// # Errors
/// [`AskError`].
pub(super) async fn add_checkpoint(
    client: &Client,
    witness: &PolicyWitness,
    url: &str,
    request: &AddCheckpoint,
) -> Result<Answer, AskError> {
    let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
    let answer = client.post(url).body(request.to_string()).send().await?;
    let status = answer.status();
    let text = text(answer, MAX_ANSWER_BYTES).await?;
    match status {
        StatusCode::OK => cosignature(witness, &request.note, &text).map(Answer::Cosigned),
        // Some witnesses answer another root for the same size with this, too.
        StatusCode::CONFLICT => match text.trim_end().parse() {
            Ok(size) if size != request.old => Ok(Answer::OtherSize(size)),
            Ok(_) => Ok(Answer::Contradicted(format!("409 {text}"))),
            Err(_) => Err(AskError::Malformed),
        },
        StatusCode::UNPROCESSABLE_ENTITY => Ok(Answer::Contradicted(format!("422 {text}"))),
        other => Err(AskError::Refused(other)),
    }
}

/// What the witness shows as the newest checkpoint that it cosigned, where it shows any.
pub(super) async fn newest(client: &Client, url: &str, origin: &str) -> Result<String, AskError> {
    let url = format!("{}/{}/checkpoint", url.trim_end_matches('/'), log_id(origin));
    let answer = client.get(url).send().await?;
    if answer.status() != StatusCode::OK {
        return Err(AskError::Refused(answer.status()));
    }
    text(answer, MAX_REQUEST_BYTES).await
}

/// The first line that the witness's key made; lines of other keys are ignored.
fn cosignature(witness: &PolicyWitness, note: &Note, text: &str) -> Result<NoteSignature, AskError> {
    for line in text.lines() {
        let signature: NoteSignature = line.parse().map_err(|_| AskError::Malformed)?;
        if witness.key.time_of(&signature, note.text())?.is_some() {
            return Ok(signature);
        }
    }
    Err(AskError::Malformed)
}

async fn text(answer: Response, most: usize) -> Result<String, AskError> {
    let body = body_within(answer, most).await.map_err(|error| match error {
        BodyError::BrokenOff(error) => AskError::from(error),
        BodyError::TooLong { .. } => AskError::Malformed,
    })?;
    String::from_utf8(body).map_err(|_| AskError::Malformed)
}
