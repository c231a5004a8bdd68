//! Has somebody asked this process to end? Ctrl-C or SIGTERM, heard from before the start: who is told that it is ready may
//! ask at once.

use anyhow::{Context, Result};
use tokio::signal;

/// Listens for both.
#[cfg(unix)]
pub struct AskedToEnd {
    interrupt: signal::unix::Signal,
    terminate: signal::unix::Signal,
}

#[cfg(unix)]
impl AskedToEnd {
    pub fn listen() -> Result<Self> {
        use signal::unix::{SignalKind, signal};
        let interrupt = signal(SignalKind::interrupt()).context("listening for Ctrl-C")?;
        let terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
        Ok(Self { interrupt, terminate })
    }

    /// Waits until it is asked, once more each time.
    pub async fn again(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Listens for Ctrl-C.
#[cfg(windows)]
pub struct AskedToEnd(signal::windows::CtrlC);

#[cfg(windows)]
impl AskedToEnd {
    pub fn listen() -> Result<Self> {
        Ok(Self(signal::windows::ctrl_c().context("listening for Ctrl-C")?))
    }

    /// Waits until it is asked, once more each time.
    pub async fn again(&mut self) {
        self.0.recv().await;
    }
}
