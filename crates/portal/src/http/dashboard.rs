//! `GET /dashboard`: how do things stand with me?

use super::tasks::TaskRow;
use crate::{
    Portal,
    callers::Person,
    chart::{Bar, bars},
    page::{self, Shell},
    shown::{Moment, credits},
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_events::{MicroCredits, UnixMillis};
use edgecoder_projections::Question;
use edgecoder_service_kit::http::Problem;

/// As many of the newest tasks are shown.
const NEWEST: usize = 10;
/// As many days of earnings are shown, today's the last.
const DAYS: u64 = 14;
/// What must be up to date before the page is shown.
const ASKED: [Question; 4] =
    [Question::TaskBoard, Question::CreditBalances, Question::ReadyQueue, Question::AgentDirectory];
const MS_PER_DAY: u64 = 24 * 60 * 60 * 1_000;

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Page<'a> {
    shell: &'a Shell,
    name: &'a str,
    available: String,
    reserved: String,
    tasks: Vec<TaskRow>,
    contribution: Option<Contribution>,
    network: Network,
}

/// What their machines earned.
struct Contribution {
    sum: String,
    days: Vec<Day>,
}

/// What was earned on one day.
struct Day {
    date: String,
    amount: String,
    bar: Bar,
}

/// How things stand with everybody.
struct Network {
    /// Machines that take work, and those of them that are theirs.
    online: usize,
    own: usize,
    /// Parts of tasks that wait, and that machines have in hand.
    waiting: usize,
    running: usize,
}

/// Shows credit, newest tasks and earnings of whoever is logged in.
#[utoipa::path(
    get,
    path = "/dashboard",
    operation_id = "dashboard_page",
    tag = "pages",
    responses(
        (status = 200, body = String, content_type = "text/html", description = "credit and newest tasks"),
        (status = 303, description = "log in first"),
    ),
)]
pub async fn dashboard(State(portal): State<Portal>, person: Person) -> Result<Response, Problem> {
    let shell = Shell::of_person(&person).told_as_of(portal.newest(&ASKED).await);
    let held = portal.projections.credit_balances().balance(person.account()).await?.unwrap_or_default();
    let tasks = super::tasks::newest(&portal, &person, NEWEST).await?;
    let page = Page {
        shell: &shell,
        name: &person.profile.name,
        available: credits(held.available),
        reserved: credits(held.reserved),
        tasks,
        contribution: contribution(&portal, &person).await?,
        network: network(&portal, &person),
    };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
}

/// None where nothing was earned in these days.
async fn contribution(portal: &Portal, person: &Person) -> Result<Option<Contribution>, Problem> {
    let today = portal.now().0.checked_div(MS_PER_DAY).unwrap_or_default();
    let first = today.saturating_sub(DAYS.saturating_sub(1));
    let earned = portal.projections.credit_balances().earned(person.account(), first).await?;
    if earned.is_empty() {
        return Ok(None);
    }
    let on = |day: u64| earned.iter().find(|it| it.day == day).map_or(0, |it| it.amount.micros());
    let amounts: Vec<u64> = (first..=today).map(on).collect();
    let sum = amounts.iter().fold(0u64, |sum, amount| sum.saturating_add(*amount));
    let told = |micros| credits(MicroCredits::from_micros(micros));
    let days = (first..=today).zip(&amounts).zip(bars(&amounts)).map(|((day, amount), bar)| {
        let at = Moment(UnixMillis(day.saturating_mul(MS_PER_DAY)));
        Day { date: at.iso().chars().take_while(|letter| *letter != 'T').collect(), amount: told(*amount), bar }
    });
    Ok(Some(Contribution { sum: told(sum), days: days.collect() }))
}

fn network(portal: &Portal, person: &Person) -> Network {
    let (online, own) = portal.projections.agent_directory(|agents| {
        let owners = agents.workers(portal.now()).map(|(_, entry)| entry.enrolment().map(|it| &it.owner));
        let owners: Vec<_> = owners.collect();
        (owners.len(), owners.iter().filter(|owner| **owner == Some(person.account())).count())
    });
    let (waiting, running) = portal.projections.ready_queue(|queue| (queue.waiting(), queue.leased()));
    Network { online, own, waiting, running }
}
