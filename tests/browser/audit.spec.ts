// A visitor looks at the log, finds what happened to a task, and proves one entry of it.

import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "./pool";
import { Proxy, flipped } from "./proxy";

test("the head of the log is shown, and its signature checked in the browser", async ({ page, pool }) => {
  await page.goto(`${pool.url}/audit`);
  const head = page.getByRole("region", { name: "Head of the log" });
  await expect(head.getByText("signature holds")).toBeVisible();
  await expect(head.getByText(/^\d+ entries$/)).toBeVisible();
  // The pool still ends its own work: the log may grow between the page and the checkpoint.
  await expect(async () => {
    const note = await (await fetch(`${pool.url}/checkpoint`)).text();
    await page.reload();
    await expect(head.getByText(note.split("\n")[2]!)).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expect(page.getByRole("region", { name: "The key that you trust" })).toContainText("from this server");
  await expect(page.getByRole("region", { name: "Newest checkpoints" }).getByRole("listitem").first()).toBeVisible();
  await expect(page.getByText("Nobody is asked to witness this log.")).toBeVisible();
});

test("the entries of a task are found, and one is proven in the browser", async ({ page, pool }) => {
  const task = pool.submits("found-task");
  await expect.poll(async () => (await searched(pool.url, `task=${task}`)).length).toBe(3);
  await page.goto(`${pool.url}/audit`);
  await page.getByLabel("Task").fill(task);
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByRole("status")).toContainText("3 entries, the newest first");
  const results = page.getByRole("region", { name: "Find an entry" }).getByRole("listitem");
  await expect(results).toHaveText([/credit\.reserved/, /task\.planned/, /task\.submitted/]);
  await results.last().getByRole("link").click();
  await expect(page.getByRole("region", { name: "What it says" })).toContainText("found-task");
  await page.getByRole("button", { name: "Verify in my browser" }).click();
  await expect(page.getByRole("status")).toHaveText("Proven: this entry is in the log to which the key that this server names committed.");
  const steps = page.getByRole("list", { name: "What was checked" }).getByRole("listitem");
  await expect(steps).toHaveCount(6);
  for (const step of await steps.all()) await expect(step).toContainText("holds");
});

test("a search is narrowed by kind, time and words, and its address can be handed on", async ({ page, pool }) => {
  await page.goto(`${pool.url}/audit?kind=credit&words=ada`);
  const results = page.getByRole("region", { name: "Find an entry" }).getByRole("listitem");
  await expect(results.first()).toContainText("credit.");
  await expect(page.getByLabel("Words")).toHaveValue("ada");
  const before = await results.count();
  await page.getByLabel("To (your time)").fill("2001-01-01T00:00:00");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByRole("status")).toContainText("No entry speaks of all of that");
  await page.getByRole("button", { name: "Clear" }).click();
  await expect(results).not.toHaveCount(before);
  await expect(page).toHaveURL(`${pool.url}/audit`);
});

