#!/usr/bin/env python3
"""Verifies an EdgeCoder ledger without any code of EdgeCoder; docs/LEDGER.md is the format.

    verify_ledger.py LEDGER.db --origin ORIGIN --vkey VKEY [--checkpoint FILE]... [--max-unproven-tail N]
    verify_ledger.py --self-test

Checks the bytes: entries, chain, tree, checkpoints and the log's keys. Whether the events keep the rules of the product
is for the auditor's program to say; docs/auditors/rules.md lists them.

Needs Python 3.9 and the package `cryptography`; uses the package `blake3` where it is installed, which is a few
hundred times faster than the BLAKE3 below. Exit codes: 0 OK, 1 tampered, 2 could not be checked, 3 valid but unproven.
"""

import argparse
import base64
import contextlib
import hashlib
import io
import os
import sqlite3
import sys
import tempfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

CONTEXT = "edgecoder ledger entry v1"
ZEROS = bytes(32)
MAX_ENTRY = 65_535
UNCHECKED = ("UNKNOWN KEY", "BAD CHECKPOINT", "CORRUPT", "BAD PAYLOAD")


# --- BLAKE3 in derive-key mode --------------------------------------------------------------------------------------

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
COLUMNS_THEN_DIAGONALS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                          (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
CHUNK_START, CHUNK_END, PARENT, ROOT, DERIVE_CONTEXT, DERIVE_MATERIAL = 1, 2, 4, 8, 32, 64
M32 = 0xFFFFFFFF


def compress(cv, block, counter, length, flags):
    m = [int.from_bytes(block[i:i + 4], "little") for i in range(0, 64, 4)]
    v = [*cv, *IV[:4], counter & M32, counter >> 32, length, flags]
    for _ in range(7):
        for i, (a, b, c, d) in enumerate(COLUMNS_THEN_DIAGONALS):
            for word, left, right in ((m[2 * i], 16, 12), (m[2 * i + 1], 8, 7)):
                v[a] = (v[a] + v[b] + word) & M32
                x = v[d] ^ v[a]
                v[d] = (x >> left | x << 32 - left) & M32
                v[c] = (v[c] + v[d]) & M32
                x = v[b] ^ v[c]
                v[b] = (x >> right | x << 32 - right) & M32
        m = [m[i] for i in PERMUTATION]
    return [v[i] ^ v[i + 8] for i in range(8)]


def pack_words(words):
    return b"".join(word.to_bytes(4, "little") for word in words)


def hash_chunk(chunk, counter, key, flags, root):
    cv = key
    blocks = [chunk[i:i + 64] for i in range(0, len(chunk), 64)] or [b""]
    for i, block in enumerate(blocks):
        here = flags | (CHUNK_START if i == 0 else 0)
        if i == len(blocks) - 1:
            here |= CHUNK_END | root
        cv = compress(cv, block.ljust(64, b"\0"), counter, len(block), here)
    return cv


def hash_blake3(data, first_chunk, key, flags, root):
    if len(data) <= 1024:
        return hash_chunk(data, first_chunk, key, flags, root)
    chunks = 1 << ((len(data) - 1) // 1024).bit_length() - 1
    left = hash_blake3(data[:chunks * 1024], first_chunk, key, flags, 0)
    right = hash_blake3(data[chunks * 1024:], first_chunk + chunks, key, flags, 0)
    return compress(key, pack_words(left + right), 0, 64, flags | PARENT | root)


CONTEXT_KEY = hash_blake3(CONTEXT.encode(), 0, IV, DERIVE_CONTEXT, ROOT)


def slow_entry_hash(data):
    return pack_words(hash_blake3(data, 0, CONTEXT_KEY, DERIVE_MATERIAL, ROOT))


try:
    from blake3 import blake3

    def entry_hash(data):
        return blake3(data, derive_key_context=CONTEXT).digest()
except ImportError:
    entry_hash = slow_entry_hash


# --- Entries: canonical MessagePack ---------------------------------------------------------------------------------

class NotAnEntry(Exception):
    pass


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise NotAnEntry("the bytes end too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def sized(self, count, above):
        value = int.from_bytes(self.take(count), "big")
        if value <= above:
            raise NotAnEntry("not in its shortest form")
        return value

    def uint(self):
        marker = self.take(1)[0]
        if marker < 0x80:
            return marker
        if not 0xCC <= marker <= 0xCF:
            raise NotAnEntry("expected a number")
        size = marker - 0xCC
        return self.sized(1 << size, (0x7F, 0xFF, 0xFFFF, 0xFFFFFFFF)[size])

    def text(self, most):
        marker = self.take(1)[0]
        if 0xA0 <= marker <= 0xBF:
            length = marker - 0xA0
        elif marker in (0xD9, 0xDA):
            length = self.sized(marker - 0xD8, (31, 255)[marker - 0xD9])
        else:
            raise NotAnEntry("expected a text")
        if not 1 <= length <= most:
            raise NotAnEntry("a text outside its limits")
        try:
            return self.take(length).decode()
        except UnicodeDecodeError:
            raise NotAnEntry("not UTF-8") from None

    def blob(self, least, most):
        marker = self.take(1)[0]
        if marker not in (0xC4, 0xC5):
            raise NotAnEntry("expected bytes")
        length = self.sized(marker - 0xC3, (-1, 255)[marker - 0xC4])
        if not least <= length <= most:
            raise NotAnEntry("bytes outside their limits")
        return self.take(length)

    def optional(self, least, most):
        if self.data[self.at:self.at + 1] == b"\xc0":
            self.at += 1
            return None
        return self.blob(least, most)


def decode(data):
    if len(data) > MAX_ENTRY:
        raise NotAnEntry("too long")
    read = Reader(data)
    if read.take(3) != b"\xdc\x00\x11" or read.uint() != 1:
        raise NotAnEntry("not an entry of format 1")
    entry = {"origin": read.text(255), "position": read.uint(), "stream": read.text(255), "version": read.uint(),
             "kind": read.text(127), "schema": read.uint(), "event_id": read.blob(16, 16),
             "recorded_at": read.uint(), "actor": read.text(255), "correlation_id": read.blob(16, 16),
             "causation_id": read.optional(16, 16), "idempotency_key": read.optional(1, 255),
             "author_key": read.optional(32, 32), "author_signature": read.optional(64, 64),
             "payload": read.blob(0, MAX_ENTRY), "prev_hash": read.blob(32, 32)}
    if entry["schema"] > 0xFFFF or read.at != len(data):
        raise NotAnEntry("a schema that is too large, or bytes after the last field")
    if (entry["author_key"] is None) != (entry["author_signature"] is None):
        raise NotAnEntry("half an author")
    return entry


# --- The tree: RFC 6962 ---------------------------------------------------------------------------------------------

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class Tree:
    def __init__(self):
        self.size, self.subtrees = 0, []

    def append(self, entry):
        node, size = sha256(b"\0", entry), self.size
        while size & 1:
            node, size = sha256(b"\1", self.subtrees.pop(), node), size >> 1
        self.subtrees.append(node)
        self.size += 1

    def root(self):
        if not self.subtrees:
            return sha256()
        root = self.subtrees[-1]
        for left in reversed(self.subtrees[:-1]):
            root = sha256(b"\1", left, root)
        return root


# --- Checkpoints: C2SP signed notes, strict Ed25519 -----------------------------------------------------------------

P = 2**255 - 19
SMALL_ORDER_Y = (0, 1, P - 1,
                 int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
                 int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"))


def usable_point(data):
    y = int.from_bytes(data, "little") & (1 << 255) - 1
    return y < P and y not in SMALL_ORDER_Y


class Key:
    def __init__(self, vkey):
        self.name, key_id, encoded = vkey.split("+", 2)
        data = base64.b64decode(encoded, validate=True)
        self.id = bytes.fromhex(key_id)
        if len(data) != 33 or data[0] != 1 or sha256(self.name.encode(), b"\n", data)[:4] != self.id:
            raise ValueError("not an Ed25519 verifier key for signed notes")
        if not usable_point(data[1:]):
            raise ValueError("not a canonical key of large order")
        self.public = data[1:]
        self.key = Ed25519PublicKey.from_public_bytes(self.public)

    @classmethod
    def of(cls, name, public):
        data = b"\1" + public
        return cls(vkey_of(name, data))

    def signed(self, text, signature):
        try:
            self.key.verify(signature, text)
            return usable_point(signature[:32])
        except (InvalidSignature, ValueError):
            return False


def vkey_of(name, data):
    return f"{name}+{sha256(name.encode(), bytes([10]), data)[:4].hex()}+{base64.b64encode(data).decode()}"


class BadNote(Exception):
    def __init__(self, name, why):
        super().__init__(why)
        self.name = name


def byte_strings(payload, lengths):
    """The payload of an event whose fields are byte strings of these lengths."""
    read = Reader(payload)
    if read.take(1) != bytes([0x90 | len(lengths)]):
        raise NotAnEntry("another number of fields")
    return [read.blob(length, length) for length in lengths]


class KeyHistory:
    """Which key was the log's at which size: each with its first size, and its last one where another key followed."""

    def __init__(self, origin):
        self.origin, self.periods = origin, []

    def begin(self, payload):
        read = Reader(payload)
        if read.take(1) != b"\x92":
            raise NotAnEntry("another number of fields")
        read.text(255)
        self.periods = [[read.blob(32, 32), 0, None]]

    def rotate(self, position, payload):
        """Takes in a change; says why it is not one that both keys wanted."""
        old, new, by_old, by_new = byte_strings(payload, (32, 32, 64, 64))
        if not self.periods or self.periods[-1][0] != old:
            return "the key that is replaced is not the log's"
        text = f"edgecoder log key rotation v1\n{self.origin}\n{old.hex()}\n{new.hex()}\n".encode()
        if not (signed_by(old, text, by_old) and signed_by(new, text, by_new)):
            return "the old and the new key did not both sign the change"
        self.periods[-1][2] = position + 1
        self.periods.append([new, position + 1, None])
        return None

    def may_sign(self, key, size):
        return any(key == known and start <= size and (end is None or size <= end)
                   for known, start, end in self.periods)

    def knows(self, key):
        return any(key == known for known, _, _ in self.periods)

    def end(self, keys):
        return next((end - 1 for known, _, end in self.periods if known in keys and end), None)


def signed_by(key, text, signature):
    try:
        return usable_point(key) and Key.of("log", key).signed(text, signature)
    except ValueError:
        return False


def follow(keys, periods, origin):
    """A trusted key may hand over to another one: those are trusted too."""
    trusted, handed_over = list(keys), False
    for key, _, _ in periods:
        if any(known.public == key for known in trusted):
            handed_over = True
        elif handed_over and usable_point(key):
            trusted.append(Key.of(origin, key))
    return trusted


def open_checkpoint(note, keys, origin):
    text, blank, lines = note.rpartition(b"\n\n")
    text += b"\n"
    if not blank or not lines.endswith(b"\n") or any(c < 32 and c != 10 for c in note):
        raise BadNote("BAD CHECKPOINT", "not a signed note")
    signers = []
    try:
        for line in lines[:-1].split(b"\n"):
            dash, name, encoded = line.decode().split(" ")
            data = base64.b64decode(encoded, validate=True)
            if dash != "\u2014" or len(data) < 5:
                raise ValueError("malformed signature line")
            for key in keys:
                if (key.name, key.id) == (name, data[:4]):
                    if not key.signed(text, data[4:]):
                        raise BadNote("BAD SIGNATURE", f"the signature of {name} does not hold")
                    signers.append(key.public)
        if not signers:
            raise BadNote("UNKNOWN KEY", "no trusted key signed")
        named, size, root = text.decode()[:-1].split("\n")
        root = base64.b64decode(root, validate=True)
        if named != origin or str(int(size)) != size or int(size) < 0 or len(root) != 32:
            raise ValueError("not a checkpoint of this ledger")
    except ValueError as error:
        raise BadNote("BAD CHECKPOINT", str(error)) from None
    return int(size), root, signers


# --- The verifier ---------------------------------------------------------------------------------------------------

class Verifier:
    def __init__(self, origin, keys, notes):
        self.origin, self.findings = origin, []
        self.log_keys, self.signatures = KeyHistory(origin), []
        self.tree, self.rows, self.next_row, self.shift = Tree(), 0, 0, 0
        self.previous = None  # of the row before: its computed hash, its stored hash, whether it is in place
        self.unexplained = None  # a displaced row: row, offset, whether it is a copy
        self.hashes, self.disturbed, self.proven = {}, False, None
        self.latest_ms, self.versions, self.keys, self.latest_append = 0, {}, set(), None
        self.waiting, self.mismatched, self.authors, self.head = [], [], 0, None
        for number, note in enumerate(notes, 1):
            try:
                size, root, signers = open_checkpoint(note, keys, origin)
                self.waiting.append((size, root))
                self.signatures.append((number, size, signers))
            except BadNote as error:
                self.find(error.name, None, f"checkpoint {number}: {error}")
        self.waiting.sort()
        for (size, root), (other_size, other_root) in zip(self.waiting, self.waiting[1:]):
            if size == other_size and root != other_root:
                self.find("FORK", size - 1 if size else None, f"size {size} was signed with two roots")
        self.compare()

    def find(self, name, position, detail, rank=None):
        rank = rank or (position is None, position or 0, 0)
        self.findings.append([rank, name, position, detail])

    def disturb(self, *finding):
        self.disturbed = True
        self.find(*finding)

    def compare(self):
        while self.waiting and self.waiting[0][0] == self.tree.size:
            size, root = self.waiting.pop(0)
            if root == self.tree.root():
                self.proven = size
                for finding in self.mismatched:
                    finding[1] = "FORK"
            else:
                self.find("CHECKPOINT MISMATCH", self.proven or 0,
                          f"size {size}: signed {root.hex()}, computed {self.tree.root().hex()}",
                          (False, max(size - 1, 0), 1))
                self.mismatched.append(self.findings[-1])

    def push(self, position, stream, version, kind, recorded_at, entry, stored):
        self.check_sequence(position)
        computed, in_place = entry_hash(entry), True
        self.rows, self.head = self.rows + 1, computed
        if computed != stored:
            self.disturb("MUTATED", position, f"stream {stream!r}: stored hash {stored.hex()}, computed {computed.hex()}")
        else:
            try:
                in_place = self.check_entry(position, (stream, version, kind, recorded_at), decode(entry), computed)
            except NotAnEntry as error:
                self.disturb("CORRUPT", position, str(error))
        self.previous = (computed, stored, in_place)
        self.tree.append(entry)
        self.compare()

    def check_sequence(self, row):
        if row > self.next_row:
            name = "MISSING" if self.rows else "GENESIS MISSING"
            self.disturb(name, self.next_row + self.shift, f"no rows {self.next_row} to {row - 1}")
            self.previous = None
        self.next_row = row + 1

    def check_entry(self, row, columns, entry, computed):
        if entry["origin"] != self.origin:
            self.disturb("WRONG LEDGER", row, f"the entry is of {entry['origin']!r}")
        for name, stored in zip(("stream", "version", "kind", "recorded_at"), columns):
            if stored != entry[name]:
                self.find("MUTATED", row, f"the column {name} differs from the entry")
        explained = self.explain(row, entry["position"])
        offset = entry["position"] - row - self.shift
        if offset:
            copy = self.hashes.get(entry["position"] - self.shift) == computed
            self.unexplained = (row, offset, copy)
        self.hashes[row] = computed
        self.hashes.pop(row - 1024, None)
        if offset:
            return False
        if explained and self.previous:
            self.previous = (*self.previous[:2], True)
        self.check_link(row, entry)
        if not self.disturbed:
            self.check_rules(entry)
        self.authors += entry["author_key"] is not None
        if not self.disturbed:
            self.follow_key(entry)
        return True

    def follow_key(self, entry):
        try:
            if entry["kind"] == "ledger.created" and entry["position"] == 0:
                self.log_keys.begin(entry["payload"])
            elif entry["kind"] == "ledger.log_key_rotated":
                why_not = self.log_keys.rotate(entry["position"], entry["payload"])
                if why_not:
                    self.find("UNAUTHORISED ROTATION", entry["position"], why_not)
        except NotAnEntry as error:
            if entry["kind"] == "ledger.log_key_rotated":
                self.find("BAD PAYLOAD", entry["position"], str(error))

    def check_signers(self):
        """A key that was the log's at another time signs nothing; a key that never was has been trusted by name."""
        for number, size, signers in self.signatures:
            known = any(self.log_keys.knows(key) for key in signers)
            if known and not any(self.log_keys.may_sign(key, size) for key in signers):
                self.find("KEY EXPIRED", self.log_keys.end(signers),
                          f"checkpoint {number} of size {size} is signed by a key that was not the log's at that size")

    def explain(self, row, position):
        if not self.unexplained:
            return False
        before, offset, copy = self.unexplained
        self.unexplained = None
        if position - row - self.shift == offset:
            self.report_shift(before, offset)
            return True
        holds = before + self.shift + offset
        self.disturb("REORDERED", before, f"row {before} holds {'a copy of ' * copy}entry {holds}")
        return False

    def report_shift(self, row, offset):
        expected = row + self.shift
        self.shift += offset
        if offset < 0:
            self.disturb("INSERTED/RENUMBERED", max(row + offset, 0), f"{-offset} rows stand before row {row}")
        else:
            self.disturb("MISSING" if expected else "GENESIS MISSING", expected,
                         f"{offset} entries are not there and the rest is renumbered")

    def check_link(self, row, entry):
        if self.previous:
            computed, stored, in_place = self.previous
            fits = not in_place or entry["prev_hash"] in (computed, stored)
        else:
            fits = entry["position"] != 0 or entry["prev_hash"] == ZEROS
        if not fits:
            self.disturb("CHAIN BREAK", row, f"the entry names {entry['prev_hash'].hex()} as the hash before it")

    def check_rules(self, entry):
        at, now, stream, key = entry["position"], entry["recorded_at"], entry["stream"], entry["idempotency_key"]
        if now < self.latest_ms:
            self.find("NON-MONOTONIC TIME", at, f"recorded at {now} ms, after {self.latest_ms} ms")
        self.latest_ms = now
        if entry["version"] != self.versions.get(stream, 0) + 1:
            self.find("VERSION BREAK", at, f"stream {stream!r} goes from {self.versions.get(stream, 0)}")
        self.versions[stream] = entry["version"]
        if key is not None:
            append = (key, at - 1, now, entry["correlation_id"])
            if append != self.latest_append and key in self.keys:
                self.find("DUPLICATE IDEMPOTENCY KEY", at, f"an earlier append used {key.hex()}")
            self.keys.add(key)
            self.latest_append = (key, at, now, entry["correlation_id"])

    def finish(self, max_unproven_tail):
        if self.unexplained:
            row, offset, copy = self.unexplained
            if copy:
                self.find("INSERTED/RENUMBERED", row, f"row {row} is a copy of entry {row + self.shift + offset}")
            else:
                self.report_shift(row, offset)
        self.check_signers()
        reached = self.next_row + self.shift
        if self.waiting and self.waiting[-1][0] > reached:
            self.find("TRUNCATED", reached, f"a checkpoint commits to {self.waiting[-1][0]} entries")
        tail = self.rows - (self.proven or 0)
        self.findings.sort(key=lambda finding: finding[0])
        for _, name, position, detail in self.findings[:64]:
            print(name, "" if position is None else f"at {position}", "-", detail)
        print(f"covered: {self.rows} entries, root {self.tree.root().hex()}, head {self.head.hex() if self.head else '-'}")
        print(f"proven by a checkpoint: {self.proven}; UNPROVEN TAIL {tail}; author signatures unchecked: {self.authors}")
        names = [finding[1] for finding in self.findings]
        if any(name not in UNCHECKED for name in names):
            return 1
        if names:
            return 2
        return 0 if self.proven is not None and tail <= max_unproven_tail else 3


def stated_keys(db, origin):
    """The keys that the ledger says it had. Whether the entries that say it stand in order is judged as they go by."""
    history = KeyHistory(origin)
    with contextlib.suppress(NotAnEntry):
        for position, data in db.execute("SELECT position, entry FROM events WHERE position = 0 OR"
                                         " kind = 'ledger.log_key_rotated' ORDER BY position"):
            payload = decode(data)["payload"]
            if position == 0:
                history.begin(payload)
            else:
                history.rotate(position, payload)
    return history.periods


def verify(path, origin, vkeys, checkpoints, max_unproven_tail=0):
    keys = [Key(vkey) for vkey in vkeys]
    notes = []
    for checkpoint in checkpoints:
        with open(checkpoint, "rb") as file:
            notes.append(file.read())
    with contextlib.closing(sqlite3.connect(path)) as db:
        verifier = Verifier(origin, follow(keys, stated_keys(db, origin), origin), notes)
        columns = "position, stream, version, kind, recorded_at, entry, hash"
        for row in db.execute(f"SELECT {columns} FROM events ORDER BY position"):
            verifier.push(*row)
    return verifier.finish(max_unproven_tail)


# --- Self-test: the worked example of docs/LEDGER.md, and what tampering with it looks like -------------------------

EXAMPLE = """\
entry 0 dc001101b26578616d706c652e6f72672f6c656467657200a66c656467657201ae6c65646765722e6372656174656401c41010101010101010101010101010101010cf0000018bcfe56800b273797374656d3a636f6f7264696e61746f72c41010101010101010101010101010101010c0c0c0c0c40190c4200000000000000000000000000000000000000000000000000000000000000000
hash  0 f7557238afec7957d1b7163b20bb384b9789fbb3f6700319cccc581e7cd9365b
leaf  0 d927ca68489ce2df99c71c450f2a43a1ab92f8e8290372e1e2fb827a00c06d72
entry 1 dc001101b26578616d706c652e6f72672f6c656467657201a67461736b2d3101ae7461736b2e7375626d697474656401c41011111111111111111111111111111111cf0000018bcfe568faab6163636f756e743a616e6ec41011111111111111111111111111111111c0c4076f726465722d37c0c0c4049201a178c420f7557238afec7957d1b7163b20bb384b9789fbb3f6700319cccc581e7cd9365b
hash  1 2df8a379d946b10fadeb3f8ab0bf1dd06e4c5ccda27468f9477c97f5ce279e05
leaf  1 0988e5f72e50ade50d7baa14378dbe4a6a001654fc7b46dbd170bc0ee769d0eb
entry 2 dc001101b26578616d706c652e6f72672f6c656467657202a67461736b2d3102ac7461736b2e706c616e6e656401c41012121212121212121212121212121212cf0000018bcfe568faae73797374656d3a706c616e6e6572c41011111111111111111111111111111111c41011111111111111111111111111111111c0c0c0c4049201a178c4202df8a379d946b10fadeb3f8ab0bf1dd06e4c5ccda27468f9477c97f5ce279e05
hash  2 b6ce020cf0d9ef0ecffa8fdce0f606bae01593fb88ac43c198ef4ed38f5fcc94
leaf  2 517d13124848dd6400e88cffc7aae9c17c6e7e6a9585bfc7f6e400b07ca72edd
root    a12c4554b15a40398873e914a546698863ccb7b7038394b508055d2b03952734
vkey    example.org/ledger+5f5b716d+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4

example.org/ledger
3
oSxFVLFaQDmIc+kUpUZpiGPMt7cDg5S1CAVdKwOVJzQ=

— example.org/ledger X1txbaHaF7FtCK5g1wVmeOBB/VDIFndnzneikBV5mrUUPse6KqP1g6PwAUwlEiQWPcMkqncrXm24hGxbIdo5KcupyQw=
"""


def write_example(path):
    lines, _, _ = EXAMPLE.partition("\n\n")
    known = {"entry": [], "hash": [], "leaf": [], "root": [], "vkey": []}
    for line in lines.split("\n"):
        known[line.split()[0]].append(line.split()[-1])
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT, version INTEGER, kind TEXT,"
                   " recorded_at INTEGER, entry BLOB, hash BLOB)")
        for data, stored, leaf in zip(known["entry"], known["hash"], known["leaf"]):
            data = bytes.fromhex(data)
            entry = decode(data)
            assert slow_entry_hash(data).hex() == entry_hash(data).hex() == stored
            assert sha256(b"\0", data).hex() == leaf
            row = [entry[name] for name in ("position", "stream", "version", "kind", "recorded_at")]
            db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, data, bytes.fromhex(stored)))
    return known["vkey"], EXAMPLE.partition("\n\n")[2].encode()


ATTACKS = (
    (0, "", "covered: 3 entries", ()),
    (1, "MUTATED at 1", "", ("UPDATE events SET entry = CAST(entry || x'00' AS BLOB) WHERE position = 1",)),
    (1, "MUTATED at 1", "", ("UPDATE events SET hash = x'00' WHERE position = 1",)),
    (1, "MUTATED at 2", "", ("UPDATE events SET version = 7 WHERE position = 2",)),
    (1, "MISSING at 1", "", ("DELETE FROM events WHERE position = 1",)),
    (1, "MISSING at 1", "", ("DELETE FROM events WHERE position = 1",
                             "UPDATE events SET position = 1 WHERE position = 2")),
    (1, "GENESIS MISSING at 0", "", ("DELETE FROM events WHERE position = 0",)),
    (1, "TRUNCATED at 2", "", ("DELETE FROM events WHERE position = 2",)),
    (1, "TRUNCATED at 0", "", ("DELETE FROM events",)),
    (1, "REORDERED at 1", "", ("UPDATE events SET position = 9 WHERE position = 1",
                               "UPDATE events SET position = 1 WHERE position = 2",
                               "UPDATE events SET position = 2 WHERE position = 9")),
    (1, "INSERTED/RENUMBERED at 3", "", ("INSERT INTO events SELECT 3, stream, version, kind, recorded_at, entry, hash"
                                         " FROM events WHERE position = 0",)),
)


def pack(value):
    """The canonical MessagePack form of what an entry has; the numbers here are small or have 8 bytes."""
    if value is None:
        return b"\xc0"
    if isinstance(value, int):
        return bytes([value]) if value < 0x80 else b"\xcf" + value.to_bytes(8, "big")
    if isinstance(value, str):
        data = value.encode()
        return bytes([0xA0 | len(data)] if len(data) < 32 else [0xD9, len(data)]) + data
    return (bytes([0xC4, len(value)]) if len(value) < 256 else b"\xc5" + len(value).to_bytes(2, "big")) + value


ORIGIN = "example.org/ledger"
OLD_KEY, NEW_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)) for seed in (1, 2))


