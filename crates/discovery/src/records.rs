//! What do the DNS records say?

use crate::{Candidate, CoordinatorUrl, Source, UrlRefusal};
use edgecoder_events::PublicKey;
use rand::{Rng, RngExt};

/// A service record, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Service {
    pub priority: u16,
    pub weight: u16,
    pub port: u16,
    /// Without the dot at its end; empty where the domain says that it has no coordinator.
    pub host: String,
}

/// Why a record is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordProblem {
    #[error("the coordinator {address:?} in DNS is ignored: {refusal}")]
    Url { address: String, refusal: UrlRefusal },
    #[error("the record {text:?} in DNS is ignored: its key is not 64 lower-case hex digits")]
    Key { text: String },
    #[error("the SRV records in DNS are ignored: the key that their coordinators must show, {text:?}, cannot be read")]
    KeyOfServices { text: String },
}

/// One TXT record: words of the form `name=value`. Other words are left to other programs.
#[derive(Debug, Default)]
struct Text<'a> {
    url: Option<&'a str>,
    keys: Vec<PublicKey>,
    key_is_unreadable: bool,
}

impl<'a> Text<'a> {
    fn read(text: &'a str) -> Self {
        let mut record = Self::default();
        for word in text.split([' ', ';', '\t']) {
            match word.split_once('=') {
                Some(("url", url)) => record.url = Some(url),
                Some(("key", key)) => match key.parse() {
                    Ok(key) => record.keys.push(key),
                    Err(_) => record.key_is_unreadable = true,
                },
                Some(_) | None => {}
            }
        }
        record
    }
}

/// The candidates in the order of trying, and what could not be used.
///
/// A key that cannot be read takes its coordinators out: a slip of the pen must not turn into trust in any key.
pub(crate) fn candidates(
    services: Vec<Service>,
    texts: &[String],
    rng: &mut (impl Rng + ?Sized),
) -> (Vec<Candidate>, Vec<RecordProblem>) {
    let (mut service_keys, mut services_are_usable) = (Vec::new(), true);
    let (mut of_texts, mut problems) = (Vec::new(), Vec::new());
    for text in texts {
        let record = Text::read(text);
        match record.url {
            Some(_) if record.key_is_unreadable => problems.push(RecordProblem::Key { text: text.clone() }),
            Some(url) => match candidate(url, record.keys) {
                Ok(candidate) => of_texts.push(candidate),
                Err(problem) => problems.push(problem),
            },
            None if record.key_is_unreadable => {
                services_are_usable = false;
                problems.push(RecordProblem::KeyOfServices { text: text.clone() });
            }
            None => service_keys.extend(record.keys),
        }
    }
    let mut found = Vec::new();
    if services_are_usable {
        for service in in_order_of_trying(services, rng) {
            match candidate(&format!("https://{}:{}", service.host, service.port), service_keys.clone()) {
                Ok(candidate) => found.push(candidate),
                Err(problem) => problems.push(problem),
            }
        }
    }
    found.extend(of_texts);
    (found, problems)
}

fn candidate(address: &str, keys: Vec<PublicKey>) -> Result<Candidate, RecordProblem> {
    match address.parse::<CoordinatorUrl>() {
        Ok(url) => Ok(Candidate { url, keys, source: Source::Dns }),
        Err(refusal) => Err(RecordProblem::Url { address: address.to_owned(), refusal }),
    }
}

