//! A coordinator of its own for each attack: the real executable, without any worker.

use super::ask::{Answer, Ask};
use crate::machine::{self, Machine as Host, Service, executable};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

/// Work that ends by itself.
pub const PROGRAM: &str = "print(1)";
/// Nobody plans prompts here, and nobody's inference service on this machine is asked.
const NOBODY: &str = "http://127.0.0.1:1";

/// A coordinator under attack.
pub struct House {
    running: Option<Service>,
    host: Host,
    mode: &'static str,
}

impl House {
    /// A running coordinator; none where nobody built the product.
    pub fn open() -> Option<Self> {
        Self::open_with("coordinator", &[])
    }

    /// The same in another mode or with other settings.
    pub fn open_with(mode: &'static str, settings: &[(&str, &str)]) -> Option<Self> {
        let executable = executable()?;
        // Only a worker runs Python, and only everything in one has a worker.
        let mut host = if mode == "all-in-one" { Host::new(executable) } else { Host::bare(executable) };
        host.set("INFERENCE_URL", NOBODY);
        for (name, value) in settings {
            host.set(name, value);
        }
        let mut house = Self { running: None, host, mode };
        house.start();
        Some(house)
    }

    /// Starts it and waits until it is ready.
    pub fn start(&mut self) {
        self.running = Some(self.host.start(&["run", "--mode", self.mode]));
    }

    /// Ends it as `kill -9` does.
    pub fn kill(&mut self) {
        self.running.take().unwrap().kill();
    }

    /// Everything that it wrote into its log since it was started.
    pub fn log(&self) -> String {
        self.running.as_ref().map(Service::remarks).unwrap_or_default()
    }

    /// A file of the data directory.
    pub fn file(&self, name: &str) -> String {
        self.host.read(name)
    }

    /// The bytes of every file in the data directory.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = fs::read_dir(self.host.path("")).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_file()).map(|path| (path.clone(), fs::read(&path).unwrap())).collect()
    }

    /// Host and port of a service.
    pub fn address(&self, service: &str) -> String {
        let endpoints: Value = serde_json::from_str(&self.file("endpoints.json")).unwrap();
        endpoints[service].as_str().unwrap().trim_start_matches("http://").to_owned()
    }

    /// Asks the coordinator.
    pub fn ask(&self, ask: &Ask) -> Answer {
        ask.send(&self.address("coordinator"))
    }

    /// The administrator's token.
    pub fn operator(&self) -> String {
        self.file("operator.token")
    }

    /// The token between services.
    pub fn service(&self) -> String {
        self.file("service.token")
    }

    /// Asks an operators' route as the administrator.
    pub fn operate(&self, path: &str, body: &Value) -> Answer {
        self.ask(&Ask::post(&format!("/control-plane{path}"), body).bearer(&self.operator()))
    }

    /// Opens an account with so many credits from the faucet; its token.
    pub fn account(&self, name: &str, credits: u64) -> String {
        let opened = self.operate("/credits/accounts", &json!({ "accountId": name })).success();
        if credits > 0 {
            self.operate(&format!("/credits/{name}/faucet"), &json!({ "credits": credits })).success();
        }
        opened["token"].as_str().unwrap().to_owned()
    }

    /// Enrols and approves a machine whose earnings go to the account of the same name; its registration token.
    pub fn admitted(&self, machine: &str) -> String {
        self.account(machine, 0);
        let token = self.enrolled(machine, machine);
        self.operate(&format!("/agents/{machine}/approval"), &json!({ "approved": true })).success();
        token
    }

    /// Enrols a machine for an account; its registration token.
    pub fn enrolled(&self, machine: &str, owner: &str) -> String {
        let body = json!({ "nodeId": machine, "nodeKind": "agent", "ownerAccountId": owner });
        let enrolled = self.operate("/nodes/enroll", &body).success();
        enrolled["registrationToken"].as_str().unwrap().to_owned()
    }

    /// Starts a worker of the product in a process of its own.
    pub fn worker(&self, machine: &str, token: &str, settings: &[(&str, &str)]) -> Worker {
        let mut host = self.host.beside();
        host.set("AGENT_ID", machine).set("AGENT_REGISTRATION_TOKEN", token);
        host.set("COORDINATOR_URL", &format!("http://{}", self.address("coordinator")));
        for (name, value) in settings {
            host.set(name, value);
        }
        Worker { _running: host.start(&["run", "--mode", "worker"]), _host: host }
    }

    /// Submits a program under a name.
    pub fn submit(&self, token: &str, name: &str) -> Answer {
        let body = json!({ "taskId": name, "files": [{ "path": "main.py", "content": PROGRAM }] });
        self.ask(&Ask::post("/submit", &body).bearer(token))
    }

    /// What an account can spend, and what is set aside, in micro-credits, after everything that is recorded now.
    pub fn balance(&self, account: &str) -> (u64, u64) {
        let path = format!("/control-plane/credits/{account}/balance");
        let newest = self.log_size() - 1;
        let balance = self.look_until("the balance", || {
            let balance = self.seen(&path);
            (balance["position"].as_u64().unwrap() >= newest).then_some(balance)
        });
        let part = |name: &str| balance[name].as_u64().unwrap();
        (part("availableMicroCredits"), part("reservedMicroCredits"))
    }

    /// The page of all tasks that shows everything that is recorded now.
    pub fn tasks(&self, filter: &str) -> Vec<Value> {
        let newest = self.log_size() - 1;
        // Any task waits for the board; that there is none of this name is told after the wait.
        self.ask(&Ask::get(&format!("/tasks/nobodys?after={newest}")).bearer(&self.operator()));
        self.seen(&format!("/tasks?limit=500{filter}"))["tasks"].as_array().unwrap().clone()
    }

    /// A task when nothing more will happen to it.
    pub fn ended(&self, name: &str) -> Value {
        self.look_until(name, || {
            let task = self.seen(&format!("/tasks/{name}?after={}", self.log_size() - 1));
            matches!(task["state"].as_str(), Some("completed" | "failed" | "cancelled")).then_some(task)
        })
    }

    /// Looks again and again until `found` answers.
    pub fn look_until<T>(&self, what: &str, found: impl FnMut() -> Option<T>) -> T {
        machine::wait_for(what, || self.log(), found)
    }

    /// What the administrator sees at a path.
    pub fn seen(&self, path: &str) -> Value {
        self.ask(&Ask::get(path).bearer(&self.operator())).success()
    }

    /// How many events the log has.
    pub fn log_size(&self) -> u64 {
        self.seen("/status")["ledgerSize"].as_u64().unwrap()
    }
}

/// A worker that ends with its test.
pub struct Worker {
    _running: Service,
    _host: Host,
}
