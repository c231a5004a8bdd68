// Does a person come from the first page to a proof of what they paid, with a machine of their own at work for them?

import { type Browser, type Page, expect, test } from "@playwright/test";
import { House } from "./house";
import { complaintsOf } from "./looks";
import { Machine } from "./machine";
import { MODEL, ModelServer } from "./models";
import { addsPasskey, authenticator, comesBackByPasskey } from "./passkeys";
import { byName, operator, signsUp } from "./people";

const MACHINE = "shed";
/** A worker that waits for its approval asks every few seconds; a program is run in less. */
const AT_WORK = { timeout: 60_000 };

const goesTo = (page: Page, name: string) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
const standing = (page: Page, words: string) => page.getByRole("status").filter({ hasText: words });

/** On an empty log. */
async function emptyHouse() {
  const house = new House();
  await house.start();
  return { house, [Symbol.dispose]: () => house.stop() };
}

test("sign up, lend a machine, chat, accept what came of it, and prove the payment", async ({ page, browser }) => {
  using models = await ModelServer.start();
  using fresh = await emptyHouse();
  await using machine = new Machine(models.url);
  const { house } = fresh;
  const complaints = complaintsOf(page);

  await test.step("sign up, and come back with a passkey alone", () => signsUpWithPasskey(page, house));
  await test.step("enrol a machine, and start it with the command that the page shows", () => lends(page, machine));
  await test.step("an operator lets it in", () => isLetIn(page, browser, house));
  await test.step("ask for a program, and watch it being written", () => chats(page, models));
  await test.step("look at the diff, and accept it", () => accepts(page));
  await test.step("see the wallet move, and prove one line of it", () => proves(page, house));
  expect(complaints).toEqual([]);
});

async function signsUpWithPasskey(page: Page, house: House) {
  await authenticator(page);
  await signsUp(page, house, "ann@example.org", "Ann", byName(house.url));
  await goesTo(page, "Ann");
  await addsPasskey(page, "Telephone");
  await expect(page.getByText("The passkey was added.")).toBeVisible();
  await comesBackByPasskey(page);
  await expect(page.getByRole("heading", { name: "Hello Ann" })).toBeVisible();
}

async function lends(page: Page, machine: Machine) {
  await goesTo(page, "Machines");
  await page.getByLabel("Its name").fill(MACHINE);
  await page.getByRole("button", { name: "Enrol it" }).click();
  const command = await page.locator("h3", { hasText: "Linux, in a terminal" }).locator("+ pre").innerText();
  machine.types(command);
  await page.getByRole("link", { name: "To the machine" }).click();
  await expect(standing(page, "Waits for an operator's approval")).toBeVisible();
}

async function isLetIn(page: Page, browser: Browser, house: House) {
  const olga = await operator(browser, house, "olga@example.org", "Olga");
  await olga.getByRole("link", { name: "Waiting for approval" }).click();
  await olga.getByRole("button", { name: `Let it in: ${MACHINE}` }).click();
  await expect(olga.getByRole("heading", { name: MACHINE })).toBeVisible();
  await olga.context().close();
  await expect(async () => {
    await page.reload();
    await expect(standing(page, "Online")).toBeVisible({ timeout: 1_000 });
  }).toPass(AT_WORK);
}

/** Nobody else has a model here: the machine of the person writes it. */
async function chats(page: Page, models: ModelServer) {
  models.thinks();
  await goesTo(page, "Chat");
  await page.getByLabel("What do you want?").fill("All primes up to a limit, with tests. Use `primesUpTo(limit)`.");
  await page.getByLabel("Model").selectOption(MODEL);
  await page.getByLabel("Language").selectOption("JavaScript");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(standing(page, "Running")).toBeVisible(AT_WORK);
  await expect(page.getByText(`On ${MACHINE}`)).toBeVisible();
  await page.evaluate(() => document.documentElement.setAttribute("data-was-never-loaded-again", ""));
  models.isDone();
  await expect(standing(page, "Finished")).toBeVisible(AT_WORK);
  await expect(page.locator("html[data-was-never-loaded-again]")).toHaveCount(1);
  await expect(page.getByText("Tests: 4 passed, 0 failed")).toBeVisible();
  await expect(page.getByRole("heading", { name: "primes.js", exact: true })).toBeVisible();
}

async function accepts(page: Page) {
  await page.getByRole("link", { name: "The task" }).click();
  const changes = page.getByRole("region", { name: "primes.js", exact: true });
  await expect(changes.getByText("export function primesUpTo(limit) {")).toBeVisible();
  await page.getByRole("button", { name: "Accept it" }).click();
  await expect(page.getByText("You accepted it").first()).toBeVisible();
}

async function proves(page: Page, house: House) {
  await goesTo(page, "Wallet");
  const movement = (words: string) => page.getByRole("listitem").filter({ hasText: words });
  await expect(movement("Earned by your machine")).toBeVisible();
  await expect(movement("Came back")).toBeVisible();
  const entry = movement("Paid to a machine").getByRole("link", { name: /Entry \d+/ });
  await expect(entry).toBeVisible();
  const address = await entry.getAttribute("href");

  // The key that is trusted does not come from the server which is checked: whoever audits the log has it from there.
  await page.goto(house.auditUrl);
  await page.getByText("Use a key of your own").click();
  await page.getByLabel("Verifier key of this log").fill(house.types("audit", "verify").trust.keys[0]);
  await page.getByRole("button", { name: "Trust this key" }).click();
  await page.goto(address!);
  await page.getByRole("button", { name: "Verify in my browser" }).click();
  await expect(standing(page, "Proven: this entry is in the log to which your key committed.")).toBeVisible();
}