test("a key of the visitor's own is kept, checked with, and another log's is refused", async ({ page, pool }) => {
  const { logVerifierKey } = await (await fetch(`${pool.url}/identity`)).json();
  await page.goto(`${pool.url}/audit`);
  await page.getByText("Use a key of your own").click();
  const key = page.getByLabel("Verifier key of this log");
  await key.fill("example.org/ledger+5f5b716d+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
  await page.getByRole("button", { name: "Trust this key" }).click();
  await expect(page.getByText(/^This is the key of example.org\/ledger/)).toBeVisible();
  await key.fill(logVerifierKey.replace(/\+[0-9a-f]{8}\+/, "+00000000+"));
  await page.getByRole("button", { name: "Trust this key" }).click();
  await expect(page.getByText("a typing mistake?")).toBeVisible();
  await key.fill(logVerifierKey);
  await page.getByRole("button", { name: "Trust this key" }).click();
  await expect(page.getByText("yours", { exact: true })).toBeVisible();
  await page.goto(`${pool.url}/audit/entry?position=0`);
  await page.getByRole("button", { name: "Verify in my browser" }).click();
  await expect(page.getByRole("status")).toHaveText("Proven: this entry is in the log to which your key committed.");
});

test("a key that came with the link is one that did not sign: it fails, and the page says where the key is from", async ({ page, pool }) => {
  const { origin } = await (await fetch(`${pool.url}/identity`)).json();
  await page.goto(`${pool.url}/audit/entry?position=0#key=${encodeURIComponent(keyOf(origin, 1).written)}`);
  await expect(page.getByText("the key in the link that you opened")).toBeVisible();
  await page.getByRole("button", { name: "Verify in my browser" }).click();
  await expect(page.getByRole("status")).toHaveText("Not proven: the log’s key did not sign this checkpoint.");
});

const unusable: [string, string, string][] = [
  ["is cut short", "ledger+5f5b", "This key can not be used: a verifier key looks like"],
  ["is of another log", keyOf("other.example/ledger", 1).written, "This is the key of other.example/ledger; this log is"],
];

for (const [how, key, told] of unusable) {
  test(`a key that came with the link and ${how} is what the page finds fault with, and not the log`, async ({ page, pool }) => {
    await page.goto(`${pool.url}/audit/entry?position=0#key=${encodeURIComponent(key)}`);
    const proof = page.getByRole("region", { name: "Is it in the log?" });
    await expect(proof).toContainText(told);
    await expect(proof).toContainText("ask for the link again");
    await page.getByRole("button", { name: "Verify in my browser" }).click();
    await expect(page.getByRole("status")).toHaveText("Not proven: the key in the link is not one of this log.");
    const failed = page.getByRole("list", { name: "What was checked" }).getByRole("listitem").filter({ hasText: "does not hold" });
    await expect(failed).toHaveCount(1);
    await expect(page.getByText("A file of the log is not what it should be")).toHaveCount(0);
    // A navigation that changes no more than what stands after the # would not load the page.
    await page.goto("about:blank");
    await page.goto(`${pool.url}/audit#key=${encodeURIComponent(key)}`);
    const head = page.getByRole("region", { name: "Head of the log" });
    await expect(head).toContainText(told);
    await expect(head).toContainText("signature not checked");
    await expect(head.getByText(/^\d+ entries$/)).toBeVisible();
  });
}

test("an entry leads to its neighbours, and the last one to none after it", async ({ page, pool }) => {
  const note = await (await fetch(`${pool.url}/checkpoint`)).text();
  // The log may grow while this runs.
  await page.route("**/checkpoint", (route) => route.fulfill({ body: note }));
  const last = Number(note.split("\n")[1]) - 1;
  const neighbours = page.getByRole("navigation", { name: "Neighbouring entries" });
  await page.goto(`${pool.url}/audit/entry?position=0`);
  await expect(neighbours.getByRole("link")).toHaveText(["Entry 1 →"]);
  await page.goto(`${pool.url}/audit/entry?position=${last}`);
  await expect(neighbours).toContainText("No newer entry is signed yet");
  await expect(neighbours.getByRole("link")).toHaveText([/^← Entry /]);
});

test("who uses the keyboard skips to the proof first, and the key of the link is not lost", async ({ page, pool }) => {
  const { logVerifierKey } = await (await fetch(`${pool.url}/identity`)).json();
  await page.goto(`${pool.url}/audit/entry?position=0#key=${encodeURIComponent(logVerifierKey)}`);
  const next = page.getByRole("link", { name: "Entry 1 →" });
  await expect(next).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the proof" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Is it in the log?" })).toBeFocused();
  await expect(next).toHaveAttribute("href", /#key=/);
  await page.getByRole("button", { name: "Verify in my browser" }).click();
  await expect(page.getByRole("status")).toHaveText("Proven: this entry is in the log to which the key in the link that you opened committed.");
});

test("amounts are shown with their unit", async ({ page, pool }) => {
  const task = pool.submits("priced-task");
  const question = `task=${task}&kind=credit.reserved`;
  await expect.poll(async () => (await searched(pool.url, question)).length).toBe(1);
  const [reserved] = (await searched(pool.url, question)) as { position: number }[];
  await page.goto(`${pool.url}/audit/entry?position=${reserved!.position}`);
  await expect(page.getByRole("region", { name: "What it says" })).toContainText(/amount\s*[\d.,]+ credits?/);
});

