//! How does a digest get its promises? Every calendar is asked at once, and enough must answer.

use super::{ACCEPT, CalendarError, Calendars, MAX_ANSWER_BYTES, read_answer, retry::Waits};
use crate::{
    ots::{DetachedTimestamp, Op, Timestamp},
    web::Web,
};
use bitcoin::hashes::{Hash, sha256};
use futures_util::{StreamExt, stream::FuturesUnordered};
use rand::CryptoRng;

const NONCE_BYTES: usize = 16;

/// A proof that calendars have promised to complete.
#[derive(Debug)]
pub struct Stamped {
    pub proof: DetachedTimestamp,
    /// The calendars that promised.
    pub answered: Vec<String>,
    pub failed: Vec<CalendarError>,
}

impl Calendars {
    /// Has the digest of a file dated. Calendars see only its hash with a nonce, so they cannot tell whose it is.
    ///
    /// # Errors
    /// Too few calendars answered, after several attempts each.
    pub async fn stamp(&self, digest: [u8; 32], rng: &mut impl CryptoRng) -> Result<Stamped, CalendarError> {
        let mut nonce = [0; NONCE_BYTES];
        rng.fill_bytes(&mut nonce);
        let path = [Op::Append(nonce.to_vec()), Op::Sha256];
        let blinded = sha256::Hash::hash(&[digest.as_slice(), &nonce].concat()).to_byte_array();
        let asked = self.servers.iter().map(|server| submit(server, blinded, Waits::draw(rng)));
        let mut asking: FuturesUnordered<_> = asked.collect();
        let (mut promised, mut answered, mut failed) = (Timestamp::default(), Vec::new(), Vec::new());
        while let Some((server, answer)) = asking.next().await {
            match answer {
                Ok(timestamp) => {
                    promised.merge(timestamp);
                    answered.push(server.host());
                }
                Err(error) => failed.push(error),
            }
        }
        if answered.len() < self.enough {
            let last = failed.last().map(ToString::to_string).unwrap_or_default();
            let (answered, asked) = (answered.len(), self.servers.len());
            return Err(CalendarError::TooFew { answered, asked, enough: self.enough, last });
        }
        let proof = DetachedTimestamp::of_sha256(digest, Timestamp::along(path, promised))?;
        Ok(Stamped { proof, answered, failed })
    }
}

async fn submit(server: &Web, digest: [u8; 32], waits: Waits) -> (&Web, Result<Timestamp, CalendarError>) {
    let ask = || server.ask(server.post("digest", digest.to_vec()).header("accept", ACCEPT), MAX_ANSWER_BYTES);
    let answer = waits.retry(ask).await;
    (server, answer.map_err(Into::into).and_then(|answer| read_answer(server, &answer, &digest)))
}
