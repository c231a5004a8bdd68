//! Splits prompts into subtasks, mends code that failed, and steers the model that does both.
//!
//! One request on its way: `http/prompts/decompose.rs` checks it, [`planning`] builds the question and reads the
//! reply, `asking.rs` finds a place and a model for it within the request's time. `pulls.rs` installs one model after
//! the other in the background. Nothing is kept over a restart: the model is then the one of the settings again.

mod asking;
mod catalog;
mod http;
mod measures;
mod mending;
mod planning;
mod pulls;
mod settings;

pub use http::{description, router};
pub use settings::Limits;

use asking::Desk;
use axum::extract::FromRef;
use catalog::Catalog;
use edgecoder_service_kit::{callers::ServiceTokens, http::Metrics, settings::ModelSettings};
use measures::Measures;
use pulls::{PullOrders, Pulls};
use std::{
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The inference service's state. Cheap to clone.
#[derive(Clone)]
pub struct Inference(Arc<Parts>);

/// What the inference service is made of.
pub struct Parts {
    catalog: Catalog,
    desk: Desk,
    measures: Measures,
    pulls: Pulls,
    /// What the puller waits for, until it is started.
    orders: Mutex<Option<PullOrders>>,
    tokens: ServiceTokens,
    metrics: Metrics,
}

impl Deref for Inference {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<Inference> for Metrics {
    fn from_ref(inference: &Inference) -> Self {
        inference.metrics.clone()
    }
}

impl FromRef<Inference> for ServiceTokens {
    fn from_ref(inference: &Inference) -> Self {
        inference.tokens.clone()
    }
}

impl Inference {
    /// Joins the parts. Nothing runs yet, and no model server is asked before the first request.
    pub fn new(settings: ModelSettings, limits: Limits, tokens: ServiceTokens, metrics: Metrics) -> Self {
        let (pulls, orders) = Pulls::new();
        Self(Arc::new(Parts {
            catalog: Catalog::new(settings),
            desk: Desk::new(limits),
            measures: Measures::registered_in(&metrics),
            pulls,
            orders: Mutex::new(Some(orders)),
            tokens,
            metrics,
        }))
    }

    /// Starts the puller, once; it ends with `stop`.
    pub fn start(&self, tasks: &mut JoinSet<()>, stop: &CancellationToken) {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(orders) = orders {
            tasks.spawn(pulls::run(self.clone(), orders, stop.clone()));
        }
    }
}
