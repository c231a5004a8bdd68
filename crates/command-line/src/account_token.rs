//! What can people do with the tokens that speak for a wallet?

use crate::{
    context::Context,
    durations::shown_ago,
    error::CliError,
    table::Table,
    text::{Style, Text},
};
use clap::Subcommand;
use edgecoder_events::{AccountId, UnixMillis};
use edgecoder_wire::credits::{AccountOpened, AccountTokens, Balance, OpenAccount};
use serde_json::json;

/// Look after the tokens of a wallet.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Show which tokens speak for a wallet
    List {
        /// The wallet's name
        #[arg(value_name = "NAME")]
        account: AccountId,
    },
    /// Make one more token for a wallet whose own was lost; the tokens it has stay good
    New {
        /// The wallet's name
        #[arg(value_name = "NAME")]
        account: AccountId,
    },
    /// Take a token's word away, from this moment on
    Revoke {
        /// The wallet's name
        #[arg(value_name = "NAME")]
        account: AccountId,
        /// The token's id, as `token list` shows it
        #[arg(value_name = "ID")]
        token: String,
    },
}

impl TokenCommand {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::List { account } => {
                let tokens: AccountTokens =
                    context.wallets()?.get(&["credits", account.as_str(), "tokens"], &[]).await?;
                let (now, width) = (context.clock.now(), context.console.width());
                context.console.answer(&tokens, |tokens| told(tokens, now, width))?;
            }
            Self::New { account } => give_one_more(context, account).await?,
            Self::Revoke { account, token } => {
                let path = ["credits", account.as_str(), "tokens", &token, "revoke"];
                context.wallets()?.command(&path, None::<&()>).await?;
                let answer = json!({ "accountId": account, "revoked": token });
                context
                    .console
                    .answer(&answer, |_| Text::line(Style::Plain, format!("{token} speaks for {account} no longer")))?;
            }
        }
        Ok(())
    }
}

async fn give_one_more(context: &Context, account_id: AccountId) -> Result<(), CliError> {
    let operators_door = context.control_plane()?;
    // The route would open a wallet of a mistyped name.
    let _exists: Balance = operators_door.get(&["credits", account_id.as_str(), "balance"], &[]).await?;
    let query = [("newToken", Some(true.to_string()))];
    let given: AccountOpened =
        operators_door.post_with(&["credits", "accounts"], &query, &OpenAccount { account_id }).await?;
    context.console.answer(&given, |given| {
        let next = format!(
            "take a lost one's word away: find its ID with: edgecoder account token list {0}, then: edgecoder account \
             token revoke {0} ID",
            given.account_id
        );
        Text::new()
            .styled(Style::Bold, given.account_id.as_str())
            .plain(" has one more token; keep it, it is shown only now:")
            .end_line()
            .then(Text::line(Style::Plain, &given.token))
            .then(Text::line(Style::Dim, next))
    })?;
    Ok(())
}

fn told(tokens: &AccountTokens, now: UnixMillis, width: Option<usize>) -> Text {
    if tokens.tokens.is_empty() {
        return Text::line(Style::Dim, "no token speaks for it");
    }
    let mut table = Table::new(&["ID", "GIVEN"]);
    for token in &tokens.tokens {
        table.row(vec![(Style::Plain, token.token_id.clone()), (Style::Dim, shown_ago(now, token.given_at_ms))]);
    }
    table.text(width)
}