def public(key):
    return key.public_key().public_bytes_raw()


def write_rotated(path, signers=(OLD_KEY, NEW_KEY)):
    """A ledger whose key changes at position 1; gives a note by `key` for the first `size` entries."""
    text = f"edgecoder log key rotation v1\n{ORIGIN}\n{public(OLD_KEY).hex()}\n{public(NEW_KEY).hex()}\n".encode()
    change = [public(OLD_KEY), public(NEW_KEY), *(key.sign(text) for key in signers)]
    facts = (("ledger", 1, "ledger.created", b"\x92" + pack(ORIGIN) + pack(public(OLD_KEY))),
             ("ledger", 2, "ledger.log_key_rotated", b"\x94" + b"".join(map(pack, change))),
             ("task-1", 1, "task.submitted", b"\x90"))
    trees, tree, before = [Tree().root()], Tree(), ZEROS
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT, version INTEGER, kind TEXT,"
                   " recorded_at INTEGER, entry BLOB, hash BLOB)")
        for position, (stream, version, kind, payload) in enumerate(facts):
            at, name = 1_700_000_000_000 + position, bytes([position] * 16)
            fields = (1, ORIGIN, position, stream, version, kind, 1, name, at, "system:test", name, None, None, None,
                      None, payload, before)
            entry = b"\xdc\0\x11" + b"".join(map(pack, fields))
            before = entry_hash(entry)
            tree.append(entry)
            trees.append(tree.root())
            db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
                       (position, stream, version, kind, at, entry, before))

    def note(key, size):
        said = f"{ORIGIN}\n{size}\n{base64.b64encode(trees[size]).decode()}\n".encode()
        signature = base64.b64encode(Key.of(ORIGIN, public(key)).id + key.sign(said)).decode()
        return said + f"\n\u2014 {ORIGIN} {signature}\n".encode()

    return note


