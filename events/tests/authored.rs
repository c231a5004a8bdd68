//! Does docs/LEDGER.md list the kinds that somebody signs, each with the first line of what is signed?

#![expect(clippy::unwrap_used, reason = "a test may end where it is wrong")]

use edgecoder_events::Event;
use serde_json::Value;
use std::{fs, path::PathBuf};

const DOCUMENT: &str = include_str!("../../docs/LEDGER.md");
const BEFORE: &str = "| kind | whose key | lines |\n|---|---|---|\n";

fn newest_sample((kind, schema): (&str, u16)) -> Event {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("samples/{kind}.v{schema}.json"));
    let sample: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let payload = hex::decode(sample["payload"].as_str().unwrap()).unwrap();
    Event::from_bytes(kind, schema, &payload).unwrap()
}

#[test]
fn the_page_lists_every_kind_that_is_signed_and_no_other() {
    let (_, after) = DOCUMENT.split_once(BEFORE).expect("the page has a table of signed texts");
    let rows = after.lines().take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    let listed: Vec<(String, String)> =
        cells.map(|cells| (cells[1].trim_matches('`').to_owned(), cells[3].to_owned())).collect();
    let events = Event::KINDS.iter().map(|kind| newest_sample(*kind));
    let signed: Vec<(&str, String)> =
        events.filter_map(|event| Some((event.kind(), event.author_statement()?))).collect();
    let listed_kinds: Vec<&str> = listed.iter().map(|(kind, _)| kind.as_str()).collect();
    let signed_kinds: Vec<&str> = signed.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(listed_kinds, signed_kinds);
    for ((kind, lines), (_, statement)) in listed.iter().zip(&signed) {
        let first = format!("`{}`", statement.lines().next().unwrap());
        assert!(lines == "the same" || lines.starts_with(&first), "{kind}: {statement}");
    }
}
