//! Can a customer make a machine ask its own network? Snapshots at addresses that are not of the public internet.

use super::{ask::Ask, house::House};
use serde_json::json;
use std::net::TcpListener;

#[test]
fn in_production_a_machine_asks_nobody_on_its_own_network() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 10_000);
    let token = house.admitted("ann");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    let _worker = house.worker("ann", &token, &[("EDGECODER_ENV", "production")]);
    let archive = ("sha256", "ab".repeat(32));
    let commit = ("commit", "ab".repeat(20));
    let addresses = [
        (format!("http://127.0.0.1:{port}/a.tar.gz"), &archive),
        (format!("https://127.0.0.1:{port}/a.tar.gz"), &archive),
        (format!("https://localhost:{port}/a.git"), &commit),
        (format!("https://[::ffff:127.0.0.1]:{port}/a.git"), &commit),
        (format!("https://2130706433:{port}/a.tar.gz"), &archive),
        ("https://169.254.169.254/latest/meta-data".to_owned(), &archive),
        ("https://10.0.0.1/a.git".to_owned(), &commit),
    ];
    for (number, (url, (pin, value))) in addresses.iter().enumerate() {
        let name = format!("t{number}");
        let body = json!({ "taskId": name, "entry": "main.py", "snapshot": { "url": url, *pin: value } });
        house.ask(&Ask::post("/submit", &body).bearer(&customer)).success();
        let task = house.ended(&name);
        assert_eq!(task["state"], "failed", "{url}: {task}");
        let said = task["subtasks"][0]["report"].to_string();
        assert!(said.contains("private network") || said.contains("this machine only"), "{url}: {task}");
    }
    nobody.set_nonblocking(true).unwrap();
    assert!(nobody.accept().is_err(), "the machine opened a connection to itself");
}

#[test]
fn addresses_that_are_not_https_or_not_pinned_are_not_even_taken() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 1_000);
    let pin = "ab".repeat(32);
    let wrong = [
        json!({ "url": "http://example.org/a.tar.gz", "sha256": pin }),
        json!({ "url": "file:///etc/passwd", "sha256": pin }),
        json!({ "url": "ssh://git@example.org/a.git", "commit": "ab".repeat(20) }),
        json!({ "url": "ext::sh -c id", "commit": "ab".repeat(20) }),
        json!({ "url": "http://127.0.0.1@example.org/a", "sha256": pin }),
        json!({ "url": "https://example.org/a.git", "commit": "--upload-pack=id" }),
        json!({ "url": "https://example.org/a.git", "commit": "main" }),
        json!({ "url": "https://example.org/a.git" }),
        json!({ "url": "https://example.org/a.git", "commit": "ab".repeat(20), "sha256": pin }),
    ];
    for snapshot in wrong {
        let body = json!({ "entry": "main.py", "snapshot": snapshot });
        let answer = house.ask(&Ask::post("/submit", &body).bearer(&customer));
        assert_eq!(answer.problem(), (400, "invalid_field".into()), "{body}");
    }
}
