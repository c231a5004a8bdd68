// Is an entry in the log that was signed? Step by step, each in words; nothing of the server is believed but its bytes.

import { equal, hex, short, whyNoCrypto } from "./bytes.js";
import { FIELDS } from "./fields.js";
import { parseCheckpoint, parseKey, verifySignature, whyNoEd25519 } from "./note.js";
import { describeSource, whyNotTrusted } from "./keys.js";
import { read, readEntry } from "./messagepack.js";
import { Tiles, leafHash } from "./tiles.js";
import { loadBytes, loadText } from "./dom.js";

const done = (title, detail) => ({ state: "holds", title, detail });
const failed = (title, detail) => ({ state: "failed", title, detail });
const unproven = (title, detail) => ({ state: "unproven", title, detail });

/** Yields each step as it is done; after one that failed, only those that tell what else differs. */
export async function* verifyEntry(shown, trusted) {
  const noCrypto = whyNoCrypto();
  if (noCrypto) return yield unproven("Nothing was checked", noCrypto);
  const checkpoint = parseCheckpoint(await loadText("checkpoint"));
  yield done("The newest checkpoint was read", `${checkpoint.origin} commits to ${checkpoint.size} entries with the root ${hex(checkpoint.root)}.`);
  yield await checkSignature(checkpoint, trusted);
  if (shown.position >= checkpoint.size) {
    return yield unproven("The checkpoint does not reach this entry yet", `It covers ${checkpoint.size} entries. One that covers the entry is made within a second or two: try again.`);
  }
  const tiles = new Tiles(loadBytes, checkpoint.size);
  yield* checkEntry(shown, checkpoint, tiles);
}

/** It is the key, and nothing of the log, that is wrong. */
const UNUSABLE = {
  you: "Your key is not one of this log",
  link: "The key in the link is not one of this log",
  server: "The key that this server names is not the one of its checkpoint",
};

async function checkSignature(checkpoint, trusted) {
  const title = "Its signature is the log key’s";
  const noEd25519 = await whyNoEd25519();
  if (noEd25519) return unproven("The signature was not checked", `${noEd25519} What follows shows only that the server agrees with itself. A newer browser can check it; so can “edgecoder receipt verify”.`);
  const whyNot = await whyNotTrusted(trusted, checkpoint.origin);
  if (whyNot) return failed(UNUSABLE[trusted.from], whyNot);
  const key = await parseKey(trusted.written);
  const named = `${key.written} — ${describeSource(trusted.from)}.`;
  const states = {
    holds: done(title, `Ed25519, checked with ${named}`),
    broken: failed("The signature under the checkpoint does not hold", `The text of the checkpoint, or the signature under it, is not what the log signed: ${checkpoint.size} entries, root ${hex(checkpoint.root)}. Checked with ${named}`),
    missing: failed("The log’s key did not sign this checkpoint", `No signature under it is by ${named}`),
  };
  return states[await verifySignature(checkpoint, key)];
}

async function* checkEntry(shown, checkpoint, tiles) {
  const { position } = shown;
  const bundle = tiles.bundlePathOf(position);
  const entry = await tiles.entry(position);
  yield done("The entry’s own bytes were read", `${entry.length} bytes, from /${bundle}.`);
  const leaf = await leafHash(entry);
  yield compareShown(shown, entry, leaf, checkpoint);
  const place = position % 256;
  const lowest = tiles.pathOf(0, Math.floor(position / 256));
  const inTile = (await tiles.hashes(0, Math.floor(position / 256)))[place];
  const leafFits = equal(leaf, inTile);
  yield leafFits
    ? done("Their hash stands in the tree", `SHA-256 of 00 and the bytes is ${hex(leaf)}: hash ${place} of /${lowest}.`)
    : failed("The entry and the tree differ", `The bytes of entry ${position} in /${bundle} make the hash ${short(leaf)}, /${lowest} has ${short(inTile)} in its place.`);
  let tilesFit = true;
  for await (const step of tiles.climb(position)) {
    tilesFit &&= step.fits;
    yield step.fits
      ? done("One level up", `The 256 hashes of /${step.path} lead to ${short(step.made)}, which stands in /${step.above}.`)
      : failed("Two tiles differ", `The hashes of /${step.path} lead to ${short(step.made)}, /${step.above} has ${short(step.said)} in its place.`);
  }
  yield await checkRoot(checkpoint, tiles, { leafFits, tilesFit, bundle });
}

