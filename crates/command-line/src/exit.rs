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
    /// The words that were typed are those of another wallet, or of none.
    OtherWords,
    /// A receipt, or a signature under it, is wrong.
    Tampered,
    /// A receipt can not be verified: a file can not be read, or no trusted key signed.
    CannotVerify,
    /// A receipt holds, but too few witnesses saw its checkpoint.
    Unproven,
    /// Ctrl-C: while watching, the task goes on; of a wallet, nothing was made.
    Interrupted,
}

impl ExitCode {
    /// The number.
    pub const fn number(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::TaskFailed | Self::OtherWords | Self::Tampered => 1,
            Self::Usage | Self::CannotVerify => 2,
            Self::TaskCancelled | Self::Unproven => 3,
            Self::Error => 4,
            Self::Interrupted => 130,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}
