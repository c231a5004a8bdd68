// Which key does the visitor trust? Their own, kept in this browser; one that came with the link; or the server's word.

const KEPT = "edgecoder audit key";

const inLink = () => new URLSearchParams(location.hash.slice(1)).get("key");

/** The key, and where it is from. */
export function trustedKey(ofServer) {
  const kept = localStorage.getItem(KEPT);
  if (kept) return { written: kept, from: "you" };
  const linked = inLink();
  if (linked) return { written: linked, from: "link" };
  return { written: ofServer, from: "server" };
}

export function keepKey(written) {
  localStorage.setItem(KEPT, written.trim());
}

export function forgetKey() {
  localStorage.removeItem(KEPT);
}

const ORIGINS = {
  you: "the key that you gave this browser",
  link: "the key in the link that you opened: it is worth as much as where you have the link from",
  server: "the key that this server names itself: it proves that the server agrees with itself, and no more, until you compare the key with one from elsewhere",
};

/** In words, what a key is worth. */
export const describeSource = (from) => ORIGINS[from];
