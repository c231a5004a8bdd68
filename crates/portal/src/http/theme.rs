//! `POST /theme`: somebody wants other colours.

use crate::{
    Portal,
    callers::Visitor,
    cookies::Cookie,
    forms::Form,
    page::{self, our_path},
    theme::Theme,
};
use axum::{extract::State, response::Response};

/// How long a browser remembers the colours, in seconds.
const YEAR_S: u64 = 365 * 24 * 60 * 60;

/// Remembers the colours in the browser, and nowhere else.
#[utoipa::path(
    post,
    path = "/theme",
    operation_id = "choose_theme",
    tag = "pages",
    responses((status = 303, description = "back to where the visitor was")),
)]
pub async fn choose(State(portal): State<Portal>, Form { fields, .. }: Form<Visitor>) -> Response {
    let theme = Theme::of_name(fields.text("theme")).unwrap_or_default();
    page::go(our_path(fields.text("then")), [portal.cookies.keep(Cookie::Theme, theme.name(), YEAR_S)])
}
