//! How is an archive checked by somebody who has nothing of ours?

use super::{
    About,
    dated::{Dated, DatedBy},
    format::{ANCHORS, number},
};
use crate::{escape::escape, prove::Signed};
use std::fmt::Write as _;

/// The text of the archive's `README.md`. The lines of Python in it need Python's own library only.
pub(super) fn text(signed: &Signed, about: &About, entries: usize, dated: &Dated) -> String {
    [
        contents(signed, about, entries),
        anchors(&dated.anchors),
        absent(&dated.absent),
        CHECK.to_owned(),
        dated.anchors.iter().find(|it| it.has_proof()).map_or_else(String::new, check_of_anchor),
        REST.to_owned(),
    ]
    .concat()
}

fn contents(signed: &Signed, about: &About, entries: usize) -> String {
    let (origin, about) = (escape(&signed.checkpoint.origin), escape(&about.to_string()));
    let (size, root) = (signed.checkpoint.size, hex::encode(signed.checkpoint.root));
    let source = if signed.key_given {
        "was given by the one who made this archive"
    } else {
        "was taken from the log itself: compare it with the one that you know"
    };
    format!(
        r"# What the log {origin} says about {about}

These are {entries} of the first {size} entries of the log, each with a proof that it is one of those that were signed.
That there is no other entry about it, no archive can prove: read the whole log for that.

- `checkpoint`: a C2SP signed note: the log's name, its size ({size}), the root of its Merkle tree in base64
  ({root} in hex), the log's signature, and those of witnesses that cosigned.
- `keys`: the log's verifier keys, `<name>+<id>+<base64>`; the base64 is a byte 01 and an Ed25519 public key. It {source}.
- `policy`: the same keys, and those of witnesses where they were known, as a C2SP tlog-policy.
- `entries/<position>`: an entry as it is stored: a MessagePack array of 17 values, the kind in place 5, its fields in place 15.
- `proofs/<position>`: the hashes that lead from the entry to the root, one a line, the lowest first.
- `words/<position>.json`: the entry in words. Nothing signs these; decode the entry where it matters.
- `SHA256SUMS`: the SHA-256 of every other file. Nothing signs it: it finds damage, and no forgery.
"
    )
}

fn anchors(anchors: &[DatedBy]) -> String {
    let mut text = String::new();
    for it in anchors {
        let (folder, size, root) = (number(it.size), it.size, it.root());
        let taken = "a string takes every text";
        writeln!(
            text,
            "- `{ANCHORS}{folder}/`: what dates the first {size} entries, and these among them. `checkpoint` is the file that is\n  \
             dated (root {root} in hex); `checkpoint.ots` leads from its SHA-256 into a block of Bitcoin; `evidence.json`, where\n  \
             it is there, has the transaction, its path and the block's header; `headers` this header and those upon it, 80\n  \
             bytes each; `consistency` the hashes that lead from its root to that of `/checkpoint`."
        )
        .expect(taken);
    }
    text
}

fn absent(absent: &[String]) -> String {
    let lines = absent.iter().fold(String::new(), |lines, what| lines + "- " + &escape(what) + "\n");
    if lines.is_empty() { String::new() } else { format!("\n## What is not here\n\n{lines}") }
}

/// The checks that every archive allows.
const CHECK: &str = r#"
## Check it without us

1. That nothing was damaged: `sha256sum -c SHA256SUMS`.
2. The signature: Ed25519 over the text of `checkpoint` up to and with the newline before the blank line. The base64 after the
   name holds four bytes of the key's id and the signature. Any tool for signed notes does it; in Go, with the key that you
   trust as the argument (the package is `golang.org/x/mod/sumdb/note`):

```go
verifier, _ := note.NewVerifier(os.Args[1])
text, _ := os.ReadFile("checkpoint")
opened, err := note.Open(text, note.VerifierList(verifier))
fmt.Println(opened != nil, err)
```

   A cosignature (C2SP tlog-cosignature) has eight bytes of time before the signature, and signs `cosignature/v1`, a newline,
   `time <seconds>`, a newline and the same text.
3. Each entry: its leaf is SHA-256(00 || entry), and each hash of the proof leads one step up (RFC 9162, section 2.1.3.2). In
   Python, in the folder of the archive:

```python
import base64, hashlib, os
origin, size, root = open("checkpoint").read().split("\n")[:3]
for name in sorted(os.listdir("entries")):
    node, last = int(name), int(size) - 1
    reached = hashlib.sha256(b"\0" + open("entries/" + name, "rb").read()).digest()
    for line in open("proofs/" + name):
        sibling, left = bytes.fromhex(line), node & 1 or node == last
        reached = hashlib.sha256(b"\1" + (sibling + reached if left else reached + sibling)).digest()
        while left and node and not node & 1:
            node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    print(name, "is in the tree" if reached == base64.b64decode(root) and last == 0 else "IS NOT")
```
"#;

/// The checks of an anchor; those of the other, where there are two, are the same.
fn check_of_anchor(it: &DatedBy) -> String {
    let folder = format!("{ANCHORS}{}", number(it.size));
    CHECK_OF_ANCHOR.replace("FOLDER", &folder)
}

const CHECK_OF_ANCHOR: &str = r#"4. The date, with the stock client of OpenTimestamps and a Bitcoin node of yours: `ots verify FOLDER/checkpoint.ots`.
   Without a node, `ots info FOLDER/checkpoint.ots` names the block and its Merkle root, which any block explorer shows.
   The headers are in Bitcoin's own form; their hashes, and the root in the first one, are

```python
import hashlib
headers = open("FOLDER/headers", "rb").read()
for at in range(0, len(headers), 80):
    header = headers[at:at + 80]
    block = hashlib.sha256(hashlib.sha256(header).digest()).digest()
    print("block", block[::-1].hex(), "root", header[36:68][::-1].hex(), "follows", header[4:36][::-1].hex())
```

5. That what was dated is the beginning of what was signed (RFC 9162, section 2.1.4.2):

```python
import base64, hashlib
def head(name): _, size, root = open(name).read().split("\n")[:3]; return int(size), base64.b64decode(root)
def above(left, right): return hashlib.sha256(b"\1" + left + right).digest()
(old, old_root), (new, new_root) = head("FOLDER/checkpoint"), head("checkpoint")
path = [bytes.fromhex(line) for line in open("FOLDER/consistency")]
path = [old_root] + path if old & (old - 1) == 0 else path
node, last = old - 1, new - 1
while node & 1: node, last = node >> 1, last >> 1
first = second = path[0]
for step in path[1:]:
    if node & 1 or node == last:
        first, second = above(step, first), above(step, second)
        while not node & 1 and node: node, last = node >> 1, last >> 1
    else: second = above(second, step)
    node, last = node >> 1, last >> 1
print("same history" if (first, second, last) == (old_root, new_root, 0) else "ANOTHER HISTORY")
```

"#;

const REST: &str = "
The whole log is checked by `docs/verify_ledger.py` of EdgeCoder, which shares no code with the rest, on a copy of its database;
all of this archive by `edgecoder-audit verify FILE.tar --key KEY`, where KEY is the one that you know.
";
