// What does one entry say, and is it in the log? The page `/audit/entry?position=…`.

import { badge, byId, code, complain, count, credits, fill, loadJson, loadText, make, moment, pair } from "./dom.js";
import { OPENED_WITH, describeSource, trustedKey, whyNotTrusted } from "./keys.js";
import { parseCheckpoint } from "./note.js";
import { verdictOf, verifyEntry } from "./verify.js";

const position = Number(new URLSearchParams(location.search).get("position") ?? 0);

async function begin() {
  const [entry, log] = await Promise.all([loadJson(`audit/entries/${position}`), loadJson("audit/log")]);
  if (entry.position !== position) throw new Error(`the server shows entry ${entry.position} in its place`);
  const trusted = trustedKey(log.logVerifierKey);
  document.title = `Entry ${entry.position}, ${entry.kind}`;
  fill("title", `Entry ${count(entry.position)}`);
  fill("summary", badge(entry.kind.split(".")[0], entry.kind), " ", moment(entry.recordedAtMs), " by ", entry.actor);
  fill("event", ...Object.entries(entry.event).map(([name, value]) => pair(inWords(name), shownValue(name, value))));
  fill("around", ...around(entry));
  const whyNot = await whyNotTrusted(trusted, log.origin);
  fill("trust", whyNot ? make("span", { class: "complaint" }, whyNot) : `Your browser will check it with ${describeSource(trusted.from)}.`);
  byId("receipt").href = new URL(`../../receipt/${position}`, import.meta.url);
  byId("receipt").download = `entry-${position}.tlog-proof`;
  byId("verify").disabled = false;
  byId("verify").addEventListener("click", () => verify(entry, trusted));
  await showNeighbours();
}

const inWords = (name) => name.replaceAll("_", " ").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();

/** Names that lead to the other entries of the same thing. */
const SEARCHED = { task: "task", agent: "agent", node: "agent", account: "account", payee: "account", payer: "account", owner: "account", subject: "account" };

/** Amounts of credit, with what stands behind the unit. */
const CREDITS = { amount: "", budget: "", cost: "", price_per_ms: " for each millisecond" };

function shownValue(name, value) {
  if (value === null) return make("span", { class: "quiet" }, "none");
  if (name in SEARCHED && typeof value === "string") {
    const link = new URL("../../audit", import.meta.url);
    link.searchParams.set(SEARCHED[name], value);
    return make("a", { href: link }, value);
  }
  if (typeof value === "number" && name.endsWith("_at")) return moment(value);
  if (typeof value === "number" && name in CREDITS) return credits(value) + CREDITS[name];
  if (typeof value === "number") return count(value);
  if (typeof value === "string" && /^[0-9a-f]{64,}$/.test(value)) return code(value);
  return typeof value === "object" ? make("pre", { tabindex: "0" }, JSON.stringify(value, null, 1)) : String(value);
}

function around(entry) {
  const bytes = (text) => code(text ?? "none");
  return [
    pair("stream", `${entry.stream}, version ${entry.version}`),
    pair("recorded", moment(entry.recordedAtMs)),
    pair("by", entry.actor),
    pair("event id", bytes(entry.eventId)),
    pair("part of", bytes(entry.correlationId)),
    entry.causationId === null ? null : pair("because of", bytes(entry.causationId)),
    entry.authorKey === null ? null : pair("signed by its author", bytes(entry.authorKey)),
    pair("hash in the tree", bytes(entry.leafHash)),
    pair("hash in the chain", bytes(entry.hash), make("span", { class: "quiet" }, " BLAKE3, which browsers do not know: not checked here")),
    pair("hash of the entry before", bytes(entry.prevHash)),
    pair("bytes", count(entry.bytes)),
  ].filter(Boolean);
}

/** The entries before and after; there is none after the last that the newest checkpoint covers. */
async function showNeighbours() {
  const to = (other, words) => make("a", { href: `?position=${other}${OPENED_WITH}` }, words);
  const size = await loadText("checkpoint").then((note) => parseCheckpoint(note).size).catch(() => null);
  const after = () => (position + 1 < size ? to(position + 1, `Entry ${count(position + 1)} →`) : make("span", { class: "quiet" }, "No newer entry is signed yet"));
  fill("neighbours",
    position > 0 ? to(position - 1, `← Entry ${count(position - 1)}`) : make("span"),
    size === null ? make("span") : after());
}

async function verify(entry, trusted) {
  const steps = [];
  const take = (step) => {
    steps.push(step);
    byId("steps").append(make("li", { class: step.state }, make("h3", {}, badge(step.state), " ", step.title), make("p", {}, step.detail)));
  };
  byId("verify").disabled = true;
  fill("steps");
  fill("verdict", make("p", { class: "verdict" }, "Checking…"));
  try {
    for await (const step of verifyEntry(entry, trusted)) take(step);
  } catch (error) {
    take({ state: "failed", title: "A file of the log is not what it should be", detail: `${error.message}.` });
  }
  const verdict = verdictOf(steps, trusted);
  fill("verdict", make("p", { class: `verdict ${verdict.state}` }, verdict.text));
  byId("verify").disabled = false;
  byId("verify").textContent = "Verify again";
  byId("verify").focus();
}

begin().catch((error) => {
  fill("title", `Entry ${position}`);
  complain("summary", error);
});
