//! May this address be fetched, and which machine is it?

use super::{SnapshotError, refuse};
use reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const MAX_ADDRESSES: usize = 8;

/// An address and the machines behind its name, looked up once: what is fetched is what was checked.
#[derive(Debug)]
pub struct Source {
    pub url: Url,
    pub host: String,
    pub machines: Vec<SocketAddr>,
}

impl Source {
    /// Checks scheme and machines: https to the public internet; http, and this machine, only where `local_allowed`.
    pub async fn of(text: &str, local_allowed: bool) -> Result<Self, SnapshotError> {
        let Ok(url) = text.parse::<Url>() else { return refuse("its url is not an address") };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("its url has a password in it");
        }
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return refuse("its url names no machine");
        };
        let host = host.trim_matches(['[', ']']).to_owned();
        let found = tokio::net::lookup_host((host.as_str(), port)).await;
        let found = found.map_err(|error| SnapshotError::Unavailable(format!("{host} is not found: {error}")))?;
        let machines: Vec<SocketAddr> = found.take(MAX_ADDRESSES).collect();
        let local = !machines.is_empty() && machines.iter().all(|it| it.ip().is_loopback());
        match url.scheme() {
            "http" if !local => return refuse("http is for this machine only: give an https address"),
            "http" | "https" if local && !local_allowed => {
                return refuse("its url names a machine of a private network");
            }
            "http" | "https" => {}
            _ => return refuse("its url is neither https nor http"),
        }
        if !local && machines.iter().any(|it| !is_public(it.ip())) {
            return refuse("its url names a machine of a private network");
        }
        Ok(Self { url, host, machines })
    }
}

/// Whether an address is one of the public internet, and not one of the networks that this machine is part of.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => embedded_v4(address).map_or_else(|| is_public_v6(address), is_public_v4),
    }
}

/// `2000::/3` is all that is routed; documentation and the Teredo tunnel are parts of it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let documentation = (first == 0x2001 && second == 0x0db8) || (first == 0x3fff && second < 0x1000);
    let tunnel = first == 0x2001 && second == 0;
    first & 0xe000 == 0x2000 && !documentation && !tunnel
}

/// The IPv4 machine that a mapped, 6to4 or NAT64 address stands for. The NAT64 prefix for a network's own use,
/// `64:ff9b:1::/48`, hides it in places that only that network knows: such an address is not public.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let parts = address.segments();
    let v4 = |at: usize| Ipv4Addr::from((u32::from(parts[at]) << 16) | u32::from(parts[at + 1]));
    match parts {
        [0x2002, ..] => Some(v4(1)),
        [0x0064, 0xff9b, 0, 0, 0, 0, ..] | [0, 0, 0, 0, 0, 0xffff, ..] => Some(v4(6)),
        _ => None,
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let carrier_grade = a == 100 && (64..128).contains(&b);
    let benchmarks = a == 198 && (b == 18 || b == 19);
    let protocol = a == 192 && b == 0 && c == 0;
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        || a >= 224
        || carrier_grade
        || benchmarks
        || protocol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for public in ["8.8.8.8", "140.82.121.4", "2606:50c0:8000::153", "64:ff9b::8.8.8.8", "2002:808:808::1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.8",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1:a00:0:100:8.8.8.8",
            "3fff::1",
            "2002:a00:1::1",
            "2001:db8::1",
            "2001:0:1::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn addresses_of_strangers_are_https_and_public() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let refused = |url, local| runtime.block_on(Source::of(url, local)).is_err();
        for url in
            ["http://8.8.8.8/a", "ftp://8.8.8.8/a", "file:///etc/passwd", "https://a:b@8.8.8.8/", "https://10.0.0.1/"]
        {
            assert!(refused(url, true), "{url}");
        }
        for (url, local) in
            [("http://127.0.0.1:1/a", false), ("https://127.0.0.1:1/a", false), ("https://[::1]/", false)]
        {
            assert!(refused(url, local), "{url}");
        }
        assert!(!refused("http://127.0.0.1:1/a", true) && !refused("https://8.8.8.8/a", false));
    }
}
