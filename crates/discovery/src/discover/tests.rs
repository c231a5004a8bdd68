use super::*;
use crate::Source;
use edgecoder_events::PublicKey;
use edgecoder_testkit::SetClock;
use hickory_resolver::proto::{
    op::{Message, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{SRV, TXT},
    },
};
use rand::{SeedableRng, rngs::StdRng};
use std::net::SocketAddr;
use tokio::{net::UdpSocket, task::JoinSet};

/// A name server on loopback that knows the records of `swarm.example` and stops with the test.
struct NameServer {
    address: SocketAddr,
    _running: JoinSet<()>,
}

impl NameServer {
    async fn start(records: Vec<RData>) -> Self {
        Self::with(move |question| answer(question, &records)).await
    }

    async fn that_fails() -> Self {
        Self::with(|question| {
            let mut refusal = question.into_response();
            refusal.metadata.response_code = ResponseCode::ServFail;
            refusal
        })
        .await
    }

    async fn with(answer: impl Fn(Message) -> Message + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let mut running = JoinSet::new();
        running.spawn(async move {
            let mut packet = [0; 4096];
            while let Ok((length, asker)) = socket.recv_from(&mut packet).await {
                let answer = answer(Message::from_vec(&packet[..length]).unwrap());
                socket.send_to(&answer.to_vec().unwrap(), asker).await.unwrap();
            }
        });
        Self { address, _running: running }
    }
}

fn answer(question: Message, records: &[RData]) -> Message {
    let asked = question.queries[0].clone();
    let owner = match asked.query_type() {
        RecordType::SRV => "_edgecoder._tcp.swarm.example.",
        _ => "_edgecoder.swarm.example.",
    };
    let mut answer = question.into_response();
    answer.edns = None;
    if asked.name().to_ascii().to_lowercase() != owner {
        answer.metadata.response_code = ResponseCode::NXDomain;
        return answer;
    }
    let matching = records.iter().filter(|data| data.record_type() == asked.query_type());
    answer.add_answers(matching.map(|data| Record::from_rdata(asked.name().clone(), 60, data.clone())));
    answer
}

fn srv(priority: u16, host: &str) -> RData {
    RData::SRV(SRV::new(priority, 1, 443, Name::from_ascii(host).unwrap()))
}

fn txt(text: &str) -> RData {
    RData::TXT(TXT::new(vec![text.to_owned()]))
}

struct Machine {
    home: tempfile::TempDir,
    clock: SetClock,
}

impl Machine {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), clock: SetClock::at(UnixMillis(1_700_000_000_000)) }
    }

    async fn discover(&self, domain: &str, server: &NameServer) -> Discovery {
        let settings = Settings { domain: domain.to_owned(), cache_file: self.home.path().join("coordinators.json") };
        let dns = Dns::at(server.address).unwrap();
        discover(&settings, &dns, &self.clock, &mut StdRng::seed_from_u64(1)).await
    }
}

fn check(discovery: &Discovery, expected: &[(&str, Source)]) {
    let found: Vec<_> = discovery.candidates.iter().map(|found| (found.url.as_str(), found.source)).collect();
    assert_eq!(found, expected, "{:?}", discovery.problems);
}

const DOMAIN: &str = "swarm.example";

#[tokio::test]
async fn services_go_before_texts_and_by_priority() {
    let records = vec![srv(20, "second.example."), txt("url=https://third.example"), srv(10, "first.example.")];
    let server = NameServer::start(records).await;
    let discovery = Machine::new().discover(DOMAIN, &server).await;
    check(
        &discovery,
        &[
            ("https://first.example", Source::Dns),
            ("https://second.example", Source::Dns),
            ("https://third.example", Source::Dns),
        ],
    );
    assert!(discovery.problems.is_empty(), "{:?}", discovery.problems);
}

#[tokio::test]
async fn when_dns_is_silent_what_it_said_last_time_is_used() {
    let machine = Machine::new();
    let server = NameServer::start(vec![srv(10, "first.example.")]).await;
    machine.discover(DOMAIN, &server).await;
    machine.clock.advance_ms(60_000);
    let forgetful = NameServer::start(vec![]).await;
    let discovery = machine.discover(DOMAIN, &forgetful).await;
    check(&discovery, &[("https://first.example", Source::Cache { age_ms: 60_000 })]);
}

#[tokio::test]
async fn what_dns_names_is_not_repeated_by_the_cache() {
    let machine = Machine::new();
    let server = NameServer::start(vec![srv(10, "first.example.")]).await;
    machine.discover(DOMAIN, &server).await;
    let discovery = machine.discover(DOMAIN, &server).await;
    check(&discovery, &[("https://first.example", Source::Dns)]);
}

#[tokio::test]
async fn an_unknown_domain_is_no_problem() {
    let server = NameServer::start(vec![srv(10, "first.example.")]).await;
    let discovery = Machine::new().discover("other.example", &server).await;
    check(&discovery, &[]);
    assert!(discovery.problems.is_empty(), "{:?}", discovery.problems);
}

#[tokio::test]
async fn a_name_server_that_fails_is_named_and_the_cache_remains() {
    let machine = Machine::new();
    let working = NameServer::start(vec![srv(10, "first.example.")]).await;
    machine.discover(DOMAIN, &working).await;
    let server = NameServer::that_fails().await;
    let discovery = machine.discover(DOMAIN, &server).await;
    check(&discovery, &[("https://first.example", Source::Cache { age_ms: 0 })]);
    assert!(matches!(discovery.problems[..], [Problem::Dns(DnsError::Failed(_))]), "{:?}", discovery.problems);
}

#[tokio::test]
async fn bad_records_are_named_and_left_out() {
    let records = vec![txt("url=http://insecure.example"), srv(10, "."), srv(20, "good.example.")];
    let server = NameServer::start(records).await;
    let discovery = Machine::new().discover(DOMAIN, &server).await;
    check(&discovery, &[("https://good.example", Source::Dns)]);
    assert!(matches!(discovery.problems[..], [Problem::Record(_)]), "{:?}", discovery.problems);
}

#[tokio::test]
async fn a_text_that_is_no_domain_is_a_problem() {
    let server = NameServer::start(vec![]).await;
    for domain in ["", ".", "a..b", &"x".repeat(300)] {
        let discovery = Machine::new().discover(domain, &server).await;
        assert!(matches!(discovery.problems[..], [Problem::Dns(DnsError::NotADomain { .. })]), "{domain:?}");
    }
}

#[tokio::test]
async fn the_key_of_a_coordinator_travels_from_dns_through_the_cache() {
    let (machine, key, other) = (Machine::new(), PublicKey([5; 32]), PublicKey([6; 32]));
    let server = NameServer::start(vec![srv(10, "first.example."), txt(&format!("key={key}"))]).await;
    let fresh = machine.discover(DOMAIN, &server).await;
    let silent = NameServer::start(vec![]).await;
    let cached = machine.discover(DOMAIN, &silent).await;
    for discovery in [fresh, cached] {
        let [candidate] = &discovery.candidates[..] else { panic!("{:?}", discovery.candidates) };
        assert!(candidate.accepts(&key) && !candidate.accepts(&other), "{candidate:?}");
    }
}
