// Which entries speak of something? The form, its results, and an address that can be handed on.

import { badge, byId, count, fill, loadJson, make, moment } from "./dom.js";
import { OPENED_WITH } from "./keys.js";

const FIELDS = ["words", "task", "agent", "account", "kind", "from", "to"];
const TIMES = ["from", "to"];

let asked = 0;
let next = null;

/** Fills the form from the address of the page, and searches. */
export function beginSearch(kinds) {
  fillKinds(kinds);
  const wanted = new URLSearchParams(location.search);
  for (const name of FIELDS) byId(name).value = wanted.get(name) ?? "";
  byId("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  byId("search-form").addEventListener("reset", () => setTimeout(search));
  byId("older").addEventListener("click", () => showPage(next));
  return search();
}

function fillKinds(kinds) {
  const familyOf = (kind) => kind.split(".")[0];
  for (const family of new Set(kinds.map(familyOf))) {
    const options = kinds.filter((kind) => familyOf(kind) === family).map((kind) => make("option", { value: kind }, kind));
    byId("kind").append(make("optgroup", { label: family }, make("option", { value: family }, `${family}: all`), ...options));
  }
}

function search() {
  const wanted = new URLSearchParams();
  for (const name of FIELDS) if (byId(name).value.trim()) wanted.set(name, byId(name).value.trim());
  const address = new URL(location.href);
  address.search = wanted;
  history.replaceState(null, "", address);
  fill("results");
  return showPage(null);
}

/** What the server is asked: times in milliseconds. */
function question(cursor) {
  const wanted = new URLSearchParams(location.search);
  for (const name of TIMES) if (wanted.has(name)) wanted.set(name, String(new Date(wanted.get(name)).getTime()));
  if (cursor) wanted.set("cursor", cursor);
  return wanted;
}

async function showPage(cursor) {
  const mine = (asked += 1);
  byId("older").hidden = true;
  if (!cursor) fill("found", "Searching…");
  try {
    const page = await loadJson(`audit/search?${question(cursor)}`);
    // An answer that comes after a newer question was asked says nothing any more.
    if (mine !== asked) return;
    byId("results").append(...page.entries.map(row));
    next = page.next ?? null;
    byId("older").hidden = next === null;
    tell(page);
  } catch (error) {
    if (mine === asked) fill("found", make("span", { class: "complaint" }, `The search was refused: ${error.message}.`));
  }
}

function tell({ searched }) {
  const shown = byId("results").children.length;
  const more = next === null ? "" : "; there are older ones";
  const words = shown === 0 ? "No entry speaks of all of that" : `${count(shown)} ${shown === 1 ? "entry" : "entries"}, the newest first${more}`;
  fill("found", `${words}. ${count(searched)} entries were searched.`);
}

function row(entry) {
  const link = new URL("../entry", import.meta.url);
  link.searchParams.set("position", entry.position);
  link.hash = OPENED_WITH;
  return make("li", {}, make("a", { href: link },
    make("span", { class: "position" }, count(entry.position)),
    badge(entry.kind.split(".")[0], entry.kind),
    make("span", { class: "stream" }, entry.stream),
    make("span", { class: "quiet" }, entry.actor),
    moment(entry.recordedAtMs)));
}
