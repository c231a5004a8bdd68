//! `GET /docs` and `GET /docs/{name}`: where can I read on? The pages for users and auditors, as this build has them.
//!
//! They are in the program, so that they are there without a network and always fit it.

use crate::{
    Portal,
    callers::Visitor,
    document::{Block, blocks},
    page::{self, Shell},
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use edgecoder_service_kit::http::{Path, Problem};

struct Document {
    name: &'static str,
    text: &'static str,
}

/// The one to begin with comes first.
const DOCUMENTS: [Document; 7] = [
    Document { name: "first-task", text: include_str!("../../../../docs/users/first-task.md") },
    Document { name: "portal", text: include_str!("../../../../docs/users/portal.md") },
    Document { name: "tasks", text: include_str!("../../../../docs/users/tasks.md") },
    Document { name: "wallet", text: include_str!("../../../../docs/users/wallet.md") },
    Document { name: "first-audit", text: include_str!("../../../../docs/auditors/first-audit.md") },
    Document { name: "trust", text: include_str!("../../../../docs/auditors/trust.md") },
    Document { name: "in-the-browser", text: include_str!("../../../../docs/auditors/in-the-browser.md") },
];

#[derive(Template)]
#[template(path = "docs.html")]
struct Index<'a> {
    shell: &'a Shell,
    documents: Vec<Titled>,
}

struct Titled {
    name: &'static str,
    title: &'static str,
}

#[derive(Template)]
#[template(path = "document.html")]
struct Page<'a> {
    shell: &'a Shell,
    title: &'static str,
    blocks: Vec<Block>,
}

/// Lists the documents.
#[utoipa::path(
    get,
    path = "/docs",
    operation_id = "docs_page",
    tag = "pages",
    responses((status = 200, body = String, content_type = "text/html", description = "the documents by title")),
)]
pub async fn index(State(portal): State<Portal>, visitor: Visitor) -> Result<Response, Problem> {
    let shell = Shell::of_anybody(&portal, &visitor).await?;
    let documents = DOCUMENTS.iter().map(|it| Titled { name: it.name, title: title(it.text) }).collect();
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &Index { shell: &shell, documents }))
}

/// Shows a document.
#[utoipa::path(
    get,
    path = "/docs/{name}",
    operation_id = "document_page",
    tag = "pages",
    params(("name" = String, Path, description = "like tasks")),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "the document"),
        (status = 404, description = "no_such_document"),
    ),
)]
pub async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let found = DOCUMENTS.iter().find(|it| it.name == name);
    let found = found.ok_or_else(|| Problem::not_found("no_such_document", "there is no document of this name"))?;
    let shell = Shell::of_anybody(&portal, &visitor).await?;
    let page = Page { shell: &shell, title: title(found.text), blocks: linked(found.text) };
    Ok(page::show(portal.cookies, StatusCode::OK, &shell, &page))
}

fn title(text: &'static str) -> &'static str {
    text.lines().next().unwrap_or_default().trim_start_matches('#').trim()
}

/// The parts of a document. Its links lead to documents that are here, and nowhere else.
fn linked(text: &str) -> Vec<Block> {
    let mut blocks = blocks(text);
    let cells = blocks.iter_mut().flat_map(|block| &mut block.rows).flatten();
    for piece in cells.flatten() {
        piece.target = piece.target.take().and_then(|target| address(&target));
    }
    blocks
}

fn address(target: &str) -> Option<String> {
    let file = target.split('#').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let document = DOCUMENTS.iter().find(|it| file.strip_suffix(".md") == Some(it.name))?;
    Some(format!("/docs/{}", document.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_begins_with_its_title_and_links_only_to_what_is_here() {
        for document in &DOCUMENTS {
            assert!(document.text.starts_with("# ") && !title(document.text).is_empty(), "{}", document.name);
            let blocks = linked(document.text);
            let pieces = blocks.iter().flat_map(|block| &block.rows).flatten().flatten();
            for target in pieces.filter_map(|it| it.target.as_deref()) {
                let name = target.strip_prefix("/docs/").unwrap();
                assert!(DOCUMENTS.iter().any(|it| it.name == name), "{target}");
            }
        }
        assert_eq!(address("../users/wallet.md#make-it").as_deref(), Some("/docs/wallet"));
        assert_eq!(address("../operators/running.md"), None);
    }
}
