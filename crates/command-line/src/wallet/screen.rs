//! Where do an owner's words appear? On a screen that is the owner's alone, apart from every stream that can be kept.

use std::io;
use zeroize::Zeroizing;

/// Whether a typed line can be seen while it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    Shown,
    Hidden,
}

/// What stands before the owner. Whatever it showed is gone when it is dropped.
pub trait Screen {
    /// Shows a text.
    ///
    /// # Errors
    /// The screen is gone.
    fn show(&mut self, text: &str) -> io::Result<()>;

    /// Shows a prompt and reads one line, without what is blank around it; none where the owner breaks off.
    ///
    /// # Errors
    /// The screen is gone, or the line is too long.
    fn ask(&mut self, prompt: &str, echo: Echo) -> io::Result<Option<Zeroizing<String>>>;

    /// Wipes everything that it shows.
    ///
    /// # Errors
    /// The screen is gone.
    fn wipe(&mut self) -> io::Result<()>;
}
