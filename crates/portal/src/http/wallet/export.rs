//! `GET /wallet/export.csv` and `/wallet/export.json`: give me all of it.

use crate::{Portal, callers::Person, shown::Moment};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use edgecoder_events::{AccountId, TaskId};
use edgecoder_projections::{
    MAX_PAGE_ITEMS, PageRequest, Question,
    credit_balances::{LedgerAccount, Movement, MovementCursor, MovementReason},
};
use futures_util::{Stream, StreamExt, stream};
use serde::Serialize;
use std::{fmt::Write as _, io};

const CSV_HEAD: &str = "position,recorded_at,reason,part,change_micro_credits,balance_after_micro_credits,task\n";

/// One line: a side of a movement.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line<'a> {
    /// The entry of the log.
    position: u64,
    recorded_at: String,
    reason: &'static str,
    part: &'static str,
    change_micro_credits: i64,
    balance_after_micro_credits: i64,
    task: Option<&'a TaskId>,
}

/// Gives every movement of whoever is logged in as a table, the newest first.
#[utoipa::path(
    get,
    path = "/wallet/export.csv",
    operation_id = "export_wallet_csv",
    tag = "pages",
    responses(
        (status = 200, body = String, content_type = "text/csv", description = "every movement"),
        (status = 303, description = "log in first"),
    ),
)]
pub async fn csv(State(portal): State<Portal>, person: Person) -> Response {
    portal.newest(&[Question::CreditBalances]).await;
    let lines = pages(portal, person.account().clone());
    let lines = lines.map(|page| page.map(|page| page.iter().map(csv_line).collect::<String>()));
    let whole = stream::once(async { Ok::<String, io::Error>(CSV_HEAD.to_owned()) }).chain(lines);
    file("text/csv; charset=utf-8", "attachment; filename=\"edgecoder-wallet.csv\"", Body::from_stream(whole))
}

/// Gives every movement of whoever is logged in as a JSON array, the newest first.
#[utoipa::path(
    get,
    path = "/wallet/export.json",
    operation_id = "export_wallet_json",
    tag = "pages",
    responses(
        (status = 200, body = String, content_type = "application/json", description = "every movement"),
        (status = 303, description = "log in first"),
    ),
)]
pub async fn json(State(portal): State<Portal>, person: Person) -> Response {
    portal.newest(&[Question::CreditBalances]).await;
    let begin = stream::once(async { Ok::<String, io::Error>("[".to_owned()) });
    let mut before = "\n";
    let lines = pages(portal, person.account().clone()).map(move |page| {
        let mut text = String::new();
        for movement in page? {
            let line = serde_json::to_string(&line(&movement))?;
            write!(text, "{before}{line}").map_err(io::Error::other)?;
            before = ",\n";
        }
        Ok::<String, io::Error>(text)
    });
    let end = stream::once(async { Ok("\n]\n".to_owned()) });
    file(
        "application/json",
        "attachment; filename=\"edgecoder-wallet.json\"",
        Body::from_stream(begin.chain(lines).chain(end)),
    )
}

/// Every movement, page by page as the browser takes them. What fails on the way breaks the connection: half a file does
/// not look whole.
pub fn pages(
    portal: Portal,
    account: AccountId,
) -> impl Stream<Item = Result<Vec<Movement>, io::Error>> + Send + 'static {
    let page = |after: Option<MovementCursor>| PageRequest::new(after, MAX_PAGE_ITEMS);
    stream::unfold(Some(page(None)), move |wanted| {
        let (portal, account) = (portal.clone(), account.clone());
        async move {
            match portal.projections.credit_balances().history(&account, &wanted?).await {
                Ok(found) => Some((Ok(found.items), found.next.map(|next| page(Some(next))))),
                Err(error) => Some((Err(io::Error::other(error)), None)),
            }
        }
    })
}

/// A file to be saved.
pub fn file(kind: &'static str, name: &'static str, body: Body) -> Response {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let name = (header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    ([kind, name], body).into_response()
}

/// A movement as it stands in a file.
pub fn line(movement: &Movement) -> Line<'_> {
    Line {
        position: movement.position.0,
        recorded_at: Moment(movement.recorded_at).iso(),
        reason: match movement.reason {
            MovementReason::Issued => "issued",
            MovementReason::Reserved => "reserved",
            MovementReason::Spent => "spent",
            MovementReason::Earned => "earned",
            MovementReason::Released => "released",
        },
        part: match movement.account {
            LedgerAccount::Available(_) => "available",
            LedgerAccount::Reserved(_) => "reserved",
            LedgerAccount::Issuance | LedgerAccount::Clearing => "",
        },
        change_micro_credits: movement.delta_micros,
        balance_after_micro_credits: movement.balance_after_micros,
        task: movement.task.as_ref(),
    }
}

/// No field has a comma or a quotation mark: they are numbers, words of ours, and names of letters, digits and `._-`. A
/// name that a table program would take for a formula begins with an apostrophe.
fn csv_line(movement: &Movement) -> String {
    let it = line(movement);
    let task = it.task.map(TaskId::as_str).unwrap_or_default();
    let mark = if task.starts_with('-') { "'" } else { "" };
    format!(
        "{},{},{},{},{},{},{mark}{task}\n",
        it.position, it.recorded_at, it.reason, it.part, it.change_micro_credits, it.balance_after_micro_credits
    )
}
