//! Where is a log served? At an address, or in a folder that has the same files.

use reqwest::Url;
use std::{fmt, path::PathBuf, str::FromStr};

/// The address of a served log, without `/checkpoint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogAddress {
    Web(Url),
    Folder(PathBuf),
}

/// A text is no address of a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected http://host:port, https://host/path, or a folder: {0}")]
pub struct LogAddressError(String);

impl FromStr for LogAddress {
    type Err = LogAddressError;

    fn from_str(text: &str) -> Result<Self, LogAddressError> {
        match text.split_once("://") {
            None if text.is_empty() => Err(LogAddressError("it is empty".to_owned())),
            None => Ok(Self::Folder(text.into())),
            Some(("http" | "https", _)) => {
                let mut url = Url::parse(text).map_err(|error| LogAddressError(error.to_string()))?;
                url.set_query(None);
                url.set_fragment(None);
                Ok(Self::Web(url))
            }
            Some((scheme, _)) => Err(LogAddressError(format!("{scheme} is another scheme"))),
        }
    }
}

/// Never with a password, and with no slash at the end.
impl fmt::Display for LogAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(url) => {
                let mut shown = url.clone();
                // Fails only for addresses without a host, which http has not.
                let _ = shown.set_password(None);
                f.write_str(shown.as_str().trim_end_matches('/'))
            }
            Self::Folder(folder) => write!(f, "{}", folder.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_web_address_or_a_folder() {
        let parse = |text: &str| text.parse::<LogAddress>();
        assert_eq!(parse("public/log"), Ok(LogAddress::Folder("public/log".into())));
        assert_eq!(parse("http://127.0.0.1:4301/").unwrap().to_string(), "http://127.0.0.1:4301");
        assert_eq!(parse("https://ann:secret@a.example/log/?x#y").unwrap().to_string(), "https://ann@a.example/log");
        for wrong in ["", "ftp://a.example", "http://"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
