//! What does a process write about itself? Lines for people on a terminal, JSON for machines.

use crate::settings::{SettingError, Settings};
use std::io::{self, IsTerminal};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

const QUIET_LIBRARIES: &str = "info,sqlx=warn,hyper=warn,reqwest=warn,wasmtime=warn,cranelift=warn";

/// Begins to write to standard error: `EDGECODER_LOG` filters, `EDGECODER_LOG_FORMAT` is `text` or `json`.
///
/// # Errors
/// Where one of the two settings can not be used.
pub fn begin(settings: &Settings) -> Result<(), SettingError> {
    let filter = settings.parsed("EDGECODER_LOG", "a filter as \"info,sqlx=warn\"")?;
    let filter: EnvFilter = filter.unwrap_or_else(|| EnvFilter::new(QUIET_LIBRARIES));
    let registry = tracing_subscriber::registry().with(filter);
    let is_json = match settings.text("EDGECODER_LOG_FORMAT").as_deref() {
        Some("json") => true,
        Some("text") => false,
        None => !io::stderr().is_terminal(),
        Some(other) => {
            return Err(SettingError::Invalid {
                name: "EDGECODER_LOG_FORMAT".into(),
                value: other.into(),
                expected: "text or json".into(),
            });
        }
    };
    // A second call in one process (tests) keeps the first writer.
    let _already_begun = if is_json {
        registry.with(fmt::layer().json().with_writer(io::stderr)).try_init()
    } else {
        registry.with(fmt::layer().with_target(false).with_writer(io::stderr)).try_init()
    };
    Ok(())
}
