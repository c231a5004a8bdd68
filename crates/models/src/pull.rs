//! How far is the download of a model?

use crate::{ModelError, Protocol, chat::LineFault, endpoint::AnswerLines};
use edgecoder_events::ModelName;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use serde::Deserialize;

/// The most files that one model is downloaded in.
const MAX_LAYERS: usize = 256;
const MAX_DIGEST_BYTES: usize = 200;

/// What a download is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullStage {
    /// Finding out what the model consists of.
    Preparing,
    Downloading,
    /// Checking and storing what was downloaded.
    Finishing,
    /// The model is installed. This is the last progress of every pull that succeeds.
    Installed,
}

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullProgress {
    pub stage: PullStage,
    /// Of all files that the server has spoken of so far.
    pub completed_bytes: u64,
    pub total_bytes: u64,
}

/// A download on its way. Dropping it makes the server stop; what it has is kept for the next pull.
pub type PullStream = BoxStream<'static, Result<PullProgress, ModelError>>;

#[derive(Deserialize)]
struct PullLine {
    #[serde(default)]
    status: String,
    digest: Option<String>,
    total: Option<u64>,
    completed: Option<u64>,
    error: Option<String>,
}

fn read_pull_line(line: &[u8]) -> Result<PullLine, LineFault> {
    serde_json::from_slice(line).map_err(|_| LineFault::NotTheProtocol)
}

/// One file of a model.
struct Layer {
    digest: String,
    completed: u64,
    total: u64,
}

/// A pull that has begun.
pub struct Pull {
    lines: AnswerLines,
    model: ModelName,
    layers: Vec<Layer>,
    over: bool,
}

impl Pull {
    pub fn new(lines: AnswerLines, model: ModelName) -> Self {
        Self { lines, model, layers: Vec::new(), over: false }
    }

    pub fn progress(self) -> PullStream {
        stream::try_unfold(self, |mut pull| async move { Ok(pull.next().await?.map(|progress| (progress, pull))) })
            .boxed()
    }

    async fn next(&mut self) -> Result<Option<PullProgress>, ModelError> {
        if self.over {
            return Ok(None);
        }
        let line = self.lines.next(read_pull_line).await?.ok_or(ModelError::BrokenOff)?;
        self.lines.heard();
        if let Some(error) = line.error {
            return Err(self.why_not(&error));
        }
        let stage = stage_of(&line);
        self.over = stage == PullStage::Installed;
        self.note_layer(line);
        Ok(Some(PullProgress {
            stage,
            completed_bytes: self.layers.iter().fold(0, |sum, layer| sum.saturating_add(layer.completed)),
            total_bytes: self.layers.iter().fold(0, |sum, layer| sum.saturating_add(layer.total)),
        }))
    }

    fn note_layer(&mut self, line: PullLine) {
        let (Some(digest), Some(total)) = (line.digest, line.total) else { return };
        let completed = line.completed.unwrap_or(0);
        if let Some(layer) = self.layers.iter_mut().find(|layer| layer.digest == digest) {
            (layer.completed, layer.total) = (completed, total);
        } else if self.layers.len() < MAX_LAYERS && digest.len() <= MAX_DIGEST_BYTES {
            self.layers.push(Layer { digest, completed, total });
        }
    }

    fn why_not(&self, error: &str) -> ModelError {
        if error.contains("file does not exist") || error.contains("not found") {
            ModelError::NoSuchModel { model: self.model.clone() }
        } else {
            ModelError::FailedWhileAnswering
        }
    }
}

fn stage_of(line: &PullLine) -> PullStage {
    match line.status.as_str() {
        "success" => PullStage::Installed,
        "pulling manifest" => PullStage::Preparing,
        _ if line.total.is_some() => PullStage::Downloading,
        _ => PullStage::Finishing,
    }
}

/// Says that a server of this protocol installs nothing on request.
pub fn unsupported(protocol: Protocol) -> PullStream {
    stream::once(async move { Err(ModelError::Unsupported { protocol, what: "install models" }) }).boxed()
}
