//! One connection of a client that asks, waits, and asks again.

use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    body::Bytes,
    client::conn::http1::{self, SendRequest},
    header::{CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use std::{error::Error, net::SocketAddr};
use tokio::net::TcpStream;

pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

pub struct Connection(SendRequest<Full<Bytes>>);

impl Connection {
    pub async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("a connection broke: {error}");
            }
        });
        Ok(Self(sender))
    }

    /// The body of a good answer; any other is an error that holds the answer.
    pub async fn post(&mut self, path: &str, headers: &[(&'static str, String)], body: Vec<u8>) -> Outcome<Bytes> {
        let request = Request::post(path).header(HOST, "localhost").header(CONTENT_TYPE, "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        self.send(path, request.body(Full::new(Bytes::from(body)))?).await
    }

    /// The same of a question without a body.
    pub async fn get(&mut self, path: &str) -> Outcome<Bytes> {
        self.send(path, Request::get(path).header(HOST, "localhost").body(Full::default())?).await
    }

    async fn send(&mut self, path: &str, request: Request<Full<Bytes>>) -> Outcome<Bytes> {
        self.0.ready().await?;
        let answer = self.0.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if status.is_success() {
            return Ok(body);
        }
        Err(format!("{path} was answered with {status}: {}", String::from_utf8_lossy(&body)).into())
    }
}
