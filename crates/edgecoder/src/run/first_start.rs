//! What must be there before anybody can do anything? On one machine: a wallet with credit, and an admitted worker.

use super::node::Node;
use crate::data_dir::DataDir;
use anyhow::{Context, Result};
use edgecoder_domain::{
    agent::{self, AgentCommand},
    wallet::{self, WalletCommand},
};
use edgecoder_events::{
    AccountId, Actor, AgentId, MicroCredits, NewEvent, StreamName, credit::IssueReason, node::NodeKind,
};
use edgecoder_identity::{Token, TokenRole};
use edgecoder_service_kit::{
    chance,
    commands::{Request, Subject},
};

/// The account that the commands of this machine use.
pub const LOCAL_ACCOUNT: &str = "local";
/// What the local account gets from the development faucet, in whole credits.
const LOCAL_CREDITS: u64 = 10_000;

/// Opens the local wallet on the first start, with credit from the faucet where there is one; its token is kept for the
/// commands of this machine.
pub async fn open_local_account(node: &Node, data: &DataDir, has_faucet: bool) -> Result<()> {
    let account = AccountId::new(LOCAL_ACCOUNT).expect("the name is a good one");
    let request = Request::new(Actor::system("first-start"), [Subject::Wallet(account.clone())]);
    let opened = node
        .commands
        .run(request, |view| {
            let wallet = view.wallet(&account);
            let mut events = wallet::decide(wallet, WalletCommand::Open { account: account.clone() })?;
            if has_faucet && !events.is_empty() {
                let mut after = wallet.clone();
                for event in &events {
                    edgecoder_domain::Aggregate::evolve(&mut after, event);
                }
                let amount = MicroCredits::from_credits(LOCAL_CREDITS).map_err(|_| wallet::WalletRefusal::TooMuch)?;
                let gift = WalletCommand::Issue { account: account.clone(), amount, reason: IssueReason::Faucet };
                events.extend(wallet::decide(&after, gift)?);
            }
            Ok::<_, wallet::WalletRefusal>(NewEvent::all_in(&StreamName::credits(&account), events))
        })
        .await
        .context("opening the local account")?;
    let has_token = data.read("account.token")?.is_some();
    if opened.receipt.is_some() || !has_token {
        let token = Token::generate(TokenRole::Account, &mut chance::system());
        node.access.tokens().give_to_account(&account, &token, node.commands.clock().now()).await?;
        data.write_private("account.token", token.expose())?;
    }
    Ok(())
}

/// Admits the worker of this process; the token that it registers with.
pub async fn admit_local_worker(node: &Node, id: &AgentId) -> Result<Token> {
    let owner = AccountId::new(id.as_str()).context("the worker's name can not name a wallet")?;
    let subjects = [Subject::Agent(id.clone()), Subject::Wallet(owner.clone())];
    let request = Request::new(Actor::system("first-start"), subjects);
    node.commands
        .run(request, |view| {
            let (mut machine, now) = (view.agent(id).clone(), node.commands.clock().now());
            let enroll = AgentCommand::Enroll { node: id.clone(), kind: NodeKind::Agent, owner: owner.clone() };
            let mut admitted = Vec::new();
            for command in [enroll, AgentCommand::Approve] {
                if machine.is_approved() {
                    break;
                }
                for event in agent::decide(&machine, command, now)? {
                    edgecoder_domain::Aggregate::evolve(&mut machine, &event);
                    admitted.push(event);
                }
            }
            let opened = wallet::decide(view.wallet(&owner), WalletCommand::Open { account: owner.clone() })
                .expect("opening a wallet is never refused");
            let wallet_events = NewEvent::all_in(&StreamName::credits(&owner), opened);
            Ok::<_, agent::AgentRefusal>(
                NewEvent::all_in(&StreamName::agent(id), admitted).into_iter().chain(wallet_events).collect(),
            )
        })
        .await
        .context("admitting the worker of this process")?;
    let token = Token::generate(TokenRole::Node, &mut chance::system());
    node.access.tokens().give_to_node(id, &token).await?;
    Ok(token)
}
