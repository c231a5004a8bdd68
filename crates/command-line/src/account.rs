//! What can people do with wallets?

use crate::{
    account_token::TokenCommand,
    context::Context,
    credits,
    durations::shown_ago,
    error::CliError,
    exit::ExitCode,
    table::Table,
    text::{Style, Text},
};
use clap::{Args, Subcommand};
use edgecoder_events::{AccountId, UnixMillis};
use edgecoder_wire::credits::{
    AccountForgotten, AccountOpened, Balance, Faucet, ForgetAccount, History, Movement, OpenAccount,
};

/// Open wallets and read them.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Open a wallet; its token is shown this once
    Create(OneAccount),
    /// Show what a wallet has
    Balance(OneAccount),
    /// Show the movements of a wallet, newest first
    History(HistoryOf),
    /// Give a wallet credits, in development only
    Faucet(FaucetFor),
    /// Destroy the key of everything that was submitted from a wallet; there is no way back
    Forget(Forget),
    /// Look after the tokens that speak for a wallet
    #[command(subcommand)]
    Token(TokenCommand),
}

/// A wallet by its name.
#[derive(Debug, Args)]
pub struct OneAccount {
    /// The wallet's name
    #[arg(value_name = "NAME")]
    account: AccountId,
}

/// Reads movements.
#[derive(Debug, Args)]
pub struct HistoryOf {
    #[command(flatten)]
    of: OneAccount,
    /// How many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: u16,
    /// Read on where an earlier list ended
    #[arg(long, value_name = "POSITION")]
    before: Option<u64>,
}

/// Gives credits.
#[derive(Debug, Args)]
pub struct FaucetFor {
    #[command(flatten)]
    to: OneAccount,
    /// Whole credits, 1 to 10,000
    #[arg(value_parser = clap::value_parser!(u64).range(1..=10_000))]
    credits: u64,
}

/// Forgets what was submitted.
#[derive(Debug, Args)]
pub struct Forget {
    #[command(flatten)]
    of: OneAccount,
    /// That it is meant: prompts, code and outputs of this wallet open for nobody any more
    #[arg(long, required = true)]
    yes: bool,
    /// Why; it is recorded for ever
    #[arg(long, default_value = "its owner asked for it")]
    reason: String,
}

impl AccountCommand {
    /// Carries the command out.
    pub async fn run(self, context: &Context) -> Result<ExitCode, CliError> {
        match self {
            Self::Create(OneAccount { account }) => create(context, account).await?,
            Self::Balance(OneAccount { account }) => {
                let balance: Balance = context.wallets()?.get(&["credits", account.as_str(), "balance"], &[]).await?;
                context.console.answer(&balance, balance_told)?;
            }
            Self::Token(command) => command.run(context).await?,
            Self::Forget(asked) => forget(context, asked).await?,
            Self::History(asked) => history(context, asked).await?,
            Self::Faucet(FaucetFor { to: OneAccount { account }, credits }) => {
                let body = Faucet { credits };
                let balance: Balance =
                    context.control_plane()?.post(&["credits", account.as_str(), "faucet"], &body).await?;
                context.console.answer(&balance, balance_told)?;
            }
        }
        Ok(ExitCode::Success)
    }
}

async fn create(context: &Context, account_id: AccountId) -> Result<(), CliError> {
    let opened: AccountOpened =
        context.control_plane()?.post(&["credits", "accounts"], &OpenAccount { account_id }).await?;
    context.console.answer(&opened, |opened| {
        let name = &opened.account_id;
        Text::new()
            .styled(Style::Bold, name.as_str())
            .plain(" is open; keep its token, it is shown only now:")
            .end_line()
            .then(Text::line(Style::Plain, &opened.token))
            .then(Text::line(Style::Dim, format!("see what it has with: edgecoder account balance {name}")))
    })?;
    Ok(())
}

async fn forget(context: &Context, asked: Forget) -> Result<(), CliError> {
    let Forget { of: OneAccount { account }, yes: _, reason } = asked;
    let body = ForgetAccount { confirm: account.clone(), reason };
    let forgotten: AccountForgotten =
        context.control_plane()?.post(&["credits", account.as_str(), "forget"], &body).await?;
    context.console.answer(&forgotten, |forgotten| {
        let what = match forgotten.position {
            Some(position) => format!(" is forgotten, as entry {position} of the log says; its credit stays"),
            None => " had nothing sealed: there was nothing to forget".to_owned(),
        };
        Text::new().styled(Style::Bold, forgotten.account_id.as_str()).plain(what).end_line()
    })?;
    Ok(())
}

fn balance_told(balance: &Balance) -> Text {
    let available = credits::shown(balance.available_micro_credits);
    let reserved = credits::shown(balance.reserved_micro_credits);
    Text::new()
        .styled(Style::Bold, balance.account_id.as_str())
        .plain(format!(" has {available} to spend and {reserved} set aside for tasks"))
        .end_line()
}

async fn history(context: &Context, asked: HistoryOf) -> Result<(), CliError> {
    let HistoryOf { of: OneAccount { account }, limit, before } = asked;
    let query = [("before", before.map(|position| position.to_string())), ("limit", Some(limit.to_string()))];
    let history: History = context.wallets()?.get(&["credits", account.as_str(), "history"], &query).await?;
    let (now, width) = (context.clock.now(), context.console.width());
    context.console.answer(&history, |history| history_told(history, now, width))?;
    if let Some(next) = history.next.filter(|_| !context.console.is_json()) {
        let more = format!("there are more: edgecoder account history {account} --limit {limit} --before {next}");
        context.console.remark(&Text::line(Style::Dim, more))?;
    }
    Ok(())
}

fn history_told(history: &History, now: UnixMillis, width: Option<usize>) -> Text {
    if history.movements.is_empty() {
        return Text::line(Style::Dim, "no movements");
    }
    let mut table = Table::new(&["POSITION", "KIND", "TO SPEND", "SET ASIDE", "TASK", "WITH", "WHEN"]);
    for movement in &history.movements {
        table.row(movement_row(movement, now));
    }
    table.text(width)
}

fn movement_row(movement: &Movement, now: UnixMillis) -> Vec<(Style, String)> {
    vec![
        (Style::Dim, movement.position.to_string()),
        (Style::Plain, movement.kind.clone()),
        change(movement.available_delta),
        change(movement.reserved_delta),
        (Style::Plain, movement.task_id.as_ref().map_or_else(String::new, ToString::to_string)),
        (Style::Plain, movement.counterparty.as_ref().map_or_else(String::new, ToString::to_string)),
        (Style::Dim, shown_ago(now, movement.recorded_at_ms)),
    ]
}

fn change(micros: i64) -> (Style, String) {
    let style = match micros {
        0 => Style::Dim,
        1.. => Style::Good,
        _ => Style::Plain,
    };
    (style, credits::shown_change(micros))
}
