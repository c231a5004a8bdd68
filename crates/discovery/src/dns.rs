//! What does DNS answer, within a bounded time?

use crate::{candidate::MAX_CANDIDATES, records::Service};
use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts},
    lookup::Lookup,
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{Name, RData},
};
use std::{net::SocketAddr, time::Duration};

/// One question to one name server.
const QUESTION_TIMEOUT: Duration = Duration::from_secs(2);
/// Both questions with all attempts.
const DEADLINE: Duration = Duration::from_secs(6);
const ATTEMPTS: usize = 2;

/// Why DNS says nothing.
#[derive(Debug, thiserror::Error)]
pub enum DnsError {
    #[error("{domain:?} is not a domain: correct the setting")]
    NotADomain { domain: String },
    #[error("no name server answered within {} s: check the network", DEADLINE.as_secs())]
    TimedOut,
    #[error("the name servers could not be asked: {0}")]
    Failed(#[from] NetError),
}

/// Asks name servers.
#[derive(Clone)]
pub struct Dns {
    resolver: TokioResolver,
}

impl Dns {
    /// Asks the name servers that this machine is set up with.
    ///
    /// # Errors
    /// [`DnsError`] where the machine's configuration cannot be read.
    pub fn of_this_machine() -> Result<Self, DnsError> {
        let mut builder = TokioResolver::builder_tokio()?;
        bound(builder.options_mut());
        Ok(Self { resolver: builder.build()? })
    }

    /// Asks one name server.
    ///
    /// # Errors
    /// [`DnsError`] where no resolver can be made for it.
    pub fn at(server: SocketAddr) -> Result<Self, DnsError> {
        let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
            connection.port = server.port();
            connection
        });
        let server = NameServerConfig::new(server.ip(), true, connections.into());
        let config = ResolverConfig::from_name_servers(vec![server]);
        let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        bound(builder.options_mut());
        Ok(Self { resolver: builder.build()? })
    }

    /// The service and text records about a domain's coordinators; empty where it has none.
    pub(crate) async fn records(&self, domain: &str) -> Result<(Vec<Service>, Vec<String>), DnsError> {
        let (services, texts) = (name("_edgecoder._tcp", domain)?, name("_edgecoder", domain)?);
        let asked = async { tokio::join!(self.resolver.srv_lookup(services), self.resolver.txt_lookup(texts)) };
        let (services, texts) = tokio::time::timeout(DEADLINE, asked).await.map_err(|_| DnsError::TimedOut)?;
        Ok((answers(services, service)?, answers(texts, text)?))
    }
}

fn bound(options: &mut ResolverOpts) {
    options.timeout = QUESTION_TIMEOUT;
    options.attempts = ATTEMPTS;
}

/// Ends with a dot, so that no search domain is appended.
fn name(service: &str, domain: &str) -> Result<Name, DnsError> {
    let domain = domain.trim_end_matches('.');
    let not_a_domain = || DnsError::NotADomain { domain: domain.to_owned() };
    if domain.is_empty() {
        return Err(not_a_domain());
    }
    Name::from_utf8(format!("{service}.{domain}.")).map_err(|_| not_a_domain())
}

fn answers<T>(lookup: Result<Lookup, NetError>, read: impl Fn(&RData) -> Option<T>) -> Result<Vec<T>, DnsError> {
    match lookup {
        Ok(lookup) => {
            Ok(lookup.answers().iter().filter_map(|record| read(&record.data)).take(MAX_CANDIDATES).collect())
        }
        Err(error) if error.is_no_records_found() || error.is_nx_domain() => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn service(data: &RData) -> Option<Service> {
    let RData::SRV(srv) = data else { return None };
    let host = srv.target.to_ascii().trim_end_matches('.').to_owned();
    Some(Service { priority: srv.priority, weight: srv.weight, port: srv.port, host })
}

/// The strings of one record as one text; none where it is no text.
fn text(data: &RData) -> Option<String> {
    let RData::TXT(txt) = data else { return None };
    let strings: Option<Vec<&str>> = txt.txt_data.iter().map(|string| std::str::from_utf8(string).ok()).collect();
    strings.map(|strings| strings.join(" "))
}
