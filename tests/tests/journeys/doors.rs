//! Doors that must be closed: each is a hole of the predecessor, tried over HTTP.

use crate::{machine::executable, product::Product};

fn post(path: &str, headers: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn get(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n")
}

#[test]
fn strangers_get_nothing() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    for path in ["/tasks", "/tasks/x", "/status", "/capacity", "/models/available", "/agent/diagnostics/worker-1"] {
        assert_eq!(product.asks(&get(path, "")).0, 401, "{path}");
    }
    let spoofed = "x-forwarded-for: 127.0.0.1\r\nfly-client-ip: 127.0.0.1\r\n";
    for path in ["/register", "/heartbeat", "/pull", "/result", "/agent/diagnostics", "/submit"] {
        assert_eq!(product.asks(&post(path, spoofed, "{}")).0, 401, "{path}");
    }
    let account = format!("authorization: Bearer {}\r\n", product.account_token());
    for path in ["/capacity", "/control-plane/agents", "/control-plane/security/blacklist"] {
        assert_eq!(product.asks(&get(path, &account)).0, 403, "{path} with an account's token");
    }
    let unsigned =
        "x-agent-id: worker-1\r\nx-timestamp-ms: NaN\r\nx-nonce: 1\r\nx-body-sha256: 2\r\nx-signature: 3\r\n";
    let (status, body) = product.asks(&post("/result", unsigned, "{}"));
    assert_eq!(status, 401, "{body}");
}

#[test]
fn bad_input_is_a_400_that_names_the_field() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    let account = format!("authorization: Bearer {}\r\n", product.account_token());
    let cases = [
        ("{\"priority\":300,\"prompt\":\"x\"}", "priority"),
        ("{\"prompt\":7}", "prompt"),
        ("{\"prompt\":\"x\",\"surprise\":1}", "surprise"),
        ("{\"prompt\":\"x\",\"timeoutMs\":-1}", "timeoutMs"),
        ("{\"files\":[{\"path\":\"../../etc/passwd\",\"content\":\"\"}]}", "files[0].path"),
        ("{}", "prompt"),
        ("{\"prompt\":", ""),
    ];
    for (body, field) in cases {
        let (status, answer) = product.asks(&post("/submit", &account, body));
        assert_eq!(status, 400, "{body}: {answer}");
        assert!(answer.contains(field), "{body}: {answer}");
        assert!(answer.contains("\"status\":400"), "problem details: {answer}");
    }
    for (megabytes, expected) in [(2, (400, "prompt")), (7, (413, "files"))] {
        let long = format!("{{\"prompt\":\"{}\"}}", "x".repeat(megabytes * 1024 * 1024));
        let (status, answer) = product.asks(&post("/submit", &account, &long));
        assert_eq!(status, expected.0, "{answer}");
        assert!(answer.contains(&format!("\"field\":\"{}\"", expected.1)), "{answer}");
    }
}
