//! With which coordinator does this worker speak now?

use edgecoder_events::PublicKey;
use reqwest::Url;
use std::{sync::Arc, time::Duration};
use tokio::sync::{Notify, watch};

/// A coordinator that took this worker in.
#[derive(Debug, PartialEq, Eq)]
pub struct Session {
    pub base: Url,
    /// Reports are sealed for it.
    pub envelope_key: PublicKey,
    pub heartbeat_every: Duration,
}

/// The one session of a worker. The heartbeat opens and closes it; everybody else reads it.
#[derive(Debug, Default)]
pub struct Link {
    session: watch::Sender<Option<Arc<Session>>>,
    registration_wanted: Notify,
}

impl Link {
    /// Waits until there is a coordinator.
    pub async fn session(&self) -> Arc<Session> {
        let mut sessions = self.session.subscribe();
        let open = sessions.wait_for(Option::is_some).await.expect("the sender lives as long as the link");
        Arc::clone(open.as_ref().expect("waited for one"))
    }

    /// The coordinator of this moment, if there is one.
    pub fn current(&self) -> Option<Arc<Session>> {
        self.session.borrow().clone()
    }

    pub fn open(&self, session: Arc<Session>) {
        self.session.send_replace(Some(session));
    }

    pub fn close(&self) {
        self.session.send_replace(None);
    }

    /// Passes on that a coordinator asked this worker to register.
    pub fn want_registration(&self) {
        self.registration_wanted.notify_one();
    }

    /// Waits until a coordinator asks this worker to register.
    pub async fn registration_wanted(&self) {
        self.registration_wanted.notified().await;
    }
}
