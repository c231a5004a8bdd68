// Is an entry in the log that was signed? Step by step, each in words; nothing of the server is believed but its bytes.

import { equal, hex, short, whyNoCrypto } from "./bytes.js";
import { parseCheckpoint, parseKey, verifySignature, whyNoEd25519 } from "./note.js";
import { describeSource } from "./keys.js";
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

async function checkSignature(checkpoint, trusted) {
  const title = "Its signature is the log key’s";
  const noEd25519 = await whyNoEd25519();
  if (noEd25519) return unproven("The signature was not checked", `${noEd25519} What follows shows only that the server agrees with itself. A newer browser can check it; so can “edgecoder receipt verify”.`);
  const key = await parseKey(trusted.written);
  const named = `${key.written} — ${describeSource(trusted.from)}.`;
  if (key.name !== checkpoint.origin) return failed("The checkpoint is of another log", `It names ${checkpoint.origin}, the key is that of ${key.name}.`);
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
  if (!saysTheSame(shown.event, entry.payload)) differing.push("event");
  if (differing.length === 0) return done("They say what this page shows", "Every field on this page was read from these bytes again, and is the same.");
  const [first] = differing;
  const said = first === "event" ? "" : ` The bytes say ${plain(entry[first])}, the page ${plain(shown[first])}.`;
  return failed("The page shows something else than the entry’s bytes say", `They differ in: ${differing.join(", ")}.${said}`);
}

function plain(value) {
  return value instanceof Uint8Array ? hex(value) : String(value);
}

/**
 * The event's values without their names and order: JSON has names, the log has the order. What is not there counts for
 * nothing: entries of earlier builds have fewer fields, which are shown as none.
 */
function saysTheSame(event, payload) {
  if (Object.keys(event).join() === "payload") return event.payload === hex(payload);
  const [shown, recorded] = [event, read(payload)].map((value) => valuesIn(value).sort().join("\n"));
  return shown === recorded;
}

function valuesIn(value) {
  if (value === null) return [];
  if (value instanceof Uint8Array) return [hex(value)];
  if (typeof value === "object") return Object.values(value).flatMap(valuesIn);
  return [String(typeof value === "bigint" ? Number(value) : value)];
}

/** What all steps together say. */
export function verdictOf(steps, trusted) {
  const bad = steps.find((step) => step.state === "failed");
  if (bad) return { state: "failed", text: `Not proven: ${bad.title.charAt(0).toLowerCase()}${bad.title.slice(1)}.` };
  if (steps.some((step) => step.state === "unproven")) return { state: "unproven", text: "Not proven: something could not be checked here." };
  const under = trusted.from === "server" ? "the key that this server names" : "your key";
  return { state: "holds", text: `Proven: this entry is in the log to which ${under} committed.` };
}

