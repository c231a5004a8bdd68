//! Auditors read the log in the files of C2SP tlog-tiles, and need no token for it.

use crate::fixture::Service;
use edgecoder_events::Position;
use edgecoder_ledger::{
    Checkpoint,
    tree::{Frontier, leaf_hash},
};
use edgecoder_store::Published;
use futures_util::TryStreamExt;
use reqwest::{Response, StatusCode, header};
use std::sync::Arc;

async fn get(service: &Service, path: &str) -> Response {
    service.client.get(format!("{}{path}", service.base())).send().await.unwrap()
}

async fn published(service: &Service) -> Arc<Published> {
    service.store.checkpoint_now().await.unwrap();
    service.store.tiles().published_with(service.store.head().size).await.unwrap()
}

#[tokio::test]
async fn a_stranger_reads_the_checkpoint_and_every_entry_under_it() {
    let service = Service::begin().await;
    service.submitted("t").await;
    published(&service).await;
    let answer = get(&service, "/checkpoint").await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    let note = answer.bytes().await.unwrap();
    let checkpoint = Checkpoint::open(&note, &[service.store.log_verifier_key()]).unwrap();

    let answer = get(&service, &format!("/tile/entries/000.p/{}", checkpoint.size)).await;
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    let bundle = answer.bytes().await.unwrap();
    let (mut rest, mut frontier) = (&bundle[..], Frontier::new());
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let (entry, after) = after.split_at(u16::from_be_bytes(*length).into());
        frontier.append(leaf_hash(entry));
        rest = after;
    }
    assert_eq!((frontier.size(), frontier.root()), (checkpoint.size, checkpoint.root));
    let entries: Vec<_> = service.store.read_entries(Position(0)).try_collect().await.unwrap();
    let hashes = get(&service, &format!("/tile/0/000.p/{}", checkpoint.size)).await.bytes().await.unwrap();
    assert_eq!(hashes, entries.iter().map(|stored| leaf_hash(&stored.entry)).collect::<Vec<_>>().concat());
}

#[tokio::test]
async fn strangers_who_read_a_file_at_once_read_all_of_it() {
    let service = Service::begin().await;
    service.submitted("t").await;
    let path = format!("/tile/entries/000.p/{}", published(&service).await.checkpoint.size);
    let readers = (0..20).map(|_| async { get(&service, &path).await.bytes().await.unwrap() });
    let bundles = futures_util::future::join_all(readers).await;
    assert!(!bundles[0].is_empty() && bundles.iter().all(|bundle| *bundle == bundles[0]));
}

#[tokio::test]
async fn what_is_no_tile_of_the_checkpoint_is_not_found() {
    let service = Service::begin().await;
    let size = published(&service).await.checkpoint.size;
    for path in ["0/000", "entries/000", "0/001", "0/0", "9/000", "entries/x", "0/000.p/0"] {
        let answer = get(&service, &format!("/tile/{path}")).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let ahead = get(&service, &format!("/tile/0/000.p/{}", size + 1)).await;
    assert_eq!(ahead.status(), StatusCode::NOT_FOUND, "what no checkpoint covers is not shown");
}

#[tokio::test]
async fn entries_are_compressed_for_those_who_take_it_and_hashes_never() {
    let service = Service::begin().await;
    let size = published(&service).await.checkpoint.size;
    let encoding = async |path: String| {
        let request = service.client.get(format!("{}{path}", service.base())).header(header::ACCEPT_ENCODING, "gzip");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.headers().get(header::CONTENT_ENCODING).map(|it| it.to_str().unwrap().to_owned())
    };
    assert_eq!(encoding(format!("/tile/entries/000.p/{size}")).await.as_deref(), Some("gzip"));
    assert_eq!(encoding(format!("/tile/0/000.p/{size}")).await, None);
}
