//! A real Bitcoin node in regtest, started for one test, and a relay for clients that speak an older JSON-RPC.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    routing::post,
};
use reqwest::Client;
use serde_json::{Value, json};
use std::{
    io::{self, BufRead, BufReader, Error},
    net::Ipv4Addr,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

const READY_WITHIN: Duration = Duration::from_mins(1);
/// What the node says, before the port, when it can be asked.
const READY: &str = "RPC server listening on 127.0.0.1:";

/// A node that ends, with its folder, when it is dropped.
#[derive(Debug)]
pub struct Btcd {
    child: Child,
    _folder: TempDir,
    port: u16,
    client: Client,
}

impl Btcd {
    pub const USER: &str = "edgecoder";
    pub const PASSWORD: &str = "regtest";

    /// Starts the program with an empty chain; what is mined is paid to the address.
    pub async fn start(program: &Path, pay_to: &str) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(at("btcd.conf"), "")?;
        let child = Command::new(program)
            .args(["--regtest", "--notls", "--txindex", "--nolisten", "--nodnsseed", "--nobanning"])
            .args([
                "--norelaypriority",
                "--utxocachemaxsize=8",
                "--rpclisten=127.0.0.1:0",
                &format!("--miningaddr={pay_to}"),
            ])
            .args([format!("--rpcuser={}", Self::USER), format!("--rpcpass={}", Self::PASSWORD)])
            .arg(format!("--configfile={}", at("btcd.conf")))
            .args([format!("--datadir={}", at("data")), format!("--logdir={}", at("logs"))])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let client = edgecoder_outbound::direct().build().map_err(Error::other)?;
        let mut node = Self { child, _folder: folder, port: 0, client };
        let said = node.child.stdout.take().ok_or_else(|| Error::other("btcd has no output"))?;
        let port = tokio::task::spawn_blocking(move || port_in(said));
        node.port = tokio::time::timeout(READY_WITHIN, port).await???;
        Ok(node)
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks the node; a refusal is an error.
    pub async fn call(&self, method: &str, params: Value) -> io::Result<Value> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let request = self.client.post(self.url()).basic_auth(Self::USER, Some(Self::PASSWORD)).json(&body);
        let answer: Value = request.send().await.map_err(Error::other)?.json().await.map_err(Error::other)?;
        if answer["error"].is_null() {
            Ok(answer["result"].clone())
        } else {
            Err(Error::other(format!("{method}: {}", answer["error"])))
        }
    }

    /// Mines blocks with what waits; their hashes.
    pub async fn mine(&self, blocks: u32) -> io::Result<Vec<String>> {
        let hashes = self.call("generate", json!([blocks])).await?;
        serde_json::from_value(hashes).map_err(Error::other)
    }

    /// Makes the node leave a block, and all that follow it, out of its best chain.
    pub async fn invalidate(&self, block: &str) -> io::Result<()> {
        self.call("invalidateblock", json!([block])).await.map(drop)
    }
}

impl Drop for Btcd {
    fn drop(&mut self) {
        // It may have ended by itself, which is what is wanted here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The port that a node says it listens on. What it says later is read, so that it is not held up, and dropped.
fn port_in(said: ChildStdout) -> io::Result<u16> {
    let mut lines = BufReader::new(said).lines();
    let mut before = String::new();
    for line in lines.by_ref() {
        let line = line?;
        if let Some((_, port)) = line.split_once(READY) {
            std::thread::spawn(move || lines.for_each(drop));
            return port.trim().parse().map_err(Error::other);
        }
        before += &(line + "\n");
    }
    Err(Error::other(format!("btcd ended:\n{before}")))
}

/// Hands requests on to a node and adds the field `jsonrpc`, without which btcd does not answer and which the stock
/// OpenTimestamps client does not send.
#[derive(Debug)]
pub struct JsonRpcRelay {
    port: u16,
    _running: DropGuard,
}

impl JsonRpcRelay {
    pub async fn before(node: &Btcd) -> io::Result<Self> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let pages = Router::new().route("/", post(hand_on)).with_state((node.client.clone(), node.url()));
        let closing = CancellationToken::new();
        let running = closing.clone().drop_guard();
        tokio::spawn(
            async move { axum::serve(listener, pages).with_graceful_shutdown(closing.cancelled_owned()).await },
        );
        Ok(Self { port, _running: running })
    }

    /// The address with user and password, as the stock client takes it.
    pub fn url(&self) -> String {
        format!("http://{}:{}@127.0.0.1:{}", Btcd::USER, Btcd::PASSWORD, self.port)
    }
}

async fn hand_on(
    State((client, url)): State<(Client, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Vec<u8>, StatusCode> {
    let mut question: Value = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    question["jsonrpc"] = json!("1.0");
    let mut request = client.post(url).json(&question);
    if let Some(authorization) = headers.get(AUTHORIZATION) {
        request = request.header(AUTHORIZATION, authorization);
    }
    let answer = request.send().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(answer.bytes().await.map_err(|_| StatusCode::BAD_GATEWAY)?.to_vec())
}
