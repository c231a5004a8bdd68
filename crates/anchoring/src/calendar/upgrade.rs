//! Have the calendars kept their promises? Whoever promised is asked, if we trust it, and the answer goes into the proof.

use super::{
    ACCEPT, CalendarError, Calendars, DEADLINE, MAX_ANSWER_BYTES, read_answer, retry::Waits, servers::is_same,
};
use crate::{
    ots::{Attestation, Attested, CalendarUri, DetachedTimestamp, Timestamp},
    web::{Web, WebError},
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use rand::Rng;
use reqwest::Url;

/// Promises of one proof that are asked about in one go.
const MAX_PROMISES: usize = 64;

/// What became of the promises of a proof.
#[derive(Debug, Default)]
pub struct Upgraded {
    /// Promises that were kept: the proof has a block for them now.
    pub kept: usize,
    /// Calendars that have no block yet.
    pub waiting: Vec<CalendarUri>,
    /// Calendars that were not asked, because nobody trusts them.
    pub untrusted: Vec<CalendarUri>,
    pub failed: Vec<CalendarError>,
}

impl Calendars {
    /// Asks for what was promised, and puts it into the proof where it is there.
    ///
    /// # Errors
    /// The proof cannot take in an answer; what came before it is in.
    pub async fn upgrade(&self, proof: &mut DetachedTimestamp, rng: &mut impl Rng) -> Result<Upgraded, CalendarError> {
        let mut report = Upgraded::default();
        let mut asking = FuturesUnordered::new();
        for (calendar, promise) in proof.attested().into_iter().filter_map(promised).take(MAX_PROMISES) {
            match self.trusted_server(&calendar)? {
                Some(server) => asking.push(follow_up(server, calendar, promise, Waits::draw(rng))),
                None => report.untrusted.push(calendar),
            }
        }
        while let Some((calendar, promise, answer)) = asking.next().await {
            match answer {
                Ok(Some(kept)) => report.kept += usize::from(proof.upgrade(&promise, &kept)?),
                Ok(None) => report.waiting.push(calendar),
                Err(error) => report.failed.push(error),
            }
        }
        Ok(report)
    }

    fn trusted_server(&self, calendar: &CalendarUri) -> Result<Option<Web>, WebError> {
        let Ok(url) = calendar.as_str().parse::<Url>() else { return Ok(None) };
        let ours = self.servers.iter().any(|server| is_same(server.base(), &url));
        let trusted = ours || self.trusted.iter().any(|trusted| trusted.covers(&url));
        if trusted { Web::new(&url, DEADLINE).map(Some) } else { Ok(None) }
    }
}

fn promised(attested: Attested) -> Option<(CalendarUri, Attested)> {
    match &attested.attestation {
        Attestation::Pending(calendar) => Some((calendar.clone(), attested)),
        Attestation::Bitcoin { .. } | Attestation::Unknown { .. } => None,
    }
}

type FollowedUp = (CalendarUri, Attested, Result<Option<Timestamp>, CalendarError>);

async fn follow_up(server: Web, calendar: CalendarUri, promise: Attested, waits: Waits) -> FollowedUp {
    let commitment = hex::encode(&promise.message);
    let path = format!("timestamp/{commitment}");
    let ask = || server.find(server.get(&path).header("accept", ACCEPT), MAX_ANSWER_BYTES);
    let answer = match waits.retry(ask).await {
        // An answer that only promises again is no news.
        Ok(Some(answer)) => {
            read_answer(&server, &answer, &promise.message).map(|kept| kept.is_complete().then_some(kept))
        }
        // It has the digest and no block yet, or never had it: the stock servers say 404 to both.
        Ok(None) => Ok(None),
        Err(error) => Err(error.into()),
    };
    (calendar, promise, answer)
}
