// How long does somebody who has never seen it take from the first page to a finished task? As docs/users/first-task.md says.

import { type Locator, type Page, expect, test } from "@playwright/test";
import { writeFileSync } from "node:fs";
import { House } from "./house";
import { PASSWORD } from "./people";

/** Typing with two fingers. */
const KEY_MS = 150;
/** Reading at 240 words a minute: counted, as nobody need wait for it here. */
const WORD_MS = 250;
/** What is read of a form: what leads through it. All of the first page is read. */
const LEADS = "main h1, main h2, main label, main button, main [role=status], main strong";
/** On a machine with other work the first start takes its time: it is told, and nothing depends on it. */
const BUSY_MS = 240_000;
/** Of the pictures: small. */
const VIEWPORT = { width: 900, height: 440 };

/** The steps of one newcomer, each with its picture, and how long it took. */
class Newcomer {
  private readonly begun = Date.now();
  private readonly read = new Set<string>();
  private words = 0;
  private keys = 0;
  private steps = 0;

  constructor(private readonly page: Page, private readonly artifacts: string) {}

  /** Reads what is new on the page. */
  async reads(what = LEADS) {
    const texts = await this.page.locator(what).filter({ visible: true }).allInnerTexts();
    const lines = texts.flatMap((text) => text.split("\n")).map((line) => line.trim());
    for (const line of lines.filter((line) => line && !this.read.has(line))) {
      this.read.add(line);
      this.words += line.split(/\s+/).length;
    }
  }

  async types(field: Locator, text: string) {
    this.keys += text.length;
    await field.pressSequentially(text, { delay: KEY_MS });
  }

  async shows() {
    this.steps += 1;
    await this.page.screenshot({ path: `${this.artifacts}/first-task-${this.steps}.png` });
  }

  /** In seconds: all of it, and what of it was typing and reading. */
  took() {
    const [reading, typing] = [this.words * WORD_MS, this.keys * KEY_MS];
    const seconds = (ms: number) => Math.round(ms / 1000);
    return { whole: seconds(Date.now() - this.begun + reading), reading: seconds(reading), typing: seconds(typing) };
  }
}

test("a newcomer has a finished task, and the time is told: on the first start of a pool, and later", async ({ browser }, { config }) => {
  test.setTimeout(2 * BUSY_MS);
  const house = new House();
  try {
    await house.start();
    const took: Record<string, object> = {};
    for (const when of ["on the first start", "later"]) {
      const page = await (await browser.newContext({ viewport: VIEWPORT })).newPage();
      const newcomer = new Newcomer(page, config.metadata.artifacts);
      await signsUp(page, house, newcomer, when === "later" ? "bob@example.org" : "ann@example.org");
      await submits(page, newcomer);
      took[when] = newcomer.took();
      await page.context().close();
    }
    writeFileSync(`${config.metadata.artifacts}/first-task.json`, JSON.stringify(took));
    console.log(`seconds from the first page to a finished task: ${JSON.stringify(took)}`);
  } finally {
    house.stop();
  }
});

async function signsUp(page: Page, house: House, newcomer: Newcomer, email: string) {
  await page.goto(house.url);
  await newcomer.reads("body");
  await newcomer.shows();
  await page.getByRole("main").getByRole("link", { name: "Sign up" }).click();
  await newcomer.reads();
  await newcomer.types(page.getByLabel("Mail address"), email);
  await newcomer.types(page.getByLabel("Your name"), "Ann");
  await newcomer.types(page.getByLabel("Password", { exact: true }), PASSWORD);
  await newcomer.shows();
  await page.getByRole("button", { name: "Sign up" }).click();
  await newcomer.reads();
  await page.goto(await house.link(email));
  await newcomer.reads();
  await newcomer.shows();
  await page.getByRole("button", { name: "Confirm and log in" }).click();
  await expect(page.getByRole("heading", { name: "Hello Ann" })).toBeVisible();
  await newcomer.reads();
  await newcomer.shows();
}

async function submits(page: Page, newcomer: Newcomer) {
  await page.getByRole("main").getByRole("link", { name: "New task" }).first().click();
  await newcomer.reads();
  await newcomer.types(page.getByLabel("Your code"), "print(6 * 7)");
  await page.getByLabel("Your code").scrollIntoViewIfNeeded();
  await newcomer.shows();
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("heading", { name: "What happened" })).toBeVisible();
  await newcomer.reads();
  // Python is prepared on the first start; the page hears of the end by itself.
  await expect(page.getByRole("status").filter({ hasText: "Finished" })).toBeVisible({ timeout: BUSY_MS });
  await expect(page.locator("pre").getByText("42", { exact: true })).toBeVisible();
  await newcomer.reads();
  await newcomer.shows();
}
