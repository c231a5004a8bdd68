//! How is an archive checked by somebody who has nothing of ours?

use super::About;
use crate::{escape::escape, prove::Signed};

/// The text of the archive's `README.md`. The lines of Python in it need Python's own library only.
pub(super) fn text(signed: &Signed, about: &About, entries: usize) -> String {
    let (origin, about) = (escape(&signed.checkpoint.origin), escape(&about.to_string()));
    let (size, root) = (signed.checkpoint.size, hex::encode(signed.checkpoint.root));
    let source = if signed.key_given {
        "was given by the one who made this archive"
    } else {
        "was taken from the log itself: compare it with the one that you know"
    };
    format!(
        r#"# What the log {origin} says about {about}

These are {entries} of the first {size} entries of the log, each with a proof that it is one of those that were signed.
That there is no other entry about it, no archive can prove: read the whole log for that.

- `checkpoint`: a C2SP signed note: the log's name, its size ({size}), the root of its Merkle tree in base64
  ({root} in hex), and a signature.
- `keys`: the log's verifier keys, `<name>+<id>+<base64>`; the base64 is a byte 01 and an Ed25519 public key. It {source}.
- `entries/<position>`: an entry as it is stored: a MessagePack array of 17 values, the kind in place 5, its fields in place 15.
- `words/<position>.json`: the same in words. Nothing signs these; decode the entry where it matters.
- `proofs/<position>`: the hashes that lead from the entry to the root, one a line, the lowest first.

## Check it

1. The signature: Ed25519 over the text of `checkpoint` up to and with the newline before the blank line. The base64 after the
   name holds four bytes of the key's id and the signature. Any tool for signed notes does it, such as Go's `sumdb/note`.
2. Each entry: its leaf is SHA-256(00 || entry), and each hash of the proof leads one step up (RFC 9162, section 2.1.3.2). In
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
"#
    )
}
