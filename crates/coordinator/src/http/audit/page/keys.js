// Which key does the visitor trust? Their own, kept in this browser; one that came with the link; or the server's word.

import { whyNoCrypto } from "./bytes.js";
import { parseKey } from "./note.js";

const KEPT = "edgecoder audit key";

/** What stood after the # when the page was opened, and goes on with its links; a jump within the page changes it there. */
export const OPENED_WITH = location.hash;

const LINKED = new URLSearchParams(OPENED_WITH.slice(1)).get("key");

/** The key, and where it is from. */
export function trustedKey(ofServer) {
  const kept = localStorage.getItem(KEPT);
  if (kept) return { written: kept, from: "you" };
  if (LINKED) return { written: LINKED, from: "link" };
  return { written: ofServer, from: "server" };
}

export function keepKey(written) {
  localStorage.setItem(KEPT, written.trim());
}

export function forgetKey() {
  localStorage.removeItem(KEPT);
}

/** Why a key says nothing about this log, in words; none where it can be checked with. */
export async function whyNotThisKey(written, origin) {
  const noCrypto = whyNoCrypto();
  if (noCrypto) return noCrypto;
  try {
    const key = await parseKey(written);
    return key.name === origin ? null : `This is the key of ${key.name}; this log is ${origin}.`;
  } catch (error) {
    return `This key can not be used: ${error.message}.`;
  }
}

const REMEDIES = {
  you: "You gave it to this browser: forget it on the page of the log, and give it the right one.",
  link: "It came with the link that you opened, and says nothing about the log: ask for the link again, or open the page without what stands after the # in its address.",
  server: "This server names it itself: tell whoever runs it.",
};

/** The same of the key that is trusted, and what can be done; where the browser can check nothing, that is said elsewhere. */
export async function whyNotTrusted(trusted, origin) {
  if (whyNoCrypto()) return null;
  const why = await whyNotThisKey(trusted.written, origin);
  return why && `${why} ${REMEDIES[trusted.from]}`;
}

const ORIGINS = {
  you: "the key that you gave this browser",
  link: "the key in the link that you opened: it is worth as much as where you have the link from",
  server: "the key that this server names itself: it proves that the server agrees with itself, and no more, until you compare the key with one from elsewhere",
};

/** In words, what a key is worth. */
export const describeSource = (from) => ORIGINS[from];
