import assert from "node:assert";
import test from "node:test";

import { primesUpTo } from "./primes.js";

test("the first primes", () => {
  assert.deepStrictEqual(primesUpTo(20), [2, 3, 5, 7, 11, 13, 17, 19]);
});

test("the limit itself counts", () => {
  assert.strictEqual(primesUpTo(7).at(-1), 7);
});

test("there are none below two", () => {
  assert.deepStrictEqual(primesUpTo(1), []);
});

test("there are 168 below a thousand", () => {
  assert.strictEqual(primesUpTo(1000).length, 168);
});
