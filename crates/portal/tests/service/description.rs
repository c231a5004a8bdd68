//! What the portal says of its routes to those who look after it.

#[test]
fn the_openapi_document_is_this() {
    insta::assert_json_snapshot!("openapi", edgecoder_portal::description());
}
