// To what has the log committed, and who has seen it? The page `/audit`.

import { showAnchors } from "./anchors.js";
import { hex, short, toBase64, whyNoCrypto } from "./bytes.js";
import { badge, byId, code, complain, count, fill, loadJson, loadText, make, moment, pair } from "./dom.js";
import { describeSource, forgetKey, keepKey, trustedKey, whyNotThisKey, whyNotTrusted } from "./keys.js";
import { parseCheckpoint, parseKey, parseWitnessKey, verifyCosignature, verifySignature, whyNoEd25519 } from "./note.js";
import { beginSearch } from "./search.js";

/** In words, what came of checking a signature. */
const SIGNED = { holds: "signature holds", broken: "signature does not hold", missing: "not signed by your key" };

async function begin() {
  const log = await loadJson("audit/log");
  document.title = `${log.origin}, audited`;
  byId("command").append(` ${new URL("../../", import.meta.url).href.replace(/\/$/, "")}`);
  fill("problems", ...log.problems.map((problem) => make("p", { class: "complaint" }, `Beware: ${problem}.`)));
  offerKeys(log);
  await Promise.all([
    showKeyAndHead(log),
    shown("checkpoints-list", () => showCheckpoints(log)),
    shown("witnesses-list", () => showWitnesses(log)),
    showAnchors(),
    beginSearch(log.kinds),
  ]);
}

async function shown(id, show) {
  try {
    await show();
  } catch (error) {
    complain(id, error);
  }
}

function offerKeys(log) {
  byId("key-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const error = await whyNotThisKey(byId("key-input").value, log.origin);
    fill("key-error", error ?? "");
    if (error) return byId("key-input").focus();
    keepKey(byId("key-input").value);
    await showKeyAndHead(log);
  });
  byId("key-forget").addEventListener("click", async () => {
    forgetKey();
    byId("key-input").value = "";
    fill("key-error");
    await showKeyAndHead(log);
  });
}

async function showKeyAndHead(log) {
  const trusted = trustedKey(log.logVerifierKey);
  fill("key",
    make("p", {}, badge(trusted.from === "you" ? "holds" : "unproven", { server: "from this server", link: "from the link", you: "yours" }[trusted.from]), " ", `Checked with ${describeSource(trusted.from)}.`),
    make("p", { class: "long" }, code(trusted.written)));
  await shown("head", () => showHead(log, trusted));
}

async function showHead(log, trusted) {
  const checkpoint = parseCheckpoint(await loadText("checkpoint"));
  const dated = log.checkpoints.find((it) => parseCheckpoint(it.note).size === checkpoint.size);
  fill("head",
    make("p", { class: "size" }, make("strong", {}, count(checkpoint.size)), checkpoint.size === 1 ? " entry" : " entries"),
    make("p", {}, await signed(checkpoint, trusted)),
    make("dl", {},
      pair("Log", checkpoint.origin),
      pair("Root", code(toBase64(checkpoint.root))),
      dated ? pair("Newest entry", moment(dated.newestEntryAtMs)) : null));
}

async function signed(checkpoint, trusted) {
  const why = whyNoCrypto() ?? (await whyNoEd25519());
  const whyNot = why ?? (await whyNotTrusted(trusted, checkpoint.origin));
  if (whyNot) return make("span", {}, badge("unproven", "signature not checked"), ` ${whyNot}`);
  const state = await verifySignature(checkpoint, await parseKey(trusted.written)).catch(() => "missing");
  return make("span", {}, badge(state === "holds" ? "holds" : "failed", SIGNED[state]), " checked in this browser");
}

async function showCheckpoints(log) {
  if (log.checkpoints.length === 0) return fill("checkpoints-list", make("p", { class: "quiet" }, "No checkpoint was published since this server was started."));
  const rows = log.checkpoints.map(async ({ note, newestEntryAtMs }) => {
    const checkpoint = parseCheckpoint(note);
    const cosigned = await cosignatures(checkpoint, log.witnesses);
    return make("li", {},
      make("span", { class: "position" }, count(checkpoint.size)),
      code(short(checkpoint.root)),
      make("span", { class: "quiet" }, moment(newestEntryAtMs)),
      make("span", {}, ...cosigned.map(({ name, state }) => badge(state === "holds" ? "holds" : "failed", name))));
  });
  fill("checkpoints-list", make("ul", { class: "rows" }, ...(await Promise.all(rows))));
}

/** What each witness says of a checkpoint, where it says something. */
async function cosignatures(checkpoint, witnesses) {
  if (whyNoCrypto() ?? (await whyNoEd25519())) return [];
  const said = witnesses.map(async ({ name, verifierKey }) => ({ name, ...(await verifyCosignature(checkpoint, await parseWitnessKey(verifierKey))) }));
  return (await Promise.all(said)).filter(({ state }) => state !== "missing");
}

async function showWitnesses(log) {
  if (log.witnesses.length === 0) return fill("witnesses-list", make("p", { class: "quiet" }, "Nobody is asked to witness this log. Keep checkpoints yourself, and compare them with others’."));
  const checkpoints = log.checkpoints.map(({ note }) => parseCheckpoint(note));
  const rows = log.witnesses.map(async (witness) => make("li", {},
    make("strong", {}, witness.name),
    await lastSeen(witness, checkpoints),
    make("span", { class: "long" }, code(witness.verifierKey))));
  fill("witnesses-list", make("ul", { class: "rows" }, ...(await Promise.all(rows))));
}

async function lastSeen(witness, checkpoints) {
  for (const checkpoint of checkpoints) {
    const [said] = await cosignatures(checkpoint, [witness]);
    if (said?.state === "holds") return make("span", {}, badge("holds", `cosigned ${count(checkpoint.size)}`), " ", moment(said.atMs));
    if (said) return make("span", {}, badge("failed", "cosignature does not hold"), ` at ${count(checkpoint.size)} entries, ${hex(checkpoint.root).slice(0, 16)}…`);
  }
  return make("span", { class: "quiet" }, "has not cosigned the newest checkpoints");
}

begin().catch((error) => complain("head", error));
