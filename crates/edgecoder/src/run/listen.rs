//! Where do services listen?

use super::access;
use anyhow::{Context, Result};
use axum::Router;
use edgecoder_service_kit::{
    http::{Bounds, serve_within},
    settings::Settings,
};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// A service's port: its setting and its default.
#[derive(Debug, Clone, Copy)]
pub struct Port {
    pub setting: &'static str,
    pub default: u16,
}

pub const COORDINATOR: Port = Port { setting: "COORDINATOR_PORT", default: 4301 };
pub const INFERENCE: Port = Port { setting: "INFERENCE_PORT", default: 4302 };
pub const CONTROL_PLANE: Port = Port { setting: "CONTROL_PLANE_PORT", default: 4303 };
pub const PORTAL: Port = Port { setting: "PORTAL_PORT", default: 4310 };
pub const ANCHOR: Port = Port { setting: "ANCHOR_PORT", default: 4305 };
/// Health and metrics of a worker in a process of its own. Several may run on a machine, so a free one is picked.
pub const WORKER: Port = Port { setting: "WORKER_PORT", default: 0 };

/// A port that was taken, and how much each address that asks there is given.
pub struct Listening {
    listener: TcpListener,
    bounds: Bounds,
}

/// The address that services listen on; this machine alone where nothing is said.
pub fn host(settings: &Settings) -> Result<IpAddr> {
    let host = settings.parsed("EDGECODER_HOST", "an IP address as 127.0.0.1 or 0.0.0.0")?;
    Ok(host.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)))
}

/// Takes a service's port.
pub async fn bind(settings: &Settings, port: Port) -> Result<Listening> {
    bind_on(settings, host(settings)?, port).await
}

/// Takes a port that only this machine reaches.
pub async fn bind_loopback(settings: &Settings, port: Port) -> Result<Listening> {
    bind_on(settings, IpAddr::V4(Ipv4Addr::LOCALHOST), port).await
}

async fn bind_on(settings: &Settings, host: IpAddr, port: Port) -> Result<Listening> {
    let address = address_on(settings, host, port)?;
    let bound = TcpListener::bind(address).await;
    let listener = bound.map_err(|error| {
        let what_to_do = cannot_listen(&error, address, port);
        anyhow::Error::new(error).context(what_to_do)
    })?;
    Ok(Listening { listener, bounds: Bounds::trusting(access::trusted_proxies(settings)?) })
}

fn cannot_listen(error: &io::Error, address: SocketAddr, port: Port) -> String {
    let (host, setting) = (address.ip(), port.setting);
    match error.kind() {
        io::ErrorKind::AddrNotAvailable => format!(
            "{host} is not an address of this machine: give --host (EDGECODER_HOST) one that it has, 127.0.0.1 for this \
             machine alone or 0.0.0.0 for all of them"
        ),
        io::ErrorKind::PermissionDenied => {
            format!("this user may not listen on {address}: set {setting} to a port above 1023, or to 0 for a free one")
        }
        _ => format!("could not listen on {address}: set {setting} to another port, or to 0 for a free one"),
    }
}

fn address_on(settings: &Settings, host: IpAddr, port: Port) -> Result<SocketAddr> {
    let number = settings.parsed(port.setting, "a port number; 0 picks a free one")?.unwrap_or(port.default);
    Ok(SocketAddr::new(host, number))
}

/// The address that others on this machine can ask.
pub fn url(listening: &Listening) -> Result<String> {
    Ok(url_of(listening.listener.local_addr().context("asking for the port")?))
}

/// The address at which a service with these settings would be asked, whoever has its port now.
pub fn configured_url(settings: &Settings, port: Port) -> Result<String> {
    Ok(url_of(address_on(settings, host(settings)?, port)?))
}

fn url_of(address: SocketAddr) -> String {
    let host = if address.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
    format!("http://{}", SocketAddr::new(host, address.port()))
}

/// Answers requests until `stop`.
pub fn answer(tasks: &mut JoinSet<()>, listening: Listening, router: Router, stop: &CancellationToken) {
    tasks.spawn(serve_within(listening.bounds, listening.listener, router, stop.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_of_another_machine_is_told_from_a_port_that_is_taken() {
        let refusal = async |host: &str, port: u16| {
            let (host, port) = (host.to_owned(), port.to_string());
            let settings = Settings::of_flags([("EDGECODER_HOST", host.as_str()), ("COORDINATOR_PORT", port.as_str())]);
            bind(&settings, COORDINATOR).await.err().unwrap().to_string()
        };
        // Kept for documentation: no machine has it.
        let elsewhere = refusal("203.0.113.9", 0).await;
        assert!(elsewhere.starts_with("203.0.113.9 is not an address of this machine"), "{elsewhere}");
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let refused = refusal("127.0.0.1", taken.local_addr().unwrap().port()).await;
        assert!(refused.contains("set COORDINATOR_PORT to another port"), "{refused}");
    }
}
