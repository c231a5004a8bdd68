//! The product, started as a person starts it: everything in one process.

use crate::machine::{self, Machine, Service};
use serde_json::Value;
use std::{
    io::{Read, Write},
    net::TcpStream,
    ops::{Deref, DerefMut},
    path::PathBuf,
};

/// What the local account is given on the first start, in millionths of a credit.
pub const FIRST_CREDIT: u64 = 10_000_000_000;

/// A machine and, while it runs, everything in one process on it.
pub struct Product {
    machine: Machine,
    running: Option<Service>,
}

impl Product {
    /// A product that never ran, but Python is prepared.
    pub fn new(executable: PathBuf) -> Self {
        Self { machine: Machine::new(executable), running: None }
    }

    /// A product that never ran on a machine where nothing is prepared.
    pub fn bare(executable: PathBuf) -> Self {
        Self { machine: Machine::bare(executable), running: None }
    }

    /// A machine beside this one, with the same settings, on which nothing ever ran.
    pub fn beside(&self) -> Self {
        Self { machine: self.machine.beside(), running: None }
    }

    /// Starts everything and waits until it says that it is ready; what it printed until then.
    pub fn start(&mut self) -> String {
        let service = self.machine.start(&[]);
        let said = service.said.clone();
        self.running = Some(service);
        said
    }

    /// Ends it without a word, as `kill -9` does.
    pub fn kill(&mut self) {
        self.running.take().unwrap().kill();
    }

    /// Asks it to end and waits until it has.
    pub fn stop(&mut self) {
        self.running.take().unwrap().stop();
    }

    /// Looks again and again until `found` answers.
    pub fn wait_for<T>(&self, what: &str, mut found: impl FnMut(&Self) -> Option<T>) -> T {
        let remarks = || self.running.as_ref().map(Service::remarks).unwrap_or_default();
        machine::wait_for(what, remarks, || found(self))
    }

    /// Sends an HTTP request as it stands to the coordinator; status and body.
    pub fn asks(&self, request: &str) -> (u16, String) {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// A connection to the coordinator.
    pub fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address()).unwrap()
    }

    /// Host and port of the coordinator.
    pub fn address(&self) -> String {
        let endpoints: Value = serde_json::from_str(&self.read("endpoints.json")).unwrap();
        endpoints["coordinator"].as_str().unwrap().trim_start_matches("http://").to_owned()
    }

    /// The token of the local account.
    pub fn account_token(&self) -> String {
        self.read("account.token")
    }
}

impl Deref for Product {
    type Target = Machine;
    fn deref(&self) -> &Machine {
        &self.machine
    }
}

impl DerefMut for Product {
    fn deref_mut(&mut self) -> &mut Machine {
        &mut self.machine
    }
}