def test_rotation(path, note_path):
    both = (OLD_KEY, NEW_KEY)
    for signers, key, size, code, finding in (
            (both, OLD_KEY, 2, 3, "proven by a checkpoint: 2"),
            (both, NEW_KEY, 2, 3, "proven by a checkpoint: 2"),
            (both, NEW_KEY, 3, 0, "proven by a checkpoint: 3"),
            (both, OLD_KEY, 3, 1, "KEY EXPIRED at 1"),
            (both, NEW_KEY, 1, 1, "KEY EXPIRED"),
            ((OLD_KEY, OLD_KEY), OLD_KEY, 3, 1, "UNAUTHORISED ROTATION at 1"),
            ((NEW_KEY, NEW_KEY), NEW_KEY, 3, 1, "UNAUTHORISED ROTATION at 1")):
        if os.path.exists(path):
            os.remove(path)
        note = write_rotated(path, signers)
        with open(note_path, "wb") as file:
            file.write(note(key, size))
        check(code, finding, path, [vkey_of(ORIGIN, b"\1" + public(OLD_KEY))], [note_path])


def self_test():
    for length, digest in BLAKE3_VECTORS:
        data = bytes(i % 251 for i in range(length))
        key = hash_blake3(BLAKE3_VECTOR_CONTEXT, 0, IV, DERIVE_CONTEXT, ROOT)
        assert pack_words(hash_blake3(data, 0, key, DERIVE_MATERIAL, ROOT)).hex() == digest, length
    with tempfile.TemporaryDirectory() as directory:
        path, note_path = (os.path.join(directory, name) for name in ("ledger.db", "checkpoint"))
        for code, finding, other, statements in ATTACKS:
            if os.path.exists(path):
                os.remove(path)
            vkeys, note = write_example(path)
            with open(note_path, "wb") as file:
                file.write(note)
            with contextlib.closing(sqlite3.connect(path)) as db, db:
                for statement in statements:
                    db.execute(statement)
            check(code, finding or other, path, vkeys, [note_path])
        os.remove(path)
        write_example(path)
        check(3, "UNPROVEN TAIL 3", path, vkeys, [])
        for code, finding, changed in ((1, "BAD SIGNATURE", note.replace(b"\n3\n", b"\n4\n")),
                                       (2, "BAD CHECKPOINT", note[:-1]),
                                       (2, "UNKNOWN KEY", note.replace(b" example.org/ledger ", b" other "))):
            with open(note_path, "wb") as file:
                file.write(changed)
            check(code, finding, path, vkeys, [note_path])
        test_rotation(path, note_path)
    print("self-test passed")


