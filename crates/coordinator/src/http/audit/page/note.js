// What is a signed checkpoint, and whose signature does it carry? C2SP signed-note, tlog-checkpoint, tlog-cosignature.

import { concat, equal, fromBase64, hex, sha256, utf8 } from "./bytes.js";

const LOG = 1;
const WITNESS = 4;
const KEY_ID_BYTES = 4;
const TIME_BYTES = 8;

/** Splits a note into its text and its signatures. */
export function parseNote(note) {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) throw new Error("the note has no signatures");
  const lines = note.slice(end + 2, -1).split("\n");
  const signatures = lines.map((line) => {
    const [, name, base64] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    if (!name) throw new Error(`this is not a signature line: ${line}`);
    const bytes = fromBase64(base64);
    return { name, keyId: bytes.slice(0, KEY_ID_BYTES), bytes: bytes.slice(KEY_ID_BYTES) };
  });
  return { text: note.slice(0, end + 1), signatures };
}

/** What the log commits to. */
export function parseCheckpoint(note) {
  const { text, signatures } = parseNote(note);
  const [origin, size, root] = text.split("\n");
  if (!/^(0|[1-9]\d{0,14})$/.test(size ?? "")) throw new Error("the second line of the checkpoint is not a size");
  const bytes = fromBase64(root ?? "");
  if (bytes.length !== 32) throw new Error("the third line of the checkpoint is not a hash of 32 bytes");
  return { text, signatures, origin, size: Number(size), root: bytes };
}

/** Reads `name+hash+key`; throws, in words, where it is something else. */
export async function parseKey(written, type = LOG) {
  const [, name, id, base64] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(written.trim()) ?? [];
  if (!name) throw new Error("a verifier key looks like example.org/ledger+5f5b716d+AQOhB7…");
  const typed = fromBase64(base64);
  if (typed.length !== 33 || typed[0] !== type) throw new Error("this is not an Ed25519 key of the kind that is wanted here");
  const keyId = (await sha256(utf8(`${name}\n`), typed)).slice(0, KEY_ID_BYTES);
  if (hex(keyId) !== id) throw new Error("the eight digits do not belong to the name and the key: a typing mistake?");
  return { name, keyId, bytes: typed.slice(1), written: written.trim() };
}

export const parseWitnessKey = (written) => parseKey(written, WITNESS);

/** Whether the browser's own cryptography knows Ed25519, and why not. */
export async function whyNoEd25519() {
  try {
    await crypto.subtle.importKey("raw", new Uint8Array([1].concat(Array(31).fill(0))), "Ed25519", false, ["verify"]);
    return null;
  } catch (error) {
    // A browser that knows Ed25519 may refuse this weak key; one that does not says that it knows no such algorithm.
    return error.name === "NotSupportedError" ? "This browser's own cryptography (WebCrypto) does not know Ed25519 signatures." : null;
  }
}

async function holds(key, signature, signed) {
  const imported = await crypto.subtle.importKey("raw", key.bytes, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, signature, signed);
}

const by = (key) => (signature) => signature.name === key.name && equal(signature.keyId, key.keyId);

/** "holds", "broken" or "missing": what the log's key says of a checkpoint. */
export async function verifySignature(checkpoint, key) {
  const signature = checkpoint.signatures.find(by(key));
  if (!signature) return "missing";
  return (await holds(key, signature.bytes, utf8(checkpoint.text))) ? "holds" : "broken";
}

/** The same for a witness, with when it has seen the checkpoint. */
export async function verifyCosignature(checkpoint, key) {
  const signature = checkpoint.signatures.find(by(key));
  if (!signature) return { state: "missing" };
  const seconds = new DataView(signature.bytes.buffer, signature.bytes.byteOffset, TIME_BYTES).getBigUint64(0);
  const signed = concat(utf8(`cosignature/v1\ntime ${seconds}\n`), utf8(checkpoint.text));
  const state = (await holds(key, signature.bytes.slice(TIME_BYTES), signed)) ? "holds" : "broken";
  return { state, atMs: Number(seconds) * 1000 };
}
