//! What was this process told? Flags override the environment, the environment overrides the file.

mod models;
mod names;

pub use models::{ModelSettings, model_setting};

use secrecy::SecretString;
use std::{collections::HashMap, fs, path::Path, str::FromStr};

/// Values by their environment name, from the first layer that has them.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    flags: HashMap<String, String>,
    file: HashMap<String, String>,
    /// Only tests say no.
    ignore_environment: bool,
}

/// A setting that can not be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    #[error("{name} is not set, expected {expected}")]
    Missing { name: String, expected: String },
    #[error("{name} is {value:?}, expected {expected}")]
    Invalid { name: String, value: String, expected: String },
    #[error("{name} can not be used: {reason}")]
    Unusable { name: String, reason: String },
    #[error("the settings file {path} could not be read: {reason}")]
    File { path: String, reason: String },
    #[error("the settings file {path} says {name}, which is no setting; {}", names::advice(near))]
    Unknown { path: String, name: String, near: Vec<&'static str> },
}

impl Settings {
    /// Nothing but flags: for tests and for processes that are told everything.
    pub fn of_flags<const N: usize>(flags: [(&str, &str); N]) -> Self {
        let flags = flags.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { flags, ignore_environment: true, ..Self::default() }
    }

    /// Reads a file of `NAME = "value"` lines (TOML), where there is one.
    ///
    /// # Errors
    /// Where it is there and is not such a file, or names what is no setting.
    pub fn with_file(mut self, path: &Path) -> Result<Self, SettingError> {
        let error = |reason: String| SettingError::File { path: path.display().to_string(), reason };
        match fs::read_to_string(path) {
            Ok(text) => {
                let table: HashMap<String, toml::Value> = toml::from_str(&text).map_err(|it| error(it.to_string()))?;
                if let Some(name) = table.keys().filter(|name| !names::NAMES.contains(&name.as_str())).min() {
                    let (path, near) = (path.display().to_string(), names::near(name));
                    return Err(SettingError::Unknown { path, name: name.clone(), near });
                }
                self.file = table.into_iter().map(|(name, value)| (name, plain(&value))).collect();
                Ok(self)
            }
            Err(it) if it.kind() == std::io::ErrorKind::NotFound => Ok(self),
            Err(it) => Err(error(it.to_string())),
        }
    }

    /// Adds what was said on the command line.
    #[must_use]
    pub fn with_flag(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.flags.insert(name.to_owned(), value.to_string());
        }
        self
    }

    /// A text. An empty one counts as none.
    pub fn text(&self, name: &str) -> Option<String> {
        let found = self.flags.get(name).cloned().or_else(|| self.environment(name));
        found.or_else(|| self.file.get(name).cloned()).filter(|text| !text.is_empty())
    }

    /// A text that is never shown.
    pub fn secret(&self, name: &str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    /// A value with a form of its own.
    ///
    /// # Errors
    /// [`SettingError::Invalid`] with what was `expected`.
    pub fn parsed<T: FromStr>(&self, name: &str, expected: &str) -> Result<Option<T>, SettingError> {
        let Some(value) = self.text(name) else { return Ok(None) };
        let invalid = || SettingError::Invalid { name: name.into(), value: value.clone(), expected: expected.into() };
        value.parse().map(Some).map_err(|_| invalid())
    }

    /// Values separated by commas.
    ///
    /// # Errors
    /// [`SettingError::Invalid`] with what was `expected`.
    pub fn list<T: FromStr>(&self, name: &str, expected: &str) -> Result<Vec<T>, SettingError> {
        let text = self.text(name).unwrap_or_default();
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let invalid = |part: &str| SettingError::Invalid {
            name: name.into(),
            value: part.into(),
            expected: format!("a list of {expected} with commas between"),
        };
        parts.map(|part| part.parse().map_err(|_| invalid(part))).collect()
    }

    #[expect(clippy::disallowed_methods, reason = "this is where settings come from")]
    fn environment(&self, name: &str) -> Option<String> {
        if self.ignore_environment { None } else { std::env::var(name).ok() }
    }
}

fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_overrides_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("edgecoder.toml");
        fs::write(&file, "COORDINATOR_PORT = 4401\nOLLAMA_HOST = \"http://127.0.0.1:1\"").unwrap();
        let settings = Settings::of_flags([("COORDINATOR_PORT", "4501")]).with_file(&file).unwrap();
        assert_eq!(settings.parsed::<u16>("COORDINATOR_PORT", "a port").unwrap(), Some(4501));
        assert_eq!(settings.text("OLLAMA_HOST").as_deref(), Some("http://127.0.0.1:1"));
    }

    #[test]
    fn a_mistyped_name_in_the_file_is_refused_with_what_may_be_meant() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("edgecoder.toml");
        fs::write(&file, "COORDINATOR_PROT = 4401").unwrap();
        let error = Settings::of_flags([]).with_file(&file).unwrap_err().to_string();
        assert!(
            error.ends_with("says COORDINATOR_PROT, which is no setting; did you mean COORDINATOR_PORT?"),
            "{error}"
        );
    }

    #[test]
    fn a_bad_value_says_its_name_and_what_was_expected() {
        let error = Settings::of_flags([("COORDINATOR_PORT", "many")]).parsed::<u16>("COORDINATOR_PORT", "a port");
        assert_eq!(error.unwrap_err().to_string(), "COORDINATOR_PORT is \"many\", expected a port");
    }
}
