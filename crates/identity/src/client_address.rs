//! From which address does a request come, when proxies may stand between?

use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

/// More hops than any honest chain of proxies has; what lies beyond is not read.
const MAX_HOPS: usize = 16;

/// A text is not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an address or a network such as 10.0.0.0/8 or fd00::/8, got {0:?}")]
pub struct NetworkParseError(String);

/// A range of addresses, as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    /// Says whether the address lies in the range. An IPv4 address in IPv6 dress counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let host_bits = 32_u32.saturating_sub(self.prefix_bits.into());
                let above = |bits: u32| bits.checked_shr(host_bits).unwrap_or(0);
                above(network.to_bits()) == above(address.to_bits())
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let host_bits = 128_u32.saturating_sub(self.prefix_bits.into());
                let above = |bits: u128| bits.checked_shr(host_bits).unwrap_or(0);
                above(network.to_bits()) == above(address.to_bits())
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for Network {
    type Err = NetworkParseError;

    fn from_str(text: &str) -> Result<Self, NetworkParseError> {
        let refused = || NetworkParseError(text.to_owned());
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| refused())?;
        let widest: u8 = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = match bits {
            None => widest,
            Some(bits) => bits.parse().ok().filter(|bits| *bits <= widest).ok_or_else(refused)?,
        };
        Ok(Self { address, prefix_bits })
    }
}

/// The address of the one who asks: the socket's, unless that is a proxy of ours.
///
/// `forwarded_for` is the `x-forwarded-for` header (several joined by commas). Each proxy appends whom it saw, so it is
/// read from the right, as long as the one who wrote an entry is trusted; what a client put in front is never reached.
/// Headers such as `fly-client-ip` are not read at all.
pub fn client_ip(socket: IpAddr, forwarded_for: Option<&str>, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = socket.to_canonical();
    for entry in forwarded_for.unwrap_or_default().rsplit(',').take(MAX_HOPS) {
        if !is_trusted(client) {
            break;
        }
        match hop(entry.trim()) {
            Some(seen) => client = seen.to_canonical(),
            None => break,
        }
    }
    client
}

/// Some proxies write the port too.
fn hop(entry: &str) -> Option<IpAddr> {
    entry.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(socket: &str, forwarded_for: Option<&str>, trusted: &[&str], expected: &str) {
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let client = client_ip(socket.parse().unwrap(), forwarded_for, &trusted);
        assert_eq!(client, expected.parse::<IpAddr>().unwrap(), "{socket} {forwarded_for:?} {trusted:?}");
    }

    #[test]
    fn without_a_configured_proxy_headers_say_nothing() {
        check("203.0.113.9", Some("127.0.0.1"), &[], "203.0.113.9");
        check("203.0.113.9", Some("127.0.0.1"), &["10.0.0.0/8"], "203.0.113.9");
    }

    #[test]
    fn a_client_behind_a_proxy_cannot_pose_as_loopback() {
        check("10.0.0.7", Some("127.0.0.1, 203.0.113.9"), &["10.0.0.0/8"], "203.0.113.9");
        check("127.0.0.1", Some("127.0.0.1, 203.0.113.9"), &["127.0.0.1"], "203.0.113.9");
        check("10.0.0.7", Some("127.0.0.1, 203.0.113.9, 10.1.1.1"), &["10.0.0.0/8"], "203.0.113.9");
    }

    #[test]
    fn a_proxy_that_says_nothing_or_nonsense_is_itself_the_client() {
        check("10.0.0.7", None, &["10.0.0.0/8"], "10.0.0.7");
        check("10.0.0.7", Some("localhost"), &["10.0.0.0/8"], "10.0.0.7");
        check("10.0.0.7", Some("127.0.0.1, , "), &["10.0.0.0/8"], "10.0.0.7");
    }

    #[test]
    fn addresses_are_read_with_ports_and_in_ipv6_dress() {
        check("::ffff:10.0.0.7", Some("203.0.113.9:5123"), &["10.0.0.0/8"], "203.0.113.9");
        check("fd00::1", Some("[2001:db8::9]:443"), &["fd00::/8"], "2001:db8::9");
    }

    #[test]
    fn a_chain_longer_than_any_honest_one_is_cut() {
        let chain = ["203.0.113.9"].into_iter().chain(vec!["10.0.0.1"; 1000]).collect::<Vec<_>>().join(",");
        check("10.0.0.7", Some(&chain), &["10.0.0.0/8"], "10.0.0.1");
    }

    #[test]
    fn networks_contain_what_their_prefix_says() {
        let contains =
            |network: &str, address: &str| network.parse::<Network>().unwrap().contains(address.parse().unwrap());
        assert!(contains("0.0.0.0/0", "8.8.8.8") && contains("::/0", "2001:db8::1"));
        assert!(contains("172.16.0.0/12", "172.31.255.255") && !contains("172.16.0.0/12", "172.32.0.0"));
        assert!(contains("192.0.2.1", "192.0.2.1") && !contains("192.0.2.1", "192.0.2.2"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        for bad in ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8x", "example.com", "10.0.0/8", "::/129"] {
            assert!(bad.parse::<Network>().is_err(), "{bad:?} was taken");
        }
    }
}
