//! Does a service let in whom its OpenAPI document names, on every route of it, and nobody else?

use serde_json::{Map, Value, json};

/// What stands in a path for whatever is asked about. Nothing is called so.
const NOBODYS_NAME: &str = "nobodys-name";
/// Whom no document names: who brings nothing, or a token that is not known there.
pub const STRANGER: &str = "stranger";

/// One route, as a document describes it.
struct Door<'a> {
    method: &'a str,
    path: String,
    /// The names of the callers; empty where anyone may come.
    callers: Vec<&'a str>,
}

/// Knocks at every route of `document` at `base`: with every token, each under the name that documents have for its
/// caller, and with none. How many routes there are.
///
/// # Panics
/// Where a route is not there, takes no such method, or lets in others than those whom the document names.
pub async fn knock_at_every_door(document: &Value, base: &str, tokens: &[(&str, &str)]) -> usize {
    let client = edgecoder_outbound::direct().build().expect("a plain client can be made");
    assert_eq!(&published(&client, base).await, document, "what is published is what is described");
    let doors = doors(document);
    for door in &doors {
        for (caller, token) in tokens.iter().map(|(name, token)| (*name, Some(*token))).chain([(STRANGER, None)]) {
            let method = door.method.to_uppercase().parse().expect("a document names methods of HTTP");
            let mut request = client.request(method, format!("{base}{}", door.path)).json(&json!({}));
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.expect("the service answers");
            let status = answer.status().as_u16();
            let error = answer.json::<Value>().await.unwrap_or_default()["error"].clone();
            door.judge(caller, status, &error);
        }
    }
    doors.len()
}

/// The document that the service gives to anyone, for caches too.
async fn published(client: &reqwest::Client, base: &str) -> Value {
    let answer = client.get(format!("{base}/openapi.json")).send().await.expect("the service answers");
    assert!(answer.headers()["cache-control"].to_str().is_ok_and(|it| it.starts_with("public")), "{answer:?}");
    answer.json().await.expect("the document is JSON")
}

impl Door<'_> {
    fn judge(&self, caller: &str, status: u16, error: &Value) {
        let Self { method, path, callers } = self;
        let told = format!("{method} {path} as {caller}: {status} {error}, documented for {callers:?}");
        assert!(error != "no_such_route" && error != "method_not_allowed", "{told}");
        let is_let_in = status != 401 && error != "token_wrong_role";
        let is_nobody = caller == STRANGER || callers == &["agent"];
        assert!(is_let_in || status == if is_nobody { 401 } else { 403 }, "{told}");
        assert_eq!(is_let_in, callers.is_empty() || callers.contains(&caller), "{told}");
        assert_eq!(error == "signature_required", callers == &["agent"], "{told}");
    }
}

/// Every route; each says who may come.
fn doors(document: &Value) -> Vec<Door<'_>> {
    let mut doors = Vec::new();
    for (path, methods) in object(&document["paths"]) {
        for (method, operation) in object(methods) {
            let callers = callers(document, operation).unwrap_or_else(|fault| panic!("{method} {path}: {fault}"));
            doors.push(Door { method, path: filled(path), callers });
        }
    }
    doors
}

fn callers<'a>(document: &'a Value, operation: &'a Value) -> Result<Vec<&'a str>, String> {
    let named = operation["security"].as_array().ok_or("it does not say who may come")?;
    let callers: Vec<&str> = named.iter().flat_map(|one_of| object(one_of).keys().map(String::as_str)).collect();
    match callers.iter().find(|caller| document["components"]["securitySchemes"][**caller].is_null()) {
        Some(unknown) => Err(format!("the document does not say what {unknown} brings")),
        None => Ok(callers),
    }
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("an OpenAPI document has an object there")
}

fn filled(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { NOBODYS_NAME.to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}
