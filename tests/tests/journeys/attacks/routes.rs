//! May everybody ask everything? Every route of every service, from its own OpenAPI document, asked by each wrong role.

use super::{ask::Ask, house::House, machine::Machine};
use crate::{
    anchors::main_node::main_node,
    machine::{Machine as Host, Service as Process, executable},
};
use serde_json::{Value, json};

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Nobody,
    Account,
    Operator,
    Service,
    Machine,
}

use Role::{Account, Machine as Agent, Operator, Service};

const ROLES: [Role; 5] = [Role::Nobody, Account, Operator, Service, Agent];
const TASKS: &[Role] = &[Account, Operator];
const INSIDERS: &[Role] = &[Operator, Service];
const PUBLIC: &[Role] = &ROLES;
/// The service with the wallet, which runs only in a process of its own.
const ANCHOR: &str = "anchor";

/// Who may ask what. A route that is not here may be asked by the administrator alone.
const PERMITTED: [(&str, &[Role]); 47] = [
    ("coordinator POST /submit", &[Account]),
    ("coordinator GET /tasks", TASKS),
    ("coordinator GET /tasks/{id}", TASKS),
    ("coordinator GET /tasks/{id}/events", TASKS),
    ("coordinator POST /tasks/{id}/cancel", TASKS),
    ("coordinator POST /tasks/{id}/review", &[Account]),
    ("coordinator GET /status", TASKS),
    ("coordinator GET /models/available", TASKS),
    ("coordinator POST /register", &[Agent]),
    ("coordinator POST /heartbeat", &[Agent]),
    ("coordinator POST /pull", &[Agent]),
    ("coordinator POST /result", &[Agent]),
    ("coordinator POST /agent/diagnostics", &[Agent]),
    ("coordinator GET /checkpoint", PUBLIC),
    ("coordinator GET /tile/{path}", PUBLIC),
    ("coordinator GET /receipt/{position}", PUBLIC),
    ("coordinator POST /add-checkpoint", PUBLIC),
    ("coordinator GET /{log}/checkpoint", PUBLIC),
    ("coordinator GET /anchors", PUBLIC),
    ("coordinator GET /anchors/{id}", PUBLIC),
    ("coordinator GET /audit", PUBLIC),
    ("coordinator GET /audit/entry", PUBLIC),
    ("coordinator GET /audit/assets/{name}", PUBLIC),
    ("coordinator GET /audit/log", PUBLIC),
    ("coordinator GET /audit/search", PUBLIC),
    ("coordinator GET /audit/entries/{position}", PUBLIC),
    ("coordinator GET /identity", PUBLIC),
    ("coordinator GET /health/runtime", PUBLIC),
    ("coordinator GET /metrics", PUBLIC),
    ("controlPlane GET /credits/{accountId}/balance", TASKS),
    ("controlPlane GET /credits/{accountId}/history", TASKS),
    ("controlPlane GET /credits/{accountId}/tokens", TASKS),
    ("controlPlane POST /credits/{accountId}/tokens/{tokenId}/revoke", TASKS),
    ("controlPlane GET /health", PUBLIC),
    ("controlPlane GET /metrics", PUBLIC),
    ("inference POST /decompose", &[Service]),
    ("inference POST /escalate", &[Service]),
    ("inference POST /model/swap", INSIDERS),
    ("inference GET /model/status", INSIDERS),
    ("inference GET /model/list", INSIDERS),
    ("inference GET /model/pull/progress", INSIDERS),
    ("inference GET /health", PUBLIC),
    ("inference GET /metrics", PUBLIC),
    ("anchor PUT /anchors/{checkpoint}", &[Service]),
    ("anchor GET /anchors/{checkpoint}", INSIDERS),
    ("anchor GET /health", PUBLIC),
    ("anchor GET /metrics", PUBLIC),
];

struct Route {
    service: &'static str,
    method: String,
    path: String,
}

impl Route {
    fn name(&self) -> String {
        format!("{} {} {}", self.service, self.method, self.path)
    }

    fn permitted(&self) -> &'static [Role] {
        let name = self.name();
        PERMITTED.iter().find(|(route, _)| *route == name).map_or(&[Operator], |(_, roles)| *roles)
    }
}

fn routes() -> Vec<Route> {
    let documents = [
        ("coordinator", serde_json::to_value(edgecoder_coordinator::description()).unwrap()),
        ("controlPlane", serde_json::to_value(edgecoder_control_plane::description()).unwrap()),
        ("inference", serde_json::to_value(edgecoder_inference::description()).unwrap()),
        (ANCHOR, serde_json::to_value(edgecoder_anchor_service::description()).unwrap()),
    ];
    let of = |(service, document): &(&'static str, Value)| {
        let mut routes = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                routes.push(Route { service, method: method.to_uppercase(), path: path.clone() });
            }
        }
        routes
    };
    documents.iter().flat_map(of).collect()
}

/// The service with the wallet beside a house whose tokens it accepts.
struct Wallet {
    running: Process,
    _host: Host,
}

impl Wallet {
    fn beside(house: &House) -> Self {
        let mut host = Host::bare(executable().expect("the house stands"));
        host.set("ADMIN_API_TOKEN", &house.operator()).set("EDGECODER_SERVICE_TOKEN", &house.service());
        host.set("ANCHOR_NETWORK", "bitcoin").set("ANCHOR_PORT", "0").set("ANCHOR_NODE_URL", &main_node());
        host.set("ANCHOR_DAILY_CAP_SAT", "5000").set("ANCHOR_SPEND_REAL_MONEY", "yes");
        Self { running: host.start(&["run", "--mode", "anchor"]), _host: host }
    }

    fn address(&self) -> String {
        self.running.address().trim_start_matches("http://").to_owned()
    }
}

#[test]
fn every_route_refuses_everybody_but_those_whom_the_table_names() {
    let Some(house) = House::open_with("all-in-one", &[]) else { return };
    let account = house.account("carol", 0);
    let mut machine = Machine::at_work(&house, "ann", 1);
    let (operator, service) = (house.operator(), house.service());
    let wallet = Wallet::beside(&house);
    let address = |service: &str| if service == ANCHOR { wallet.address() } else { house.address(service) };
    let routes = routes();
    assert!(routes.len() >= PERMITTED.len(), "only {} routes are described", routes.len());
    for (known, _) in PERMITTED {
        assert!(routes.iter().any(|route| route.name() == known), "{known} is gone: take it out of the table");
    }
    for route in &routes {
        let path = ["{id}", "{agentId}", "{accountId}", "{checkpoint}"]
            .iter()
            .fold(route.path.clone(), |path, name| path.replace(name, "x"));
        for role in ROLES {
            let ask = Ask::new(&route.method, &path, "{}");
            let ask = match role {
                Role::Nobody => ask,
                Account => ask.bearer(&account),
                Operator => ask.bearer(&operator),
                Service => ask.bearer(&service),
                Agent => machine.signed(&path, &json!({ "agentId": "ann" })).by(&route.method),
            };
            let answer = ask.send(&address(route.service));
            let refused = matches!(answer.status, 401 | 403);
            let said = answer.shown();
            if route.permitted().contains(&role) {
                assert!(!refused, "{} is closed to {role:?}: {said}", route.name());
            } else {
                assert!(refused, "{} is open to {role:?}: {said}", route.name());
            }
        }
    }
}
