//! What does every command get from `main`: addresses, tokens, the clock, and where to write?

use crate::{
    api::{Api, Service},
    console::Console,
    error::CliError,
};
use edgecoder_events::Clock;
use rand::rngs::StdRng;
use reqwest::Url;
use secrecy::SecretString;
use std::{path::PathBuf, sync::Arc};

/// What the settings say and the machine has.
pub struct Context {
    /// None where the ledger of this machine is served by nobody, and nobody said whom to ask instead.
    pub coordinator: Option<Url>,
    /// As for the coordinator.
    pub control_plane: Option<Url>,
    /// Where this machine keeps what is its own.
    pub data_dir: PathBuf,
    /// For tasks and for one's own wallet.
    pub account_token: Option<SecretString>,
    /// For agents, accounts and capacity.
    pub operator_token: Option<SecretString>,
    /// Where the keys lie that sign blacklist reports; made there when first needed.
    pub reporter_key_file: PathBuf,
    pub clock: Arc<dyn Clock>,
    /// Where new keys come from.
    pub chance: fn() -> StdRng,
    pub console: Console,
}

impl Context {
    /// The coordinator, asked as the owner of a wallet, or else by an operator, who may look at everything.
    pub(crate) fn coordinator(&self) -> Result<Api, CliError> {
        let token = self.account_token.clone().or_else(|| self.operator_token.clone());
        Api::new(Service::CoordinatorForAccount, self.served(self.coordinator.as_ref())?, token)
    }

    /// The coordinator, asked as an operator.
    pub(crate) fn coordinator_as_operator(&self) -> Result<Api, CliError> {
        let coordinator = self.served(self.coordinator.as_ref())?;
        Api::new(Service::CoordinatorForOperator, coordinator, self.operator_token.clone())
    }

    /// The control plane, asked as an operator.
    pub(crate) fn control_plane(&self) -> Result<Api, CliError> {
        Api::new(Service::ControlPlane, self.served(self.control_plane.as_ref())?, self.operator_token.clone())
    }

    /// The control plane, asked about a wallet: by an operator, or else by the owner of it.
    pub(crate) fn wallets(&self) -> Result<Api, CliError> {
        let token = self.operator_token.clone().or_else(|| self.account_token.clone());
        Api::new(Service::ControlPlane, self.served(self.control_plane.as_ref())?, token)
    }

    fn served<'a>(&self, place: Option<&'a Url>) -> Result<&'a Url, CliError> {
        place.ok_or_else(|| CliError::NotServed { data_dir: self.data_dir.clone() })
    }
}
