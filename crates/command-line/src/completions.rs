//! How does a shell complete what people type?

use clap_complete::Shell;
use std::io::{self, Write};

/// Writes the completion script of `shell` for the whole command line to `out`.
pub fn completions(shell: Shell, command: &mut clap::Command, out: &mut dyn Write) -> io::Result<()> {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, command, name, &mut script);
    out.write_all(&script)
}
