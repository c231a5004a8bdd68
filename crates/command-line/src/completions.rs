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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Parser)]
    #[command(name = "edgecoder")]
    enum Typed {
        #[command(subcommand)]
        Task(crate::TaskCommand),
    }

    #[test]
    fn every_shell_completes_the_flags_and_their_words() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let mut script = Vec::new();
            completions(shell, &mut Typed::command(), &mut script).unwrap();
            let script = String::from_utf8(script).unwrap();
            assert!(script.contains("max-credits") && script.contains("edgecoder"), "{shell}");
        }
    }
}
