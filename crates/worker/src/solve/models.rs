//! Which models can this machine answer with now?

use super::{Fault, Unable};
use edgecoder_events::ModelName;
use edgecoder_models::{Choice, ModelServer, choose};
use edgecoder_service_kit::settings::ModelSettings;
use edgecoder_wire::work::Lack;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How often the server is asked what it has.
const REFRESH_EVERY: Duration = Duration::from_mins(1);
/// More models than this are not told.
const MAX_TOLD: usize = 100;

/// The model server of this machine, as it was found last.
pub struct Models {
    settings: ModelSettings,
    found: Mutex<Found>,
}

#[derive(Clone)]
enum Found {
    Server { server: ModelServer, models: Vec<ModelName> },
    Nothing { what_to_do: String },
}

/// No model answers this machine.
pub fn missing(why: String) -> Fault {
    Fault::OfMachine(Unable::without(Lack::Model, why))
}

impl Models {
    pub fn new(settings: ModelSettings) -> Self {
        let found = Found::Nothing { what_to_do: "no model server was asked yet".to_owned() };
        Self { settings, found: Mutex::new(found) }
    }

    /// Looks for the server and asks what it has.
    pub async fn refresh(&self) {
        let found = match choose(&self.settings.servers).await {
            Choice::NoneAvailable { what_to_do } => Found::Nothing { what_to_do },
            Choice::Server(server) => match server.list_models().await {
                Ok(models) => {
                    let models = models.into_iter().map(|model| model.name).take(MAX_TOLD).collect();
                    Found::Server { server, models }
                }
                Err(error) => Found::Nothing { what_to_do: error.to_string() },
            },
        };
        *self.lock() = found;
    }

    /// Refreshes for as long as it is polled.
    pub async fn keep_fresh(&self) {
        loop {
            tokio::time::sleep(REFRESH_EVERY).await;
            self.refresh().await;
        }
    }

    /// The models that this machine can answer with.
    pub fn names(&self) -> Vec<ModelName> {
        match &*self.lock() {
            Found::Server { models, .. } => models.clone(),
            Found::Nothing { .. } => Vec::new(),
        }
    }

    /// The server and the model to write with: the one that is asked for, or the one that the settings
    /// name for such a server, or the first.
    pub fn pick(&self, requested: Option<&ModelName>) -> Result<(ModelServer, ModelName), Fault> {
        let (server, models) = match &*self.lock() {
            Found::Server { server, models } => (server.clone(), models.clone()),
            Found::Nothing { what_to_do } => return Err(missing(format!("there is no model: {what_to_do}"))),
        };
        let named = requested.or(self.settings.model(server.protocol()));
        if let Some(model) = named.or(models.first()).cloned().filter(|wanted| models.contains(wanted)) {
            return Ok((server, model));
        }
        let which = named.map_or("any model".to_owned(), ToString::to_string);
        Err(missing(format!("the model server does not have {which}: install it there")))
    }

    fn lock(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