def check(code, finding, path, vkeys, checkpoints):
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        got = verify(path, "example.org/ledger", vkeys, checkpoints)
    first = shown.getvalue()
    assert got == code and finding in first, f"expected {code} {finding}, got {got}:\n{first}"


BLAKE3_VECTOR_CONTEXT = b"BLAKE3 2019-12-27 16:29:52 test vectors context"
BLAKE3_VECTORS = (
    (0, "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d"),
    (1, "b3e2e340a117a499c6cf2398a19ee0d29cca2bb7404c73063382693bf66cb06c"),
    (64, "a5c4a7053fa86b64746d4bb688d06ad1f02a18fce9afd3e818fefaa7126bf73e"),
    (65, "51fd05c3c1cfbc8ed67d139ad76f5cf8236cd2acd26627a30c104dfd9d3ff8a8"),
    (1023, "74a16c1c3d44368a86e1ca6df64be6a2f64cce8f09220787450722d85725dea5"),
    (1024, "7356cd7720d5b66b6d0697eb3177d9f8d73a4a5c5e968896eb6a689684302706"),
    (1025, "effaa245f065fbf82ac186839a249707c3bddf6d3fdda22d1b95a3c970379bcb"),
    (3073, "72613c9ec9ff7e40f8f5c173784c532ad852e827dba2bf85b2ab4b76f7079081"),
    (7169, "554b0a5efea9ef183f2f9b931b7497995d9eb26f5c5c6dad2b97d62fc5ac31d9"),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", nargs="?", help="the SQLite file")
    parser.add_argument("--origin", help="the ledger's name")
    parser.add_argument("--vkey", action="append", default=[], help="a trusted verifier key")
    parser.add_argument("--checkpoint", action="append", default=[], help="a file with a signed checkpoint")
    parser.add_argument("--max-unproven-tail", type=int, default=0, help="entries after the newest checkpoint")
    parser.add_argument("--self-test", action="store_true", help="check this script itself")
    arguments = parser.parse_args()
    if arguments.self_test:
        self_test()
        return 0
    if not arguments.ledger or not arguments.origin:
        parser.print_usage(sys.stderr)
        return 4
    try:
        return verify(arguments.ledger, arguments.origin, arguments.vkey, arguments.checkpoint,
                      arguments.max_unproven_tail)
    except (OSError, ValueError, TypeError, AttributeError, sqlite3.Error) as error:
        print(f"CANNOT VERIFY - {error}")
        return 2


if __name__ == "__main__":
    sys.exit(main())
