//! How does a model that is not installed come to be? One is pulled at a time, in the background, for all to watch.

use crate::Inference;
use edgecoder_events::ModelName;
use edgecoder_models::{ModelError, ModelServer, PullStage};
use edgecoder_wire::inference::PullProgress;
use futures_util::StreamExt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The pull that runs or ran last.
pub struct Pulls {
    state: Mutex<State>,
    orders: mpsc::Sender<Order>,
}

/// What the puller waits for.
pub type PullOrders = mpsc::Receiver<Order>;

/// A model to install on a server.
pub struct Order {
    server: ModelServer,
    model: ModelName,
}

#[derive(Default)]
struct State {
    model: Option<ModelName>,
    stage: Stage,
    completed: u64,
    total: u64,
    /// Whether the model is to be asked when it is there; a later choice of another one takes that back.
    becomes_active: bool,
}

#[derive(Default, PartialEq)]
enum Stage {
    #[default]
    Idle,
    Pulling,
    Done,
    Failed(String),
}

/// Another model is being pulled.
#[derive(Debug, thiserror::Error)]
#[error("{0} is being pulled: wait for it, GET /model/pull/progress tells how far it is")]
pub struct PullUnderWay(pub ModelName);

impl Pulls {
    /// Nothing is pulled yet.
    pub fn new() -> (Self, PullOrders) {
        let (orders, received) = mpsc::channel(1);
        (Self { state: Mutex::default(), orders }, received)
    }

    /// Has `model` pulled, to be asked when it is there. The same model again is the same pull.
    pub fn order(&self, server: ModelServer, model: ModelName) -> Result<(), PullUnderWay> {
        let mut state = self.state();
        if let (Stage::Pulling, Some(pulled)) = (&state.stage, &state.model) {
            if *pulled != model {
                return Err(PullUnderWay(pulled.clone()));
            }
            state.becomes_active = true;
            return Ok(());
        }
        let order = Order { server, model: model.clone() };
        self.orders.try_send(order).map_err(|_| PullUnderWay(model.clone()))?;
        *state = State { model: Some(model), stage: Stage::Pulling, becomes_active: true, ..State::default() };
        Ok(())
    }

    /// Another model is chosen, by `choose`: the one that is being pulled is only installed.
    pub fn overrule(&self, choose: impl FnOnce()) {
        let mut state = self.state();
        state.becomes_active = false;
        choose();
    }

    /// How far the pull is.
    pub fn progress(&self) -> PullProgress {
        let state = self.state();
        let (status, error) = match &state.stage {
            Stage::Idle => ("idle", None),
            Stage::Pulling => ("pulling", None),
            Stage::Done => ("done", None),
            Stage::Failed(error) => ("error", Some(error.clone())),
        };
        PullProgress {
            model: state.model.clone(),
            status: status.to_owned(),
            completed: state.completed,
            total: state.total,
            error,
        }
    }

    fn advance(&self, completed: u64, total: u64) {
        let mut state = self.state();
        (state.completed, state.total) = (completed, total);
    }

    /// Ends the pull. Where its model is the one to be asked, `choose` makes it so before anybody reads "done".
    fn end(&self, pulled: Result<(), ModelError>, choose: impl FnOnce()) {
        let mut state = self.state();
        state.stage = match pulled {
            Ok(()) => {
                if state.becomes_active {
                    choose();
                }
                Stage::Done
            }
            Err(error) => Stage::Failed(error.to_string()),
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Pulls what is ordered, one model after the other, until `stop`.
pub async fn run(inference: Inference, mut orders: PullOrders, stop: CancellationToken) {
    loop {
        let next = tokio::select! {
            next = orders.recv() => next,
            () = stop.cancelled() => None,
        };
        let Some(Order { server, model }) = next else { return };
        tracing::info!(model = %model, "a model is being pulled");
        let pulled = pull(&inference.pulls, &server, &model, &stop).await;
        match &pulled {
            Ok(()) => tracing::info!(model = %model, "a model was pulled"),
            Err(error) => tracing::warn!(model = %model, %error, "a model could not be pulled"),
        }
        inference.pulls.end(pulled, || inference.catalog.choose_model(server.protocol(), model));
    }
}

async fn pull(
    pulls: &Pulls,
    server: &ModelServer,
    model: &ModelName,
    stop: &CancellationToken,
) -> Result<(), ModelError> {
    let mut progress = server.pull(model.clone(), stop.clone());
    while let Some(step) = progress.next().await {
        let step = step?;
        pulls.advance(step.completed_bytes, step.total_bytes);
        if step.stage == PullStage::Installed {
            return Ok(());
        }
    }
    Err(ModelError::BrokenOff)
}
