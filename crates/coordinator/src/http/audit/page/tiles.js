// How does an entry lead to the root that was signed? By the tiles of the log (C2SP tlog-tiles) and RFC 6962's hashes.

import { concat, equal, sha256 } from "./bytes.js";

const WIDTH = 256;
const HASH_BYTES = 32;

export const leafHash = (entry) => sha256(Uint8Array.of(0), entry);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

/** The root over hashes side by side; the left part has the largest power of two below their number. */
export async function rootOver(hashes) {
  if (hashes.length === 1) return hashes[0];
  const left = 2 ** Math.floor(Math.log2(hashes.length - 1));
  return nodeHash(await rootOver(hashes.slice(0, left)), await rootOver(hashes.slice(left)));
}

/** 1234067 is x001/x234/067; a tile that is not full says how much of it is meant. */
function name(number, width) {
  const digits = String(number).padStart(Math.ceil(String(number).length / 3) * 3, "0").match(/.{3}/g);
  const path = digits.map((part, at) => (at < digits.length - 1 ? `x${part}` : part)).join("/");
  return width === WIDTH ? path : `${path}.p/${width}`;
}

/** The tiles under one checkpoint. */
export class Tiles {
  /** `load` answers the bytes of a path below the log's address. */
  constructor(load, size) {
    this.load = load;
    this.size = size;
    this.loaded = new Map();
  }

  /** How many hashes a level has that stand in tiles. */
  hashesOf(level) {
    return Math.floor(this.size / WIDTH ** level);
  }

  widthOf(level, number) {
    return Math.min(WIDTH, this.hashesOf(level) - number * WIDTH);
  }

  pathOf(level, number) {
    return `tile/${level}/${name(number, this.widthOf(level, number))}`;
  }

  bundlePathOf(position) {
    const number = Math.floor(position / WIDTH);
    return `tile/entries/${name(number, this.widthOf(0, number))}`;
  }

  /** The hashes of one tile. */
  hashes(level, number) {
    const path = this.pathOf(level, number);
    if (!this.loaded.has(path)) this.loaded.set(path, this.loadHashes(path, this.widthOf(level, number)));
    return this.loaded.get(path);
  }

  async loadHashes(path, width) {
    const bytes = await this.load(path);
    if (bytes.length !== width * HASH_BYTES) throw new Error(`${path} has ${bytes.length} bytes, and not ${width} hashes`);
    return Array.from({ length: width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  }

  /** The bytes of one entry, cut out of its bundle. */
  async entry(position) {
    const path = this.bundlePathOf(position);
    const bundle = await this.load(path);
    const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.length);
    let at = 0;
    for (let place = 0; at + 2 <= bundle.length; place += 1) {
      const length = view.getUint16(at);
      at += 2;
      if (at + length > bundle.length) break;
      if (place === position % WIDTH) return bundle.subarray(at, at + length);
      at += length;
    }
    throw new Error(`${path} does not hold entry ${position}: the lengths in it lead past its end`);
  }

  /** Each full tile above the entry, with the hash that it leads to and the one that the tile above has for it. */
  async *climb(position) {
    let place = position;
    for (let level = 0; ; level += 1) {
      const number = Math.floor(place / WIDTH);
      if (this.widthOf(level, number) < WIDTH || number >= this.hashesOf(level + 1)) return;
      const made = await rootOver(await this.hashes(level, number));
      const above = Math.floor(number / WIDTH);
      const said = (await this.hashes(level + 1, above))[number % WIDTH];
      yield { path: this.pathOf(level, number), above: this.pathOf(level + 1, above), made, said, fits: equal(made, said) };
      place = number;
    }
  }

  /** The root over everything: of each level the last tile, where it is not full, from the lowest to the highest. */
  async root() {
    if (this.size === 0) return sha256(concat());
    let lower = [];
    for (let level = 0; this.hashesOf(level) > 0; level += 1) {
      const number = Math.floor(this.hashesOf(level) / WIDTH);
      const hashes = this.widthOf(level, number) > 0 ? await this.hashes(level, number) : [];
      if (hashes.length + lower.length > 0) lower = [await rootOver([...hashes, ...lower])];
    }
    return lower[0];
  }
}