/// Source: RFC 2782, "Usage rules": the lowest priority first, then by chance in proportion to the weight; a weight of
/// zero keeps a small chance.
fn in_order_of_trying(mut services: Vec<Service>, rng: &mut (impl Rng + ?Sized)) -> Vec<Service> {
    services.retain(|service| !service.host.is_empty());
    services.sort();
    let mut ordered = Vec::with_capacity(services.len());
    while let Some(priority) = services.first().map(|service| service.priority) {
        let alike = || services.iter().take_while(|service| service.priority == priority);
        let total: u64 = alike().map(|service| u64::from(service.weight)).sum();
        let mut left = rng.random_range(0..=total);
        let chosen = alike().position(|service| {
            let reached = left <= u64::from(service.weight);
            left = left.saturating_sub(service.weight.into());
            reached
        });
        ordered.push(services.remove(chosen.expect("the weights sum up to the total")));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn service(priority: u16, weight: u16, host: &str) -> Service {
        Service { priority, weight, port: 443, host: host.to_owned() }
    }

    fn urls(services: &[Service], texts: &[&str], seed: u64) -> (Vec<String>, Vec<RecordProblem>) {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let (found, problems) = candidates(services.to_vec(), &texts, &mut StdRng::seed_from_u64(seed));
        (found.iter().map(|candidate| candidate.url.to_string()).collect(), problems)
    }

    #[test]
    fn a_lower_priority_goes_first_whatever_the_weights() {
        let services = [service(20, 60_000, "c"), service(10, 0, "a"), service(20, 60_000, "b")];
        for seed in 0..50 {
            assert_eq!(urls(&services, &[], seed).0[0], "https://a");
        }
    }

    #[test]
    fn within_a_priority_the_weight_is_the_chance_to_go_first() {
        let services = [service(10, 300, "heavy"), service(10, 100, "light")];
        let heavy_first = (0..1000).filter(|seed| urls(&services, &[], *seed).0[0] == "https://heavy").count();
        assert!((700..800).contains(&heavy_first), "{heavy_first} of 1000");
    }

    #[test]
    fn addresses_of_text_records_come_after_the_services() {
        let (found, problems) = urls(&[service(10, 1, "a")], &["url=http://127.0.0.1:4301", "v=spf1 -all"], 1);
        assert_eq!((found, problems), (vec!["https://a".to_owned(), "http://127.0.0.1:4301".to_owned()], vec![]));
    }

    #[test]
    fn bad_records_are_ignored_and_named_and_the_others_stay() {
        let services = [service(1, 1, ""), service(1, 1, "a b"), service(2, 1, "ok")];
        let (found, problems) = urls(&services, &["url=http://example.org", "url=", "url=https://t key=beef"], 1);
        assert_eq!(found, ["https://ok"]);
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert!(problems.iter().any(|problem| matches!(problem, RecordProblem::Key { .. })));
    }

    #[test]
    fn each_candidate_carries_the_keys_that_were_named_for_it() {
        let (a, b, c) = (PublicKey([1; 32]), PublicKey([2; 32]), PublicKey([3; 32]));
        let texts = [format!("key={a}"), format!("key={b}"), format!("url=https://t; key={c}"), "url=https://u".into()];
        let (found, _) = candidates(vec![service(1, 1, "s")], &texts, &mut StdRng::seed_from_u64(1));
        let accepted = |place: usize| [a, b, c].map(|key| found[place].accepts(&key));
        assert_eq!(accepted(0), [true, true, false], "services accept every key named for them");
        assert_eq!(accepted(1), [false, false, true]);
        assert_eq!(accepted(2), [true, true, true], "nobody named a key");
    }

    #[test]
    fn a_slip_in_the_key_of_the_services_does_not_unpin_them() {
        let good = format!("key={}", PublicKey([1; 32]));
        let (found, problems) = urls(&[service(1, 1, "s")], &[&good, "key=0O"], 1);
        assert_eq!((found.len(), problems.len()), (0, 1));
    }

    proptest! {
        #[test]
        fn every_service_is_tried_once(weights in proptest::collection::vec((0_u16..3, any::<u16>()), 0..20), seed: u64) {
            let services: Vec<Service> = weights.iter().enumerate()
                .map(|(place, (priority, weight))| service(*priority, *weight, &format!("h{place}"))).collect();
            let mut ordered = in_order_of_trying(services.clone(), &mut StdRng::seed_from_u64(seed));
            prop_assert!(ordered.is_sorted_by_key(|service| service.priority));
            ordered.sort_by_key(|service| service.host.clone());
            let mut services = services;
            services.sort_by_key(|service| service.host.clone());
            prop_assert_eq!(ordered, services);
        }

        #[test]
        fn no_text_breaks_the_reader(texts in proptest::collection::vec(any::<String>(), 0..4)) {
            let _answer = candidates(vec![], &texts, &mut StdRng::seed_from_u64(1));
        }
    }
}
