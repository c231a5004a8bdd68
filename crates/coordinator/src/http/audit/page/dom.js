// How does text come onto the page, and where is it from? Everything is set as text; nothing becomes markup.

/** The address of the log: two folders above these scripts, whatever stands before it. */
const ROOT = new URL("../../", import.meta.url);

/** An element with attributes and children; texts stay texts. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined).map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

export const byId = (id) => document.getElementById(id);

export function fill(id, ...children) {
  byId(id).replaceChildren(...children);
}

/** A term and what it is, for a list of both. */
export const pair = (term, ...told) => make("div", {}, make("dt", {}, term), make("dd", {}, ...told));

export const code = (text) => make("code", {}, text);

/** A moment as people read it, in their own time. */
export function moment(ms) {
  const date = new Date(Number(ms));
  if (Number.isNaN(date.getTime())) return make("span", {}, String(ms));
  const written = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" }).format(date);
  return make("time", { datetime: date.toISOString(), title: date.toISOString() }, written);
}

/** Millionths of a credit, as credits. */
export function credits(millionths) {
  const amount = new Intl.NumberFormat(undefined, { maximumFractionDigits: 6 }).format(millionths / 1_000_000);
  return `${amount} ${millionths === 1_000_000 ? "credit" : "credits"}`;
}

export const count = (number) => new Intl.NumberFormat().format(number);

/** What a state looks like and is called. */
const BADGES = { holds: "holds", failed: "does not hold", unproven: "not checked" };

export const badge = (state, words = BADGES[state]) => make("span", { class: `badge ${state}` }, words);

async function load(path) {
  const answer = await fetch(new URL(path, ROOT), { cache: "no-store" });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(problem.detail ?? `the server answered ${answer.status} for /${path}`), { status: answer.status });
}

export const loadJson = async (path) => (await load(path)).json();
export const loadText = async (path) => (await load(path)).text();
export const loadBytes = async (path) => new Uint8Array(await (await load(path)).arrayBuffer());

/** Says what went wrong where people look for an answer. */
export function complain(id, error) {
  fill(id, make("p", { class: "complaint" }, `This could not be shown: ${error.message}.`));
}
