//! `GET /wallet`: what do I have, and how did it come and go?

use super::curve::{Curve, curve};
use crate::{
    Portal,
    callers::Person,
    page::{self, Shell},
    people::own_wallet::{NETWORKS, OwnWallet},
    shown::{Moment, change, credits},
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::{AccountId, BlobRef, MicroCredits, Position, TaskId};
use edgecoder_projections::{
    MAX_PAGE_ITEMS, PageRequest, Question,
    credit_balances::{LedgerAccount, Movement, MovementCursor, MovementReason},
};
use edgecoder_service_kit::{
    contents::ContentError,
    http::{Problem, Query},
};
use serde::Deserialize;
use utoipa::IntoParams;

/// Movements on one page. An event may move both parts of a wallet: the books have a line for each.
const MOVEMENTS: usize = 25;
const LINES: usize = 2 * MOVEMENTS;

#[derive(Template)]
#[template(path = "wallet.html")]
struct Page<'a> {
    shell: &'a Shell,
    account: &'a AccountId,
    balance: String,
    available: String,
    reserved: String,
    movements: Vec<Line>,
    next: Option<u64>,
    audit_url: &'a str,
    curve: Option<Curve>,
    own: Option<Own>,
    networks: [&'static str; 4],
    done: Option<&'static str>,
    error: Option<String>,
}

/// The wallet of their own.
struct Own {
    /// Where its descriptor is kept.
    content: BlobRef,
    network: String,
    fingerprint: String,
    addresses: Vec<String>,
    backed_up_at: Option<Moment>,
}

/// What one event moved.
struct Line {
    position: u64,
    at: Moment,
    words: &'static str,
    task: Option<TaskId>,
    available: Option<String>,
    reserved: Option<String>,
}

/// Which page is wanted.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Older than this position.
    before: Option<u64>,
    /// `descriptor` or `backup`.
    done: Option<String>,
}

/// Shows the wallet of whoever is logged in, each movement with the entry of the log that caused it.
#[utoipa::path(
    get,
    path = "/wallet",
    operation_id = "wallet_page",
    tag = "pages",
    params(Wanted),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "balance and movements"),
        (status = 303, description = "log in first"),
    ),
)]
pub async fn wallet(
    State(portal): State<Portal>,
    person: Person,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    shown(&portal, &person, &wanted, None).await
}

/// Shows it with what is wrong.
pub async fn with_error(portal: &Portal, person: &Person, error: String) -> Result<Response, Problem> {
    shown(portal, person, &Wanted::default(), Some(error)).await
}

async fn shown(portal: &Portal, person: &Person, wanted: &Wanted, error: Option<String>) -> Result<Response, Problem> {
    let as_of = portal.newest(&[Question::CreditBalances, Question::People]).await;
    let shell = Shell::of_person(person).told_as_of(as_of);
    let held = portal.projections.credit_balances().balance(person.account()).await?.unwrap_or_default();
    let balance = held.available.checked_add(held.reserved).unwrap_or_default();
    let (movements, next) = movements(portal, person, wanted.before).await?;
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        shell: &shell,
        account: person.account(),
        balance: credits(balance),
        available: credits(held.available),
        reserved: credits(held.reserved),
        movements,
        next,
        audit_url: &portal.audit_url,
        curve: drawn(portal, person, balance).await?,
        own: own(portal, person.account()).await?,
        networks: NETWORKS,
        done: match wanted.done.as_deref() {
            Some("descriptor") => Some(ENGLISH.wallet_descriptor_taken),
            Some("backup") => Some(ENGLISH.wallet_backup_taken),
            Some(_) | None => None,
        },
        error,
    };
    Ok(page::show(portal.cookies, status, &shell, &page))
}

async fn movements(portal: &Portal, person: &Person, before: Option<u64>) -> Result<(Vec<Line>, Option<u64>), Problem> {
    let before = before.map(|at| MovementCursor { position: Position(at), part: String::new() });
    let page = PageRequest::new(before, LINES);
    let page = portal.projections.credit_balances().history(person.account(), &page).await?;
    let mut events = page.items.chunk_by(|one, next| one.position == next.position);
    let movements: Vec<_> = events.by_ref().take(MOVEMENTS).filter_map(line).collect();
    let has_more = page.next.is_some() || events.next().is_some();
    let next = movements.last().filter(|_| has_more).map(|last| last.position);
    Ok((movements, next))
}

/// The balance over as many of the newest movements as one page of the books has.
async fn drawn(portal: &Portal, person: &Person, balance: MicroCredits) -> Result<Option<Curve>, Problem> {
    let page = PageRequest::new(None, MAX_PAGE_ITEMS);
    let newest = portal.projections.credit_balances().history(person.account(), &page).await?;
    Ok(curve(balance, &newest.items, newest.next.is_some()))
}

/// The wallet of their own, where they named one and its descriptor still opens.
async fn own(portal: &Portal, account: &AccountId) -> Result<Option<Own>, Problem> {
    let person = portal.projections.people().person(account).await?;
    let Some((acknowledged_at, content)) = person.and_then(|it| Some((it.backup_acknowledged_at, it.descriptor?)))
    else {
        return Ok(None);
    };
    let own: OwnWallet = match portal.contents.open(account, content).await {
        Ok(own) => own,
        Err(ContentError::Erased | ContentError::Damaged) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    Ok(Some(Own {
        content,
        fingerprint: own.fingerprint().unwrap_or_default(),
        addresses: own.addresses().unwrap_or_default(),
        network: own.network,
        backed_up_at: acknowledged_at.map(Moment),
    }))
}

fn line(sides: &[Movement]) -> Option<Line> {
    let first = sides.first()?;
    let moved = |is_part: fn(&LedgerAccount) -> bool| {
        sides.iter().find(|side| is_part(&side.account)).map(|side| change(side.delta_micros))
    };
    Some(Line {
        position: first.position.0,
        at: Moment(first.recorded_at),
        words: words(first.reason),
        task: first.task.clone(),
        available: moved(|account| matches!(account, LedgerAccount::Available(_))),
        reserved: moved(|account| matches!(account, LedgerAccount::Reserved(_))),
    })
}

const fn words(reason: MovementReason) -> &'static str {
    match reason {
        MovementReason::Issued => ENGLISH.moved_issued,
        MovementReason::Reserved => ENGLISH.moved_reserved,
        MovementReason::Spent => ENGLISH.moved_spent,
        MovementReason::Earned => ENGLISH.moved_earned,
        MovementReason::Released => ENGLISH.moved_released,
    }
}
