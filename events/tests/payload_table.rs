//! Does docs/LEDGER.md list every kind with the fields of its payload, in their order and as they are encoded?

#![expect(clippy::unwrap_used, reason = "a test may end where it is wrong")]

use edgecoder_events::Event;
use serde_json::{Map, Value};
use std::{fs, path::PathBuf};

const DOCUMENT: &str = include_str!("../../docs/LEDGER.md");
const BEFORE: &str = "| kind | schema | payload |\n|---|---|---|\n";
/// Fields that may be nil, with what they are otherwise: one sample can not show both.
const OPTIONAL: [(&str, &str, &str); 8] = [
    ("node.power_policy_set", "from_hour", "uint"),
    ("node.power_policy_set", "until_hour", "uint"),
    ("node.power_policy_set", "max_tasks", "uint"),
    ("task.submitted", "requested_model", "str"),
    ("task.submitted", "conversation", "str"),
    ("agent.blacklisted", "expires_at", "uint"),
    ("task.failed", "subtask", "uint"),
    ("task.reviewed", "content", "bin 32"),
];

fn samples() -> Vec<(String, Value)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples");
    let read = |(kind, schema): (&str, u16)| {
        let text = fs::read_to_string(folder.join(format!("{kind}.v{schema}.json"))).unwrap();
        (format!("| `{kind}` | {schema} |"), serde_json::from_str(&text).unwrap())
    };
    let schemas = Event::KINDS.iter().flat_map(|&(kind, newest)| (1..=newest).map(move |schema| (kind, schema)));
    schemas.map(read).collect()
}

/// The fields of an event as JSON text, which keeps the order that a [`Value`] does not.
fn json_text(sample: &Value) -> String {
    let payload = hex::decode(sample["payload"].as_str().unwrap()).unwrap();
    let schema = u16::try_from(sample["schema"].as_u64().unwrap()).unwrap();
    let event = Event::from_bytes(sample["kind"].as_str().unwrap(), schema, &payload).unwrap();
    let mut text = Vec::new();
    event.serialize_fields(&mut serde_json::Serializer::new(&mut text)).unwrap();
    String::from_utf8(text).unwrap()
}

/// Reads an encoded payload beside the names of its fields.
struct Reader<'a> {
    kind: &'a str,
    rest: &'a [u8],
    text: &'a str,
}

impl Reader<'_> {
    fn skip(&mut self, count: usize) {
        self.rest = &self.rest[count..];
    }

    /// Reads one MessagePack value and says what it is.
    fn value(&mut self, named: &Value) -> String {
        let (first, second) = (self.rest[0], self.rest.get(1).copied().unwrap_or_default());
        let (len, shape) = match first {
            0x00..=0x7f => (1, "uint"),
            0xcc..=0xcf => (1 + (1 << (first - 0xcc)), "uint"),
            0xc0 => (1, "nil"),
            0xa0..=0xbf => (1 + usize::from(first & 0x1f), "str"),
            0xd9 => (2 + usize::from(second), "str"),
            0xc4 => (2 + usize::from(second), if second == 32 { "bin 32" } else { "bin 64" }),
            0x90..=0x9f => return self.array(usize::from(first & 0x0f), named),
            other => panic!("no sample begins a value with {other:#x}"),
        };
        self.skip(len);
        shape.to_owned()
    }

    fn array(&mut self, len: usize, named: &Value) -> String {
        self.skip(1);
        match named {
            Value::Object(fields) => format!("[{}]", self.fields(len, fields)),
            // The last, for the first of a plan depends on nothing.
            Value::Array(items) => {
                assert_eq!(len, items.len());
                let shapes: Vec<_> = items.iter().map(|item| self.value(item)).collect();
                format!("array of {}", shapes.last().map_or("nothing", String::as_str))
            }
            other => panic!("{other} is not written as an array"),
        }
    }

    fn fields(&mut self, len: usize, fields: &Map<String, Value>) -> String {
        assert_eq!(len, fields.len());
        let mut in_order: Vec<_> = fields.iter().collect();
        in_order.sort_by_key(|(name, _)| self.text.find(&format!("\"{name}\":")).unwrap());
        let shown = in_order.into_iter().map(|(name, value)| {
            let shape = self.value(value);
            match OPTIONAL.iter().find(|(kind, optional, _)| (*kind, *optional) == (self.kind, name)) {
                Some((_, _, some)) => format!("`{name}` {some} or nil"),
                None => format!("`{name}` {shape}"),
            }
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}

fn table() -> String {
    let rows = samples().into_iter().map(|(row, sample)| {
        let (payload, text) = (hex::decode(sample["payload"].as_str().unwrap()).unwrap(), json_text(&sample));
        let mut reader = Reader { kind: sample["kind"].as_str().unwrap(), rest: &payload, text: &text };
        let shape = reader.value(&sample["fields"]);
        assert!(reader.rest.is_empty(), "{row} has bytes after its end");
        format!("{row} {shape} |\n")
    });
    rows.collect()
}

#[test]
fn the_page_lists_every_kind_with_its_fields() {
    let (_, after) = DOCUMENT.split_once(BEFORE).expect("the page has a table of kinds");
    let shown = after.split("\n\n").next().unwrap();
    let expected = table();
    assert_eq!(shown, expected.trim_end(), "the table should be:\n{expected}");
}
