//! `GET /wallet`: what do I have, and how did it come and go?

use crate::{
    Portal,
    callers::Person,
    page::{self, Shell},
    shown::{Moment, change, credits},
    text::ENGLISH,
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::{AccountId, Position, TaskId};
use edgecoder_projections::{
    PageRequest, Question,
    credit_balances::{LedgerAccount, Movement, MovementCursor, MovementReason},
};
use edgecoder_service_kit::http::{Problem, Query};
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
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Older than this position.
    before: Option<u64>,
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
    let shell = Shell::of_person(&person);
    portal.newest(&[Question::CreditBalances]).await;
    let books = portal.projections.credit_balances();
    let held = books.balance(person.account()).await?.unwrap_or_default();
    let before = wanted.before.map(|at| MovementCursor { position: Position(at), part: String::new() });
    let page = books.history(person.account(), &PageRequest::new(before, LINES)).await?;
    let mut events = page.items.chunk_by(|one, next| one.position == next.position);
    let movements: Vec<_> = events.by_ref().take(MOVEMENTS).filter_map(line).collect();
    let has_more = page.next.is_some() || events.next().is_some();
    let next = movements.last().filter(|_| has_more).map(|last| last.position);
    let page = Page {
        shell: &shell,
        account: person.account(),
        balance: held.available.checked_add(held.reserved).map(credits).unwrap_or_default(),
        available: credits(held.available),
        reserved: credits(held.reserved),
        movements,
        next,
        audit_url: &portal.audit_url,
    };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
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