test("what witnesses cosigned is checked and shown, and a wrong cosignature too", async ({ page, pool }) => {
  const witnesses = [keyOf("anna.example/witness", 4), keyOf("ben.example/witness", 4)];
  using proxy = await Proxy.before(pool.url, (path, body) => {
    if (path !== "/audit/log") return body;
    const log = JSON.parse(body.toString());
    log.witnesses = witnesses.map(({ written }, at) => ({ name: ["anna", "ben"][at], verifierKey: written }));
    const [newest] = log.checkpoints;
    newest.note += witnesses[0]!.cosign(newest.note) + witnesses[1]!.cosign(`${newest.note.replace("\n", "x\n")}`);
    return Buffer.from(JSON.stringify(log));
  });
  await page.goto(`${proxy.url}/audit`);
  const shown = page.getByRole("region", { name: "Witnesses" }).getByRole("listitem");
  await expect(shown.first()).toContainText(/anna\s*cosigned \d+/);
  await expect(shown.last()).toContainText(/ben\s*cosignature does not hold/);
});

test("anchors are shown where the log is dated, and that it is not where it is not", async ({ page, pool }) => {
  const shown = page.getByRole("region", { name: "Anchors in Bitcoin" });
  await page.goto(`${pool.url}/audit`);
  await expect(shown).toContainText("No checkpoint of this log is dated in Bitcoin.");
  const checkpoint = "a1".repeat(32);
  const anchor = { checkpoint, size: 5, way: "own_transaction", state: "confirmed", height: 1200, block: "0".repeat(64), hasProof: true };
  await page.route("**/anchors", (route) => route.fulfill({ json: { anchors: [anchor] } }));
  await page.reload();
  await expect(shown.getByRole("listitem")).toHaveText(/confirmed\s*5 entries\s*six blocks say so, block 1,200\s*proof \(.ots\)\s*what is dated \(.checkpoint\)\s*a1a1/);
  await expect(shown.getByRole("link", { name: "proof (.ots)" })).toHaveAttribute("href", `anchors/${checkpoint}.ots`);
  await expect(shown.getByRole("link", { name: "what is dated (.checkpoint)" })).toHaveAttribute("href", `anchors/${checkpoint}.checkpoint`);
});

test("the scripts of the page stand under a policy, and nothing else is loaded", async ({ page, pool }) => {
  const asked: string[] = [];
  const complaints: string[] = [];
  let bytes = 0;
  page.on("console", (said) => said.type() === "error" && complaints.push(said.text()));
  page.on("response", async (answer) => {
    asked.push(answer.url());
    if (/\/audit(\/assets\/.*)?$/.test(answer.url())) bytes += (await answer.body()).length;
  });
  const answer = await page.goto(`${pool.url}/audit`, { waitUntil: "networkidle" });
  const headers = answer!.headers();
  expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(asked.filter((url) => !url.startsWith(pool.url))).toEqual([]);
  expect(complaints).toEqual([]);
  expect(bytes).toBeLessThan(60_000);
  const scripts = page.locator("script");
  await expect(scripts).toHaveCount(1);
  await expect(scripts).toHaveText("");
});

test("where the browser's cryptography knows no Ed25519, the page says that nothing is proven", async ({ page, pool }) => {
  await page.addInitScript(() => {
    const known = SubtleCrypto.prototype.importKey;
    SubtleCrypto.prototype.importKey = function (this: SubtleCrypto, ...rest: unknown[]) {
      if (rest[2] === "Ed25519") throw new DOMException("unknown", "NotSupportedError");
      return Reflect.apply(known, this, rest);
    } as typeof known;
  });
  await page.goto(`${pool.url}/audit/entry?position=0`);
  await page.getByRole("button", { name: "Verify in my browser" }).click();
  await expect(page.getByRole("status")).toHaveText("Not proven: something could not be checked here.");
  await expect(page.getByText("does not know Ed25519 signatures")).toBeVisible();
});

