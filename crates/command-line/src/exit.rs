//! With which number does a command end? docs/how-to/exit-codes.md lists them for people.

/// How a command ended. The numbers are a promise to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// It was done; a watched task completed.
    Success,
    /// The watched task failed.
    TaskFailed,
    /// The command line or a file that it names can not be used; nothing was sent.
    Usage,
    /// The watched task was cancelled.
    TaskCancelled,
    /// A server can not be reached, refused, or answered what we do not understand.
    Error,
    /// Ctrl-C while watching: the task goes on.
    Interrupted,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(match code {
            ExitCode::Success => 0,
            ExitCode::TaskFailed => 1,
            ExitCode::Usage => 2,
            ExitCode::TaskCancelled => 3,
            ExitCode::Error => 4,
            ExitCode::Interrupted => 130,
        })
    }
}
