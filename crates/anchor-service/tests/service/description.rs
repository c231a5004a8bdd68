//! What the service says of its routes to those who write clients.

#[test]
fn the_openapi_document_is_this() {
    insta::assert_json_snapshot!("openapi", edgecoder_anchor_service::description());
}
