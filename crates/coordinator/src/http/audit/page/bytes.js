// What is done with bytes? Hashing is the browser's own (WebCrypto); nothing here is home-made cryptography.

/** Why this browser can check nothing here, or null. */
export function whyNoCrypto() {
  if (globalThis.crypto?.subtle) return null;
  return "Browsers offer cryptography only on pages that came over https, or from this machine. Open this page over https, or "
    + "keep the receipt of the entry and check it with “edgecoder receipt verify”.";
}

export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

/** The bytes of strict base64; throws where it is another text. */
export function fromBase64(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  if (toBase64(bytes) !== text) throw new Error("this is not canonical base64");
  return bytes;
}

export const utf8 = (text) => new TextEncoder().encode(text);

/** A hash in short, for people who compare two. */
export const short = (bytes) => `${hex(bytes).slice(0, 16)}…`;
