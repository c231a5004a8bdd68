// What do the bytes of an entry say? MessagePack, as far as docs/LEDGER.md uses it: arrays, texts, bytes, whole numbers.

const FIELDS = ["format", "origin", "position", "stream", "version", "kind", "schema", "eventId", "recordedAtMs", "actor",
  "correlationId", "causationId", "idempotencyKey", "authorKey", "authorSignature", "payload", "prevHash"];

/** The most values of one array: a damaged length must not keep the browser busy. */
const MAX_ITEMS = 65_536;

/** The fields of an entry by name. */
export function readEntry(bytes) {
  const values = read(bytes);
  if (!Array.isArray(values) || values.length !== FIELDS.length) throw new Error("the bytes are not an entry of 17 fields");
  return Object.fromEntries(FIELDS.map((name, at) => [name, values[at]]));
}

/** One value that is all of the bytes. */
export function read(bytes) {
  const reader = new Reader(bytes);
  const value = reader.value();
  if (reader.at !== bytes.length) throw new Error("there are bytes after the end");
  return value;
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = 0;
  }

  take(length) {
    if (this.at + length > this.bytes.length) throw new Error("the bytes end too early");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  number(length) {
    const at = this.at;
    this.take(length);
    if (length === 8) {
      const large = this.view.getBigUint64(at);
      return large <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(large) : large;
    }
    return { 1: () => this.view.getUint8(at), 2: () => this.view.getUint16(at), 4: () => this.view.getUint32(at) }[length]();
  }

  text(length) {
    return new TextDecoder("utf-8", { fatal: true }).decode(this.take(length));
  }

  array(length) {
    if (length > MAX_ITEMS) throw new Error("an array is longer than an entry can be");
    return Array.from({ length }, () => this.value());
  }

  value() {
    const tag = this.number(1);
    if (tag <= 0x7f) return tag;
    if (tag >= 0xa0 && tag <= 0xbf) return this.text(tag & 0x1f);
    if (tag >= 0x90 && tag <= 0x9f) return this.array(tag & 0x0f);
    switch (tag) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return this.take(this.number(1));
      case 0xc5: return this.take(this.number(2));
      case 0xcc: return this.number(1);
      case 0xcd: return this.number(2);
      case 0xce: return this.number(4);
      case 0xcf: return this.number(8);
      case 0xd9: return this.text(this.number(1));
      case 0xda: return this.text(this.number(2));
      case 0xdc: return this.array(this.number(2));
      default: throw new Error(`the byte ${tag} begins nothing that an entry has`);
    }
  }
}
