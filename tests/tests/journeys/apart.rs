//! Every service in a process of its own, each with a data directory of its own, as an operator sets them up.

use crate::{
    attacks::ask::Ask,
    machine::{self, Machine, Service, executable},
    models::ModelServer,
};
use edgecoder_testkit::Script;
use std::{io::Read, net::TcpListener, path::Path};

const GIVEN: u64 = 1_000_000_000;
const PROGRAM: [&str; 7] =
    ["task", "submit", "--code", "examples/primes.py", "--tests", "examples/test_primes.py", "--watch"];

/// The machines of the operator, and what runs on them.
struct Pool {
    /// Where the ledger is.
    ledger: Machine,
    /// Where the operator types, with nothing but a token and an address.
    desk: Machine,
    coordinator: Service,
    _inference: Service,
    _control_plane: Service,
    _inference_machine: Machine,
    curious: CuriousProxy,
}

/// A proxy that the environment names, and that shall hear of nothing: all services are on this machine.
struct CuriousProxy(TcpListener);

impl CuriousProxy {
    fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// Puts it into the environment of a machine.
    fn pester(&self, machine: &mut Machine) {
        let address = format!("http://{}", self.0.local_addr().unwrap());
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
            machine.set(name, &address);
        }
    }

    fn assert_heard_nothing(&self) {
        self.0.set_nonblocking(true).unwrap();
        if let Ok((mut connection, _)) = self.0.accept() {
            let mut heard = [0; 512];
            let length = connection.read(&mut heard).unwrap_or_default();
            panic!("the proxy heard {}", String::from_utf8_lossy(&heard[..length]));
        }
    }
}

impl Pool {
    fn start(executable: &Path, models: &ModelServer) -> Self {
        let new = || Machine::new(executable.to_owned());
        let curious = CuriousProxy::new();
        let (mut ledger, mut inference_machine, mut desk) = (new(), new(), new());
        inference_machine.set("OLLAMA_HOST", &models.url());
        for machine in [&mut ledger, &mut inference_machine, &mut desk] {
            curious.pester(machine);
        }
        let inference = inference_machine.start(&["run", "--mode", "inference"]);
        ledger.set("EDGECODER_SERVICE_TOKEN", &inference_machine.read("service.token"));
        ledger.set("INFERENCE_URL", &inference.address());
        let coordinator = ledger.start(&["run", "--mode", "coordinator"]);
        desk.set("COORDINATOR_URL", &coordinator.address());
        let control_plane = desk.start(&["run", "--mode", "control-plane"]);
        desk.set("CONTROL_PLANE_URL", &control_plane.address());
        desk.set("ADMIN_API_TOKEN", &ledger.read("operator.token"));
        Self {
            ledger,
            desk,
            coordinator,
            _inference: inference,
            _control_plane: control_plane,
            _inference_machine: inference_machine,
            curious,
        }
    }

    /// A machine of `owner`, announced but not let in.
    fn enrolled(&self, executable: &Path, name: &str, owner: &str, models: &ModelServer) -> Machine {
        let told = self.desk.json(&["agent", "enroll", name, "--owner", owner]);
        let mut machine = Machine::new(executable.to_owned());
        machine.set("AGENT_ID", name).set("AGENT_REGISTRATION_TOKEN", told["registrationToken"].as_str().unwrap());
        machine.set("COORDINATOR_URL", &self.coordinator.address()).set("OLLAMA_HOST", &models.url());
        self.curious.pester(&mut machine);
        machine
    }

    /// A machine with nothing but the account's token.
    fn customer(&self, executable: &Path, account: &str) -> Machine {
        let opened = self.desk.json(&["account", "create", account]);
        let mut machine = Machine::new(executable.to_owned());
        machine.set("EDGECODER_TOKEN", opened["token"].as_str().unwrap());
        machine.set("COORDINATOR_URL", &self.coordinator.address());
        self.curious.pester(&mut machine);
        machine
    }
}