async function checkRoot(checkpoint, tiles, { leafFits, tilesFit, bundle }) {
  const root = await tiles.root();
  if (!equal(root, checkpoint.root)) {
    return failed("The tiles do not lead to the signed root", `They lead to ${short(root)}, the checkpoint says ${short(checkpoint.root)}: a tile is not what it was, or the checkpoint is of another history.`);
  }
  if (!tilesFit) return failed("A tile differs from the signed tree", "The newest tiles lead to the signed root, the one above this entry does not lead to them.");
  if (!leafFits) return failed("It is the entry that differs", `The tiles lead to the signed root, so they are as they were signed; the bytes in /${bundle} are not.`);
  return done("The tiles lead to the signed root", `${hex(root)}, over all ${checkpoint.size} entries.`);
}

/** Does the page show what the bytes say? A server may show people one thing and sign another. */
function compareShown(shown, bytes, leaf, checkpoint) {
  const entry = { ...readEntry(bytes), leafHash: leaf, bytes: bytes.length };
  if (entry.origin !== checkpoint.origin) return failed("The entry is of another log", `It names ${entry.origin}, the checkpoint is of ${checkpoint.origin}.`);
  const differing = Object.keys(entry)
    .filter((name) => name !== "format" && name !== "payload")
    .filter((name) => plain(entry[name]) !== plain(shown[name]));
  if (!saysTheSame(shown.event, entry)) differing.push("event");
  if (differing.length === 0) return done("They say what this page shows", "Every field on this page was read from these bytes again, and is the same.");
  const [first] = differing;
  const said = first === "event" ? "" : ` The bytes say ${plain(entry[first])}, the page ${plain(shown[first])}.`;
  return failed("The page shows something else than the entry’s bytes say", `They differ in: ${differing.join(", ")}.${said}`);
}

function plain(value) {
  return value instanceof Uint8Array ? hex(value) : String(value);
}

/**
 * Field by field, by the names that this page knows for the kind: those beside the values are the server's word. A field that
 * the bytes do not have may be shown as none where another schema of the kind has it: entries of earlier builds have fewer.
 */
function saysTheSame(shown, entry) {
  const fields = FIELDS[`${entry.kind} ${entry.schema}`];
  if (fields === undefined) return Object.keys(shown).join() === "payload" && shown.payload === hex(entry.payload);
  return isNamed(shown, fields, read(entry.payload), fieldsOf(entry.kind));
}

/** The names of the fields that any schema of a kind has. */
function fieldsOf(kind) {
  const schemas = Object.keys(FIELDS).filter((key) => key.startsWith(`${kind} `));
  return schemas.flatMap((key) => FIELDS[key].map(nameOf));
}

const nameOf = (field) => field.name ?? field;

function isNamed(shown, fields, values, elsewhere = []) {
  if (!Array.isArray(values) || values.length !== fields.length || shown === null || typeof shown !== "object") return false;
  const names = fields.map(nameOf);
  const isRest = Object.keys(shown).every((name) => names.includes(name) || (shown[name] === null && elsewhere.includes(name)));
  return isRest && fields.every((field, at) => isField(shown[names[at]], field, values[at]));
}

function isField(shown, field, value) {
  if (field.of) return isNamed(shown, field.of, value);
  if (field.each) return isListOf(shown, value, (one, other) => isNamed(one, field.each, other));
  return isSame(shown, value);
}

const isListOf = (shown, values, isOne) =>
  Array.isArray(shown) && Array.isArray(values) && shown.length === values.length && values.every((value, at) => isOne(shown[at], value));

function isSame(shown, value) {
  if (value === null) return shown === null;
  if (value instanceof Uint8Array) return shown === hex(value);
  if (Array.isArray(value)) return isListOf(shown, value, isSame);
  return typeof value === "bigint" ? shown === Number(value) : shown === value;
}

/** What all steps together say. */
export function verdictOf(steps, trusted) {
  const bad = steps.find((step) => step.state === "failed");
  if (bad) return { state: "failed", text: `Not proven: ${bad.title.charAt(0).toLowerCase()}${bad.title.slice(1)}.` };
  if (steps.some((step) => step.state === "unproven")) return { state: "unproven", text: "Not proven: something could not be checked here." };
  const under = { server: "the key that this server names", link: "the key in the link that you opened", you: "your key" }[trusted.from];
  return { state: "holds", text: `Proven: this entry is in the log to which ${under} committed.` };
}

