// Is the log dated by Bitcoin? What the coordinator says of its anchors; `edgecoder audit` is who verifies them.

import { code, complain, count, fill, loadJson, make } from "./dom.js";

/** The most anchors that are shown. */
const MOST = 10;

export async function showAnchors() {
  try {
    const { anchors = [] } = await loadJson("anchors");
    if (anchors.length === 0) return nothing("No anchor was made yet.");
    fill("anchors-list", make("ul", { class: "rows" }, ...anchors.slice(0, MOST).map(row)));
  } catch (error) {
    if (error.status === 404) return nothing("This coordinator dates nothing in Bitcoin.");
    complain("anchors-list", error);
  }
}

function nothing(text) {
  fill("anchors-list", make("p", { class: "quiet" }, text));
}

function row(anchor) {
  const known = [anchor.method, anchor.network, anchor.height && `block ${count(anchor.height)}`, anchor.confirmations && `${count(anchor.confirmations)} confirmations`];
  return make("li", {},
    make("span", { class: "badge" }, anchor.state ?? "unknown"),
    make("span", {}, anchor.size === undefined ? "" : `${count(anchor.size)} entries`),
    make("span", { class: "quiet" }, known.filter(Boolean).join(", ")),
    anchor.id === undefined ? null : code(String(anchor.id)));
}
