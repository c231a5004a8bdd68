//! What is said where a terminal can not be read without showing what is typed?

use crate::wallet::{Echo, Screen};
use std::{convert::Infallible, io};
use zeroize::Zeroizing;

/// A screen that is never had here.
pub struct Terminal(Infallible);

impl Terminal {
    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn open() -> io::Result<Self> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "on this system it can not be read without showing what is typed; make the words on Linux or macOS",
        ))
    }
}

impl Screen for Terminal {
    fn show(&mut self, _: &str) -> io::Result<()> {
        match self.0 {}
    }

    fn ask(&mut self, _: &str, _: Echo) -> io::Result<Option<Zeroizing<String>>> {
        match self.0 {}
    }

    fn wipe(&mut self) -> io::Result<()> {
        match self.0 {}
    }
}
