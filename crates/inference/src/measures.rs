//! What does the service tell Prometheus about its models?

use crate::{asking::AskError, catalog::NoModel};
use edgecoder_models::ModelError;
use edgecoder_service_kit::http::Metrics;
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue},
    metrics::{
        counter::Counter,
        family::Family,
        histogram::{Histogram, exponential_buckets},
    },
};
use std::time::Duration;

/// What a model is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Operation {
    Decompose,
    Escalate,
}

/// Whether the model gave a whole reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Outcome {
    Answered,
    Failed,
}

/// Why there is no usable answer of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Lack {
    /// No server answers, or it has no model that could be asked.
    NoModel,
    /// Too many ask at once.
    Busy,
    TimedOut,
    ModelFailed,
    /// The reply can not be read as what was asked for.
    Unusable,
    /// The prompt is longer than a model is shown.
    TooLong,
}

impl From<&AskError> for Lack {
    fn from(error: &AskError) -> Self {
        match error {
            AskError::Full | AskError::NoPlace(_) => Self::Busy,
            AskError::NoModel(NoModel::NoServer(_) | NoModel::NoneChosen { .. }) => Self::NoModel,
            AskError::NoModel(NoModel::Failed(error)) | AskError::Model(error) => Self::from(error),
        }
    }
}

impl From<&ModelError> for Lack {
    fn from(error: &ModelError) -> Self {
        match error {
            ModelError::NotAnswering { .. }
            | ModelError::NotInstalled { .. }
            | ModelError::NoSuchModel { .. }
            | ModelError::BadAddress { .. } => Self::NoModel,
            ModelError::Busy { .. } => Self::Busy,
            ModelError::TimedOut { .. } => Self::TimedOut,
            ModelError::TooLong { .. } | ModelError::CutShort { .. } => Self::Unusable,
            ModelError::TooLittleMemory
            | ModelError::KeyRefused { .. }
            | ModelError::Redirected { .. }
            | ModelError::ServerFailed { .. }
            | ModelError::FailedWhileAnswering
            | ModelError::Refused { .. }
            | ModelError::BrokenOff
            | ModelError::PromptTooLong { .. }
            | ModelError::BadProtocol { .. }
            | ModelError::Unsupported { .. }
            | ModelError::Cancelled => Self::ModelFailed,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    operation: Operation,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Without {
    operation: Operation,
    reason: Lack,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    operation: Operation,
    outcome: Outcome,
}

/// From a tenth of a second to seven minutes.
fn model_times() -> Histogram {
    Histogram::new(exponential_buckets(0.1, 2.0, 13))
}

/// Counts and times since this process began.
pub struct Measures {
    requests: Family<Of, Counter>,
    successes: Family<Of, Counter>,
    without_model: Family<Without, Counter>,
    model_times: Family<Asked, Histogram>,
}

impl Measures {
    /// Measures that `metrics` shows.
    pub fn registered_in(metrics: &Metrics) -> Self {
        let measures = Self {
            requests: Family::default(),
            successes: Family::default(),
            without_model: Family::default(),
            model_times: Family::new_with_constructor(model_times as fn() -> Histogram),
        };
        metrics.register(|registry| {
            let registry = registry.sub_registry_with_prefix("inference");
            registry.register("requests", "Requests to split a prompt or mend code", measures.requests.clone());
            registry.register("successes", "Requests that a model answered usably", measures.successes.clone());
            let help = "Requests without a usable answer: /decompose falls back to one subtask, /escalate fails";
            registry.register("fallbacks", help, measures.without_model.clone());
            registry.register(
                "model_seconds",
                "Time of the model's whole reply, in seconds",
                measures.model_times.clone(),
            );
        });
        measures
    }

    /// Somebody asks.
    pub fn requested(&self, operation: Operation) {
        self.requests.get_or_create(&Of { operation }).inc();
    }

    /// The model's answer was usable.
    pub fn succeeded(&self, operation: Operation) {
        self.successes.get_or_create(&Of { operation }).inc();
    }

    /// There was no usable answer.
    pub fn lacked(&self, operation: Operation, reason: Lack) {
        self.without_model.get_or_create(&Without { operation, reason }).inc();
    }

    /// The model's reply ended, one way or the other.
    pub fn model_answered(&self, operation: Operation, outcome: Outcome, time: Duration) {
        self.model_times.get_or_create(&Asked { operation, outcome }).observe(time.as_secs_f64());
    }
}
