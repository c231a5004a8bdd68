//! Why could a command not be carried out, and what can its user do about it?

use crate::{exit::ExitCode, safe::one_line, workspace::WorkspaceError};
use edgecoder_events::AgentId;
use edgecoder_identity::KeyFileError;
use edgecoder_seed_wallet::DescriptorError;
use edgecoder_wire::problem::ProblemDetails;
use std::{io, path::PathBuf};

/// Why a command ended without what was asked for. Every text is safe to show on a terminal.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error("nothing answers at {address}: start one with: edgecoder run")]
    Unreachable { address: String },
    #[error(
        "nobody serves the ledger in {}: start it with: edgecoder run, or say whom to ask with --coordinator URL and \
         --control-plane URL",
        one_line(&data_dir.display().to_string())
    )]
    NotServed { data_dir: PathBuf },
    #[error("the connection to {address} broke off: the command may have been carried out, look before you repeat it")]
    BrokenOff { address: String },
    #[error("{address} gave up its event stream {times} times in a row: try again with: edgecoder task watch {task}")]
    StreamLost { address: String, times: u32, task: String },
    #[error("{address} refuses the token: {detail}; give it {wanted}")]
    Unauthorized { address: String, detail: String, wanted: &'static str },
    #[error(
        "{address} wants a token, and there is none here: put {wanted} into {setting}, or name with --data-dir the \
             data directory that holds it"
    )]
    NoToken { address: String, wanted: &'static str, setting: &'static str },
    #[error("{detail} ({code})")]
    Refused { status: u16, code: String, detail: String },
    #[error("{address} answered {status} and no explanation: is it an EdgeCoder service?")]
    Unexplained { address: String, status: u16 },
    #[error("{address} answered what this version does not understand ({problem}): are both of the same version?")]
    NotUnderstood { address: String, problem: String },
    #[error("{address} answered more than {limit} bytes")]
    TooLong { address: String, limit: usize },
    #[error("there is no machine {agent}; see them all with: edgecoder agent list")]
    NoSuchAgent { agent: AgentId },
    #[error("no secure connections can be made on this machine: {0}")]
    NoTls(String),
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error("could not read {}: {source}", one_line(&path.display().to_string()))]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(transparent)]
    ReporterKey(#[from] KeyFileError),
    #[error("the words of a wallet are shown and typed on a terminal alone, and there is none here: {0}")]
    NoScreen(io::Error),
    #[error(
        "the words were not confirmed, and no wallet was made: throw the paper away, and begin again with: edgecoder \
         wallet create"
    )]
    WordsNotConfirmed,
    #[error(transparent)]
    Descriptor(#[from] DescriptorError),
    #[error(
        "what was given is neither a public descriptor nor a text file that can be read; it is not quoted here, for it \
         may be private"
    )]
    NoDescriptor,
    #[error("could not write the answer: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    /// The number that the process ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_)
            | Self::Workspace(_)
            | Self::Unreadable { .. }
            | Self::NoScreen(_)
            | Self::Descriptor(_)
            | Self::NoDescriptor => ExitCode::Usage,
            Self::Unreachable { .. }
            | Self::NotServed { .. }
            | Self::BrokenOff { .. }
            | Self::StreamLost { .. }
            | Self::Unauthorized { .. }
            | Self::NoToken { .. }
            | Self::Refused { .. }
            | Self::Unexplained { .. }
            | Self::NotUnderstood { .. }
            | Self::TooLong { .. }
            | Self::NoSuchAgent { .. }
            | Self::NoTls(_)
            | Self::ReporterKey(_)
            | Self::WordsNotConfirmed
            | Self::Output(_) => ExitCode::Error,
        }
    }

    pub(crate) fn usage(text: impl AsRef<str>) -> Self {
        Self::Usage(one_line(text.as_ref()))
    }

    pub(crate) fn refused(status: u16, problem: &ProblemDetails) -> Self {
        let detail = match &problem.field {
            Some(field) => format!("{}: {}", option_of(field), one_line(&problem.detail)),
            None => one_line(&problem.detail),
        };
        let detail = match what_to_type(&problem.error) {
            Some(advice) => format!("{detail}; {advice}"),
            None => detail,
        };
        Self::Refused { status, code: one_line(&problem.error), detail }
    }

    /// Whether the same question may be answered a little later.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::BrokenOff { .. } => true,
            Self::Refused { status, .. } | Self::Unexplained { status, .. } => matches!(status, 429 | 500..=599),
            _ => false,
        }
    }
}

/// Services name the field that they were sent; people typed an option.
fn option_of(field: &str) -> String {
    match field {
        "maxCostMicroCredits" => "--max-credits".to_owned(),
        "timeoutMs" => "--timeout".to_owned(),
        "resourceClass" => "--resource".to_owned(),
        "requestedModel" => "--model".to_owned(),
        other => one_line(other),
    }
}

/// Services speak to programs; what a person types next is said here.
fn what_to_type(code: &str) -> Option<&'static str> {
    match code {
        "insufficient_credits" => Some(
            "set less aside with --max-credits, earn some with a machine of yours, or in development: \
             edgecoder account faucet NAME CREDITS",
        ),
        "account_not_found" => Some("open one with: edgecoder account create NAME"),
        "account_exists" => Some("for one more token: edgecoder account token new NAME"),
        "too_many_tokens" => Some("see them with: edgecoder account token list NAME"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_field_is_named_as_it_was_typed() {
        let problem = |field: &str| ProblemDetails {
            kind: "about:blank".into(),
            title: "Bad Request".into(),
            status: 400,
            detail: "expected more".into(),
            error: "invalid_field".into(),
            field: Some(field.into()),
        };
        let told = |field| CliError::refused(400, &problem(field)).to_string();
        assert_eq!(told("maxCostMicroCredits"), "--max-credits: expected more (invalid_field)");
        assert_eq!(told("files[0].path"), "files[0].path: expected more (invalid_field)");
    }
}
