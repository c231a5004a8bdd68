//! Which model servers may be asked, and which model of each?

use super::{SettingError, Settings};
use edgecoder_events::ModelName;
use edgecoder_models::{ModelError, ModelServer, Protocol, ServerSettings};

/// The model servers of this process, and the model that each is asked for.
#[derive(Debug, Clone, Default)]
pub struct ModelSettings {
    pub servers: ServerSettings,
    /// `OLLAMA_MODEL`.
    pub ollama_model: Option<ModelName>,
    /// `OPENAI_MODEL`.
    pub openai_model: Option<ModelName>,
}

impl ModelSettings {
    /// Reads `LOCAL_MODEL_PROVIDER`, `OLLAMA_HOST`, `OLLAMA_MODEL`, `OPENAI_BASE_URL`, `OPENAI_API_KEY` and
    /// `OPENAI_MODEL`.
    ///
    /// # Errors
    /// Names the setting that can not be used.
    pub fn read(settings: &Settings) -> Result<Self, SettingError> {
        let providers = "edgecoder-local, ollama-local or openai";
        let model_name = "the name of a model as \"qwen2.5-coder:7b\"";
        Ok(Self {
            servers: ServerSettings {
                provider: settings.parsed("LOCAL_MODEL_PROVIDER", providers)?.unwrap_or_default(),
                ollama_host: settings.text("OLLAMA_HOST"),
                openai_base_url: openai_base_url(settings)?,
                openai_api_key: settings.secret("OPENAI_API_KEY"),
            },
            ollama_model: settings.parsed("OLLAMA_MODEL", model_name)?,
            openai_model: settings.parsed("OPENAI_MODEL", model_name)?,
        })
    }

    /// The model that the settings name for servers of one protocol.
    pub fn model(&self, protocol: Protocol) -> Option<&ModelName> {
        match protocol {
            Protocol::Ollama => self.ollama_model.as_ref(),
            Protocol::OpenAi => self.openai_model.as_ref(),
        }
    }
}

/// An address that can not be one would be found out by the first prompt otherwise, long after the start.
fn openai_base_url(settings: &Settings) -> Result<Option<String>, SettingError> {
    let name = "OPENAI_BASE_URL";
    let Some(url) = settings.text(name) else { return Ok(None) };
    // The reason does not say the address: there may be a password in it.
    let unusable = |error: ModelError| SettingError::Unusable { name: name.to_owned(), reason: error.to_string() };
    ModelServer::openai(&url, None).map_err(unusable)?;
    Ok(Some(url))
}

/// The setting that names the model for servers of one protocol.
pub fn model_setting(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Ollama => "OLLAMA_MODEL",
        Protocol::OpenAi => "OPENAI_MODEL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_models::Provider;

    #[test]
    fn each_setting_has_its_place() {
        let settings = Settings::of_flags([
            ("LOCAL_MODEL_PROVIDER", "openai"),
            ("OLLAMA_HOST", "gpu-box"),
            ("OLLAMA_MODEL", "qwen2.5-coder:7b"),
            ("OPENAI_BASE_URL", "http://127.0.0.1:1"),
            ("OPENAI_MODEL", "big"),
        ]);
        let read = ModelSettings::read(&settings).unwrap();
        assert_eq!(read.servers.provider, Provider::OpenAi);
        assert_eq!(read.servers.ollama_host.as_deref(), Some("gpu-box"));
        assert_eq!(read.servers.openai_base_url.as_deref(), Some("http://127.0.0.1:1"));
        assert_eq!(read.model(Protocol::Ollama).map(ModelName::as_str), Some("qwen2.5-coder:7b"));
        assert_eq!(read.model(Protocol::OpenAi).map(ModelName::as_str), Some("big"));
    }

    #[test]
    fn an_address_that_is_none_is_refused_before_anybody_asks_there() {
        for url in ["notaurl", "ftp://models.example", "http://ann:secret@models.example"] {
            let error = ModelSettings::read(&Settings::of_flags([("OPENAI_BASE_URL", url)])).unwrap_err().to_string();
            assert!(error.starts_with("OPENAI_BASE_URL can not be used: "), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn an_unknown_provider_is_refused_by_name() {
        let error = ModelSettings::read(&Settings::of_flags([("LOCAL_MODEL_PROVIDER", "echo")])).unwrap_err();
        assert!(error.to_string().starts_with("LOCAL_MODEL_PROVIDER is \"echo\""), "{error}");
    }
}
