//! Who dates a digest without a node and a wallet of ours? Calendar servers of OpenTimestamps, several at once.
//!
//! *Source*: `python-opentimestamps`, `calendar.py`; `opentimestamps-client`, `cmds.py` (which servers, how many answers).

mod retry;
mod servers;
mod stamp;
mod upgrade;

pub use servers::{DEFAULT_CALENDARS, DEFAULT_TRUSTED, TrustedCalendar, UnusableCalendar};
pub use stamp::Stamped;
pub use upgrade::Upgraded;

use crate::{
    ots::{OtsError, Timestamp},
    web::{Web, WebError},
};
use reqwest::Url;
use std::time::Duration;

/// One request to one server.
const DEADLINE: Duration = Duration::from_secs(20);
/// The stock client reads no more either.
const MAX_ANSWER_BYTES: usize = 10_000;
/// More servers prove nothing more.
const MAX_SERVERS: usize = 16;
const ACCEPT: &str = "application/vnd.opentimestamps.v1";

/// Why a digest was not stamped, or a proof not upgraded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    #[error(transparent)]
    Web(#[from] WebError),
    #[error("calendar {calendar} answered with something else than a timestamp: {problem}")]
    BadAnswer { calendar: String, problem: OtsError },
    #[error("{answered} of {asked} calendars answered, {enough} are needed; the last to fail said: {last}")]
    TooFew { answered: usize, asked: usize, enough: usize, last: String },
    #[error("the proof cannot take in what the calendars answered: {0}")]
    Proof(#[from] OtsError),
}

/// Which calendars are asked, and which promises are followed up.
#[derive(Debug, Clone)]
pub struct CalendarSettings {
    /// Where digests go.
    pub servers: Vec<Url>,
    /// As many must answer.
    pub enough: usize,
    /// Promises name the calendar that will keep them, and a proof may come from a stranger: only these are asked.
    pub trusted: Vec<TrustedCalendar>,
}

/// The calendars that we use.
#[derive(Debug)]
pub struct Calendars {
    servers: Vec<Web>,
    enough: usize,
    trusted: Vec<TrustedCalendar>,
}

impl Calendars {
    /// Takes the settings, if they can be kept.
    ///
    /// # Errors
    /// There are no servers or too many, or more must answer than there are.
    pub fn new(settings: CalendarSettings) -> Result<Self, UnusableCalendar> {
        let CalendarSettings { servers, enough, trusted } = settings;
        if servers.len() > MAX_SERVERS || enough == 0 || enough > servers.len() {
            return Err(UnusableCalendar::Count { servers: servers.len(), enough, most: MAX_SERVERS });
        }
        let webs = servers.iter().map(|url| Web::new(url, DEADLINE));
        Ok(Self { servers: webs.collect::<Result<_, _>>()?, enough, trusted })
    }
}

/// The tree of a message, as a calendar answered it.
fn read_answer(server: &Web, answer: &[u8], message: &[u8]) -> Result<Timestamp, CalendarError> {
    let bad = |problem| CalendarError::BadAnswer { calendar: server.host(), problem };
    Timestamp::parse(answer, message).map_err(bad)
}
