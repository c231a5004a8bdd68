// Is the log dated by Bitcoin? What the coordinator says of its anchors; `edgecoder audit anchors` is who verifies them.

import { code, complain, count, fill, loadJson, make } from "./dom.js";

/** The most anchors that are shown. */
const MOST = 10;

export async function showAnchors() {
  try {
    const { anchors = [] } = await loadJson("anchors");
    if (anchors.length === 0) return nothing("No checkpoint of this log is dated in Bitcoin.");
    fill("anchors-list", make("ul", { class: "rows" }, ...anchors.slice(0, MOST).map(row)));
  } catch (error) {
    complain("anchors-list", error);
  }
}

function nothing(text) {
  fill("anchors-list", make("p", { class: "quiet" }, text));
}

const STATES = {
  requested: "nobody has taken it yet",
  promised: "calendars will date it",
  attested: "a calendar's proof leads to a block",
  broadcast: "its transaction waits for a block",
  included: "in a block that may still go away",
  confirmed: "six blocks say so",
  orphaned: "its block went away; it is sent again",
};

function row(anchor) {
  const size = make("span", {}, `${count(anchor.size)} entries`);
  const how = [STATES[anchor.state], anchor.height == null ? null : `block ${count(anchor.height)}`];
  const file = (ending, words) => make("a", { href: `anchors/${encodeURIComponent(anchor.checkpoint)}.${ending}`, download: "" }, words);
  return make("li", {},
    make("span", { class: "badge" }, String(anchor.state ?? "unknown")),
    size,
    make("span", { class: "quiet" }, how.filter(Boolean).join(", ")),
    anchor.hasProof ? file("ots", "proof (.ots)") : null,
    file("checkpoint", "what is dated (.checkpoint)"),
    code(String(anchor.checkpoint)));
}