/** What the server shows of an entry, its event changed. */
function event(change: (fields: Record<string, unknown>) => Record<string, unknown>) {
  return (body: Buffer) => {
    const entry = JSON.parse(body.toString());
    return Buffer.from(JSON.stringify({ ...entry, event: change(entry.event) }));
  };
}

const changes: [string, RegExp, (body: Buffer) => Buffer, string][] = [
  ["the entry's bytes", /^\/tile\/entries\//, (body) => flipped(body, body.indexOf("ledger.created")), "It is the entry that differs"],
  ["a hash of a tile", /^\/tile\/0\//, (body) => flipped(body, 7), "The entry and the tree differ"],
  ["the root of the checkpoint", /^\/checkpoint$/, otherRoot, "The signature under the checkpoint does not hold"],
  ["what the page shows", /^\/audit\/entries\//, (body) => Buffer.from(body.toString().replace("ledger.created", "ledger.creatad")), "The page shows something else than the entry’s bytes say"],
  ["the values of two fields", /^\/audit\/entries\//, event(({ origin, log_key, ...rest }) => ({ ...rest, origin: log_key, log_key: origin })), "The page shows something else than the entry’s bytes say"],
  ["the name of a field", /^\/audit\/entries\//, event(({ log_key, ...rest }) => ({ ...rest, old_key: log_key })), "The page shows something else than the entry’s bytes say"],
  ["the fields, by one more", /^\/audit\/entries\//, event((fields) => ({ ...fields, objections: "none" })), "The page shows something else than the entry’s bytes say"],
  ["the fields, by an empty one", /^\/audit\/entries\//, event((fields) => ({ ...fields, "taken back by the auditors": null })), "The page shows something else than the entry’s bytes say"],
  ["the length of an entry", /^\/tile\/entries\//, (body) => Buffer.concat([Buffer.from([0xff]), body.subarray(1)]), "A file of the log is not what it should be"],
];

for (const [what, where, change, told] of changes) {
  test(`somebody in between changes ${what}: the page says what differs`, async ({ page, pool }) => {
    using proxy = await Proxy.before(pool.url, (path, body) => (where.test(path) ? change(body) : body));
    await page.goto(`${proxy.url}/audit/entry?position=0`);
    await page.getByRole("button", { name: "Verify in my browser" }).click();
    await expect(page.getByRole("status")).toContainText("Not proven: ");
    const failed = page.getByRole("list", { name: "What was checked" }).getByRole("listitem").filter({ hasText: "does not hold" });
    await expect(failed.filter({ hasText: told })).toHaveCount(1);
  });
}

/** The checkpoint with the first byte of its root changed. */
function otherRoot(body: Buffer): Buffer {
  const lines = body.toString().split("\n");
  lines[2] = flipped(Buffer.from(lines[2]!, "base64"), 0).toString("base64");
  return Buffer.from(lines.join("\n"));
}

async function searched(url: string, question: string): Promise<unknown[]> {
  return (await (await fetch(`${url}/audit/search?${question}`)).json()).entries;
}

/** A key of the kind that signs notes (1) or cosigns them (4), made for one test. */
function keyOf(name: string, type: number) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const typed = Buffer.concat([Buffer.from([type]), publicKey.export({ format: "der", type: "spki" }).subarray(-32)]);
  const id = createHash("sha256").update(`${name}\n`).update(typed).digest().subarray(0, 4);
  return {
    written: `${name}+${id.toString("hex")}+${typed.toString("base64")}`,
    /** A line under a note, made a moment after 2023 began. */
    cosign(note: string): string {
      const seconds = Buffer.alloc(8);
      seconds.writeBigUInt64BE(1_672_531_201n);
      const text = note.slice(0, note.lastIndexOf("\n\n") + 1);
      const signature = sign(null, Buffer.from(`cosignature/v1\ntime 1672531201\n${text}`), privateKey);
      return `— ${name} ${Buffer.concat([id, seconds, signature]).toString("base64")}\n`;
    },
  };
}