#[test]
fn services_in_processes_of_their_own_work_as_one() {
    let Some(executable) = executable() else { return };
    let models = ModelServer::ollama(Script::prime_journey());
    let pool = Pool::start(&executable, &models);
    let alice = pool.customer(&executable, "alice");
    pool.desk.told(&["account", "faucet", "alice", "1000"]);
    pool.desk.told(&["account", "create", "carol"]);
    let shed = pool.enrolled(&executable, "shed", "carol", &models);
    let worker = shed.start(&["run", "--mode", "worker"]);
    let complaint = shed.refused(&["run", "--mode", "worker"]);
    assert!(complaint.contains("a worker is already running with the data directory"), "{complaint}");
    pool.desk.told(&["agent", "approve", "shed"]);

    let told = alice.told(&PROGRAM);
    assert!(told.contains("4 passed, 0 failed"), "{told}");
    let told = alice.told(&["task", "submit", "write is_prime and test it", "--watch"]);
    assert!(told.contains("written by qwen2.5-coder:7b in 2 rounds"), "{told}");

    let tasks = alice.json(&["task", "list"]);
    let cost: u64 = tasks["tasks"].as_array().unwrap().iter().map(|it| it["costMicroCredits"].as_u64().unwrap()).sum();
    assert_eq!(pool.desk.wallet("carol"), (cost, 0), "the owner earned exactly what the tasks cost");
    assert_eq!(pool.desk.wallet("alice"), (GIVEN - cost, 0));
    assert_eq!(pool.desk.json(&["status"])["status"]["agents"], 1, "the desk has no account, and sees the swarm");
    assert!(worker.said.contains(" (health, metrics); it asks "), "{}", worker.said);
    let tokens = pool.desk.json(&["account", "token", "list", "alice"]);
    pool.desk.told(&["account", "token", "revoke", "alice", tokens["tokens"][0]["tokenId"].as_str().unwrap()]);
    assert!(alice.refused(&["task", "list"]).contains("refuses the token"));
    pages_are_handed_on(&pool);
    pool.curious.assert_heard_nothing();
    worker.stop();
    machine::wait_for(
        "the worker's leave",
        || pool.coordinator.remarks(),
        || (pool.ledger.json(&["status"])["status"]["agents"] == 0).then_some(()),
    );
    pool.coordinator.stop();
    pool.ledger.verifies();
}

/// The door of the portal hands pages, forms and cookies on, and nothing that is not a page.
fn pages_are_handed_on(pool: &Pool) {
    let door = pool.desk.start(&["run", "--mode", "portal"]);
    let address = door.address();
    let ask = |request: &Ask| request.clone().with("accept", "text/html").send(address.trim_start_matches("http://"));
    for (path, status) in
        [("/", 200), ("/assets/portal.css", 200), ("/dashboard", 303), ("/pull", 404), ("/status", 404)]
    {
        let answer = ask(&Ask::get(path));
        assert_eq!(answer.status, status, "{path}: {}", answer.shown());
        assert!(answer.head.contains("frame-ancestors 'none'"), "{path}: {}", answer.head);
    }
    let form = ask(&Ask::get("/log-in"));
    let visit = form.head.split_once("set-cookie: ").and_then(|(_, rest)| rest.split(';').next()).unwrap();
    let token =
        form.body.split_once("name=\"form_token\" value=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap();
    let typed = format!("form_token={token}&email=nobody%40example.org&password=a+guess");
    let sent = ask(&Ask::new("POST", "/log-in", typed).with("cookie", visit));
    assert!(sent.status == 422 && sent.body.contains("do not match"), "{}", sent.shown());
    let elsewhere = ask(&Ask::new("POST", "/log-in", "").with("cookie", visit).with("origin", "https://evil.example"));
    assert_eq!(elsewhere.status, 403, "{}", elsewhere.shown());
}
