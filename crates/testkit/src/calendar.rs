//! An OpenTimestamps calendar that speaks the real protocol, and completes its promises when a test says so.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

const PREPEND: u8 = 0xf1;
const APPEND: u8 = 0xf0;
const PENDING: [u8; 9] = [0x00, 0x83, 0xdf, 0xe3, 0x0d, 0x2e, 0xf9, 0x0c, 0x8e];
/// A real calendar writes the time before a digest, and behind it a hash that no other calendar makes.
const TIME: [u8; 4] = [0x65, 0, 0, 0];

/// A calendar that listens until it is dropped.
#[derive(Debug)]
pub struct ScriptedCalendar {
    address: SocketAddr,
    desk: Arc<Desk>,
    _running: DropGuard,
}

#[derive(Debug, Default)]
struct Desk {
    mark: [u8; 8],
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    uri: String,
    /// What was promised, by its hexadecimal digits, and the tree that keeps the promise once there is one.
    promises: BTreeMap<String, Option<Vec<u8>>>,
    failures: usize,
    answer: Option<Vec<u8>>,
}

impl Desk {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ScriptedCalendar {
    /// Listens on a free port of this machine.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let desk = Arc::new(Desk { mark: u64::from(address.port()).to_be_bytes(), ..Desk::default() });
        desk.book().uri = format!("http://{address}");
        let pages = Router::new()
            .route("/digest", post(take_digest))
            .route("/timestamp/{commitment}", get(give_timestamp))
            .with_state(Arc::clone(&desk));
        let closing = CancellationToken::new();
        let running = closing.clone().drop_guard();
        tokio::spawn(
            async move { axum::serve(listener, pages).with_graceful_shutdown(closing.cancelled_owned()).await },
        );
        Ok(Self { address, desk, _running: running })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The commitments that were promised and not kept.
    pub fn open_promises(&self) -> Vec<Vec<u8>> {
        let book = self.desk.book();
        let open = book.promises.iter().filter(|(_, kept)| kept.is_none());
        open.filter_map(|(commitment, _)| hex::decode(commitment).ok()).collect()
    }

    /// Keeps a promise: the written tree that leads from the commitment to a block.
    pub fn keep_promise(&self, commitment: &[u8], tree: Vec<u8>) {
        self.desk.book().promises.insert(hex::encode(commitment), Some(tree));
    }

    /// Fails the next requests as a server does that is being restarted.
    pub fn fail_next(&self, requests: usize) {
        self.desk.book().failures = requests;
    }

    /// Names another calendar in its promises.
    pub fn promise_for(&self, uri: &str) {
        uri.clone_into(&mut self.desk.book().uri);
    }

    /// Answers every digest with these bytes.
    pub fn answer_with(&self, bytes: Vec<u8>) {
        self.desk.book().answer = Some(bytes);
    }
}

async fn take_digest(State(desk): State<Arc<Desk>>, digest: Bytes) -> (StatusCode, Vec<u8>) {
    let mut book = desk.book();
    if let Some(failed) = failing(&mut book) {
        return failed;
    }
    if let Some(answer) = &book.answer {
        return (StatusCode::OK, answer.clone());
    }
    let commitment = [TIME.as_slice(), &digest, &desk.mark].concat();
    book.promises.insert(hex::encode(&commitment), None);
    let uri = book.uri.as_bytes();
    let mut tree = vec![PREPEND, 4];
    tree.extend(TIME);
    tree.extend([APPEND, 8]);
    tree.extend(desk.mark);
    tree.extend(PENDING);
    let length = u8::try_from(uri.len()).unwrap_or(u8::MAX);
    tree.extend([length + 1, length]);
    tree.extend(uri);
    (StatusCode::OK, tree)
}

async fn give_timestamp(State(desk): State<Arc<Desk>>, Path(commitment): Path<String>) -> (StatusCode, Vec<u8>) {
    let mut book = desk.book();
    if let Some(failed) = failing(&mut book) {
        return failed;
    }
    match book.promises.get(&commitment) {
        Some(Some(tree)) => (StatusCode::OK, tree.clone()),
        Some(None) => (StatusCode::NOT_FOUND, b"Pending confirmation in Bitcoin blockchain".to_vec()),
        None => (StatusCode::NOT_FOUND, b"Commitment not found".to_vec()),
    }
}

fn failing(book: &mut Book) -> Option<(StatusCode, Vec<u8>)> {
    book.failures = book.failures.checked_sub(1)?;
    Some((StatusCode::BAD_GATEWAY, b"back in a moment".to_vec()))
}
