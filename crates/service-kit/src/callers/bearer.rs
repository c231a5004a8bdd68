//! Callers who bring a bearer token, and those who bring nothing.

use super::{Access, FromRef, ServiceTokens, service_tokens::unknown_token};
use crate::http::Problem;
use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use edgecoder_events::{AccountId, Actor};
use edgecoder_identity::{Token, TokenHash};

/// The administrator.
#[derive(Debug, Clone)]
pub struct Operator(());

/// The owner of a wallet.
#[derive(Debug, Clone)]
pub struct Customer {
    pub account: AccountId,
}

/// Who may read tasks: their owner, or the administrator.
#[derive(Debug, Clone)]
pub enum Reader {
    Operator,
    Customer(AccountId),
}

/// Another of our own services.
#[derive(Debug, Clone)]
pub struct Service(());

/// The administrator, or another of our own services.
#[derive(Debug, Clone)]
pub struct Insider(());

/// Nobody in particular: the endpoint is public.
#[derive(Debug, Clone, Copy)]
pub struct Anyone;

impl Operator {
    /// How the log names the administrator.
    pub fn actor(&self) -> Actor {
        Actor::operator("admin")
    }
}

impl Customer {
    /// How the log names the account.
    pub fn actor(&self) -> Actor {
        Actor::account(&self.account)
    }
}

impl Reader {
    /// Whether what belongs to `account` may be shown.
    pub fn may_read(&self, account: &AccountId) -> bool {
        match self {
            Self::Operator => true,
            Self::Customer(own) => own == account,
        }
    }

    /// How the log names the caller.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Operator => Actor::operator("admin"),
            Self::Customer(account) => Actor::account(account),
        }
    }
}

fn token(parts: &Parts) -> Result<TokenHash, Problem> {
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = header(header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    let text = bearer
        .or_else(|| header("x-admin-token"))
        .ok_or_else(|| Problem::unauthorized("token_required", "send the header authorization: Bearer <token>"))?;
    let token: Token = text.trim().parse().map_err(|_| unknown_token())?;
    Ok(token.hash())
}

impl<S> FromRequestParts<S> for Operator
where
    ServiceTokens: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (tokens, token) = (ServiceTokens::from_ref(state), token(parts)?);
        if tokens.check_operator(&token, parts)? { Ok(Self(())) } else { Err(tokens.refusal(&token).await) }
    }
}

impl<S> FromRequestParts<S> for Customer
where
    Access: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (access, token) = (Access::from_ref(state), token(parts)?);
        match access.tokens().account(&token).await? {
            Some(account) => Ok(Self { account }),
            None => Err(access.own_tokens().refusal(&token).await),
        }
    }
}

impl<S> FromRequestParts<S> for Reader
where
    Access: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let access = Access::from_ref(state);
        let token = token(parts)?;
        if access.own_tokens().check_operator(&token, parts)? {
            return Ok(Self::Operator);
        }
        match access.tokens().account(&token).await? {
            Some(account) => Ok(Self::Customer(account)),
            None => Err(access.own_tokens().refusal(&token).await),
        }
    }
}

impl<S> FromRequestParts<S> for Service
where
    ServiceTokens: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (tokens, token) = (ServiceTokens::from_ref(state), token(parts)?);
        if tokens.is_service(&token) { Ok(Self(())) } else { Err(tokens.refusal(&token).await) }
    }
}

impl<S> FromRequestParts<S> for Insider
where
    ServiceTokens: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (tokens, token) = (ServiceTokens::from_ref(state), token(parts)?);
        let is_insider = tokens.is_service(&token) || tokens.check_operator(&token, parts)?;
        if is_insider { Ok(Self(())) } else { Err(tokens.refusal(&token).await) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self)
    }
}
