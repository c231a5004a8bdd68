//! Which bytes go over the wire? Requests as they stand, so that they can be wrong in every way.

use serde_json::Value;
use std::{
    io::{self, ErrorKind, Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

/// The longest silence that a test bears before it says that the service stands still.
const PATIENCE: Duration = Duration::from_secs(90);

/// A request that nobody checked.
#[derive(Debug, Clone)]
pub struct Ask {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Ask {
    pub fn new(method: &str, path: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self { method: method.to_owned(), path: path.to_owned(), headers, body: body.into() }
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path, "")
    }

    pub fn post(path: &str, body: &Value) -> Self {
        Self::new("POST", path, body.to_string())
    }

    /// The same request with one header line more.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    /// The same head over another body.
    pub fn over(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The same request by another method.
    pub fn by(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// The same headers at another path.
    pub fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let lines: String = self.headers.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
        let text = format!(
            "{} {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}content-length: {}\r\n\r\n",
            self.method,
            self.path,
            self.body.len()
        );
        [text.as_bytes(), &self.body].concat()
    }

    /// Sends it, bears the wait for so long, and hangs up without having read anything.
    pub fn hang_up(&self, address: &str, patience: Duration) {
        let mut stream = connect(address);
        stream.set_nodelay(true).unwrap();
        stream.write_all(&self.bytes()).unwrap();
        thread::sleep(patience);
    }

    pub fn send(&self, address: &str) -> Answer {
        self.send_over(connect(address)).unwrap_or_else(|why| panic!("{why}"))
    }

    /// The same over a connection whose other end may go away; why there is no answer, where there is none.
    pub fn send_over(&self, mut stream: TcpStream) -> Result<Answer, String> {
        // A server that has read enough answers and closes; what it left unread is its own affair.
        let _cut_short = stream.write_all(&self.bytes());
        read(stream)
    }
}

/// A connection that gives up after a long silence instead of keeping the test for ever.
pub fn connect(address: &str) -> TcpStream {
    reach(address).unwrap()
}

/// The same where there may be nobody.
pub fn reach(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Reads an answer to its end.
pub fn answer(stream: TcpStream) -> Answer {
    read(stream).unwrap_or_else(|why| panic!("{why}"))
}

fn read(mut stream: TcpStream) -> Result<Answer, String> {
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes);
    let silent = ended.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert!(!silent, "the answer does not end: {}", String::from_utf8_lossy(&bytes));
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    let Some(status) = status else { return Err(format!("no answer: {ended:?} after {text:?}")) };
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The status and the stable code of a problem document.
    pub fn problem(&self) -> (u16, String) {
        assert!(self.head.to_lowercase().contains("application/problem+json"), "no problem document: {self:?}");
        let body = self.json();
        assert_eq!(body["status"], self.status, "{self:?}");
        (self.status, body["error"].as_str().unwrap().to_owned())
    }

    /// The body of a success.
    pub fn success(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// Status and beginning of the body, for people.
    pub fn shown(&self) -> String {
        format!("{} {}", self.status, self.body.chars().take(200).collect::<String>())
    }
}
