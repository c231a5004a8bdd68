//! How does a command write its answer, and how does it end where nobody reads on?

use anyhow::{Context, Result};
use serde_json::Value;
use std::{
    fmt::{self, Display},
    io::{self, Write},
};

/// What the shell gives a command that the loss of its reader ended, as `head` does it: 128 and the signal's 13.
pub const EXIT_NO_READER: u8 = 141;

/// Whoever read standard output went away.
#[derive(Debug)]
pub struct NoReader;

impl Display for NoReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody reads the answer any more")
    }
}

impl std::error::Error for NoReader {}

/// Writes a line of the answer to standard output.
///
/// # Errors
/// [`NoReader`], which nobody needs to be told about; or what else stands in the way.
pub fn line(text: impl Display) -> Result<()> {
    let mut out = io::stdout().lock();
    written(writeln!(out, "{text}").and_then(|()| out.flush()))
}

/// Gives the answer: one document to a program, its words to a person.
///
/// # Errors
/// As [`line`].
pub fn either(json: bool, document: &Value, told: impl Display) -> Result<()> {
    if json { line(document) } else { line(told) }
}

/// What it means that writing the answer ended so.
pub fn written(ended: io::Result<()>) -> Result<()> {
    match ended {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(NoReader.into()),
        ended => ended.context("could not write the answer"),
    }
}
