//! What the service says of its routes to those who write clients.

use crate::fixture::Service;
use edgecoder_testkit::knock_at_every_door;

#[test]
fn the_openapi_document_is_this() {
    insta::assert_json_snapshot!("openapi", edgecoder_coordinator::description());
}

#[tokio::test]
async fn every_route_is_there_and_lets_in_whom_the_document_names() {
    let service = Service::begin().await;
    let document = serde_json::to_value(edgecoder_coordinator::description()).unwrap();
    let tokens = [("account", service.ada()), ("operator", service.operator()), ("service", service.own())];
    assert!(knock_at_every_door(&document, service.base(), &tokens).await >= 20);
}
