//! What the service says of its routes to those who write clients.

use crate::fixture::{NOBODY, PATIENT, Service, ollama};
use edgecoder_identity::{Token, TokenRole};
use edgecoder_testkit::{STRANGER, knock_at_every_door};
use rand::{SeedableRng, rngs::StdRng};

#[test]
fn the_openapi_document_is_this() {
    insta::assert_json_snapshot!("openapi", edgecoder_inference::description());
}

#[tokio::test]
async fn every_route_is_there_and_lets_in_whom_the_document_names() {
    let service = Service::begin(ollama(NOBODY), PATIENT).await;
    let document = serde_json::to_value(edgecoder_inference::description()).unwrap();
    let account = Token::generate(TokenRole::Account, &mut StdRng::seed_from_u64(2));
    // Accounts are known where the ledger is, and that is not here.
    let tokens = [(STRANGER, account.expose()), ("operator", service.operator()), ("service", service.own())];
    assert_eq!(knock_at_every_door(&document, service.base(), &tokens).await, 8);
}
