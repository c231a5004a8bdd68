//! What can operators say of the people of the portal?

use crate::{
    context::Context,
    error::CliError,
    exit::ExitCode,
    text::{Style, Text},
    words,
};
use clap::{Args, Subcommand};
use edgecoder_events::{AccountId, person::Role};
use edgecoder_wire::people::ChangeRole;
use serde_json::json;

/// Say what people of the portal may do.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Give somebody a role, or take it from them
    Role(ChangedRole),
}

/// Gives or takes a role.
#[derive(Debug, Args)]
pub struct ChangedRole {
    /// The person's account, as their page "Your account" shows it
    #[arg(value_name = "ACCOUNT")]
    account: AccountId,
    /// Which one
    #[arg(value_parser = words::one_of::<Role>(words::ROLES))]
    role: Role,
    /// Take it instead
    #[arg(long)]
    take: bool,
}

impl PersonCommand {
    /// Carries the command out.
    pub async fn run(self, context: &Context) -> Result<ExitCode, CliError> {
        match self {
            Self::Role(changed) => changed.run(context).await?,
        }
        Ok(ExitCode::Success)
    }
}

impl ChangedRole {
    async fn run(self, context: &Context) -> Result<(), CliError> {
        let Self { account, role, take } = self;
        let body = ChangeRole { role, given: !take };
        context.control_plane()?.command(&["people", account.as_str(), "role"], Some(&body)).await?;
        let document = json!({ "accountId": account, "role": role, "given": !take });
        context.console.answer(&document, |_| {
            let since = if take { "no longer" } else { "from now on" };
            let what = format!(" has the role {} {since}", words::spoken(&role));
            Text::new().styled(Style::Bold, account.as_str()).plain(what).end_line()
        })?;
        Ok(())
    }
}
