//! A web server that hands out the files of a folder, and can be told to be unfaithful.

use std::{
    collections::{HashMap, HashSet},
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

/// Hands out a folder until it is dropped.
pub struct Web {
    address: SocketAddr,
    shown: Arc<Shown>,
    thread: Option<JoinHandle<()>>,
}

struct Shown {
    folder: Mutex<PathBuf>,
    /// How many more times a file is refused with 503.
    refusals: Mutex<HashMap<String, u32>>,
    /// Of which the first byte comes, and no more.
    held: Mutex<HashSet<String>>,
    ended: AtomicBool,
}

impl Web {
    pub fn of(folder: &Path) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (folder, refusals, held) = (Mutex::new(folder.to_owned()), Mutex::default(), Mutex::default());
        let shown = Arc::new(Shown { folder, refusals, held, ended: AtomicBool::new(false) });
        let hands_out = Arc::clone(&shown);
        let thread = Some(thread::spawn(move || {
            for stream in listener.incoming().take_while(|_| !hands_out.ended.load(Ordering::Acquire)) {
                let shown = Arc::clone(&hands_out);
                thread::spawn(move || shown.answer(stream.unwrap()));
            }
        }));
        Self { address, shown, thread }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on hands out another folder.
    pub fn show(&self, folder: &Path) {
        folder.clone_into(&mut self.shown.folder.lock().unwrap());
    }

    /// Refuses a file so many times before it is handed out.
    pub fn refuse(&self, path: &str, times: u32) {
        self.shown.refusals.lock().unwrap().insert(path.to_owned(), times);
    }

    /// From now on sends the first byte of a file, and lets who asked wait for the next.
    pub fn hold(&self, path: &str) {
        self.shown.held.lock().unwrap().insert(path.to_owned());
    }
}

impl Shown {
    fn answer(&self, mut stream: TcpStream) {
        let mut asked = Vec::new();
        let mut byte = [0];
        while !asked.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
            asked.push(byte[0]);
        }
        let asked = String::from_utf8(asked).unwrap();
        let Some(path) = asked.split(' ').nth(1).map(|path| path.trim_start_matches('/')) else { return };
        let file = fs::read(self.folder.lock().unwrap().join(path)).ok();
        let (status, body) = match (self.refuses(path), file) {
            (true, _) => ("503 Service Unavailable", Vec::new()),
            (false, Some(body)) => ("200 OK", body),
            (false, None) => ("404 Not Found", Vec::new()),
        };
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        let is_held = self.held.lock().unwrap().contains(path);
        let sent = if is_held { &body[..1] } else { &body[..] };
        // Who asked may be gone.
        let _ = stream.write_all(&[head.as_bytes(), sent].concat());
        if is_held {
            // Until who asked hangs up.
            let _ = stream.read(&mut byte);
        }
    }

    fn refuses(&self, path: &str) -> bool {
        let mut refusals = self.refusals.lock().unwrap();
        let left = refusals.get_mut(path).filter(|left| **left > 0);
        left.map(|left| *left -= 1).is_some()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.shown.ended.store(true, Ordering::Release);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
